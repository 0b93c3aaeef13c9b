import { join } from "node:path";
import { photosOf } from "../support/over-http.ts";
import type { PhotoIds } from "../support/redeem.ts";
import { startServer } from "../support/server.ts";
import { createFile } from "./block.ts";
import { costOf } from "./cost.ts";
import { download } from "./downloads.ts";
import { findNginx, serveFolder } from "./start-nginx.ts";
import { startRedeem } from "./start-redeem.ts";
import { median, percentile } from "./statistics.ts";
import { inFolder, say, using } from "./workspace.ts";

/** Files that are fetched from one server in one turn, beside nginx that serves the same folder. */
export type Serving = {
  what: string;
  server: "redeem" | "nginx";
  /** Medians of all turns; the peak is the highest. */
  mbPerSecond: number;
  requestsPerSecond: number;
  p50: number;
  p99: number;
  cpuPerGb: number;
  cpuMicros: number;
  peakMb: number;
  clientBusy: number;
  /** Requests in a second against nginx's in the same turn: the median of that. NaN without nginx. */
  ratio: number;
};

/** One file, by the address that each of the two servers has for it. */
type Served = { redeem: string; nginx: string };

type Stock = { large: Served; small: Served[] };

type Cell = {
  what: string;
  parallel: number;
  /** Paths and headers to ask for. */
  requests: (stock: Stock, server: "redeem" | "nginx") => string[];
  status: number;
};

const MIB = 1024 * 1024;
const SMALL_BYTES = 200_000;
const SERVERS = ["redeem", "nginx"] as const;

const head = (path: string, headers = "") =>
  `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n`;

/** Fetches a large file and many small ones, whole and in parts, from Redeem and from nginx, one after the other. */
export async function measureServing(quick: boolean, rounds: number): Promise<Serving[]> {
  const nginx = await findNginx();
  return inFolder(async (folder) => {
    const size = (quick ? 128 : 1024) * MIB;
    const stock = await fill(folder, size, quick ? 100 : 2000);
    const results: Serving[] = [];
    for (const cell of cellsFor(quick, size)) {
      const turns = { redeem: [] as Turn[], nginx: [] as Turn[] };
      for (let round = 0; round < rounds; round += 1) {
        say(`serving: ${cell.what}, round ${round + 1}`);
        // Every second round goes backwards.
        for (const server of round % 2 ? SERVERS.toReversed() : SERVERS) {
          if (server === "nginx" && nginx === undefined) continue;
          const start = () =>
            server === "nginx" && nginx !== undefined
              ? serveFolder(nginx, join(folder, "photos"), join(folder, "nginx"))
              : startRedeem(folder);
          turns[server].push(
            await using(start, ({ port, pid }) => fetchAll(cell, stock, server, port, pid)),
          );
        }
      }
      for (const server of SERVERS) {
        if (turns[server].length > 0) results.push(summarizeTurns(cell.what, server, turns));
      }
    }
    return results;
  });
}

function cellsFor(quick: boolean, size: number): Cell[] {
  const many = quick ? 500 : 10_000;
  const whole = (parallel: number): Cell => ({
    what: `${size / MIB} MiB × ${parallel}`,
    parallel,
    requests: ({ large }, server) => Array.from({ length: 8 }, () => head(large[server])),
    status: 200,
  });
  const small = (parallel: number): Cell => ({
    what: `200 KB × ${parallel}`,
    parallel,
    requests: ({ small: files }, server) =>
      Array.from({ length: many }, (_, at) => head(files[at % files.length]?.[server] ?? "")),
    status: 200,
  });
  return [
    whole(1),
    whole(4),
    small(1),
    small(8),
    small(64),
    {
      what: "1 MiB of the large one × 8",
      parallel: 8,
      requests: ({ large }, server) =>
        Array.from({ length: many / 2 }, (_, at) => {
          const start = (at * 7919 * 4096) % (size - MIB);
          return head(large[server], `range: bytes=${start}-${start + MIB - 1}\r\n`);
        }),
      status: 206,
    },
    {
      what: "304 × 32",
      parallel: 32,
      requests: ({ small: files }, server) =>
        Array.from({ length: many * 2 }, (_, at) =>
          head(
            files[at % files.length]?.[server] ?? "",
            `if-modified-since: ${new Date(Date.now() + 60_000).toUTCString()}\r\n`,
          ),
        ),
      status: 304,
    },
  ];
}

type Turn = Omit<Serving, "what" | "server" | "ratio">;

async function fetchAll(
  { requests, parallel, status }: Cell,
  stock: Stock,
  server: "redeem" | "nginx",
  port: number,
  pid: number,
): Promise<Turn> {
  const heads = requests(stock, server);
  await download({ port, heads: heads.slice(0, 200), parallel, status });
  const before = (await costOf(pid))?.cpuSeconds ?? Number.NaN;
  const { ms, bytes, cpuMs, took } = await download({ port, heads, parallel, status });
  const after = await costOf(pid);
  const cpu = (after?.cpuSeconds ?? Number.NaN) - before;
  return {
    mbPerSecond: bytes / 1e6 / (ms / 1000),
    requestsPerSecond: took.length / (ms / 1000),
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
    cpuPerGb: bytes > 0 ? cpu / (bytes / 1e9) : Number.NaN,
    cpuMicros: (cpu * 1e6) / took.length,
    peakMb: (after?.peakBytes ?? Number.NaN) / 1e6,
    clientBusy: cpuMs / ms,
  };
}

function summarizeTurns(
  what: string,
  server: "redeem" | "nginx",
  turns: { redeem: Turn[]; nginx: Turn[] },
): Serving {
  const own = turns[server];
  const middle = (figure: keyof Turn) => median(own.map((turn) => turn[figure]));
  const ratios = own.map(
    (turn, at) => turn.requestsPerSecond / (turns.nginx[at]?.requestsPerSecond ?? Number.NaN),
  );
  return {
    what,
    server,
    mbPerSecond: middle("mbPerSecond"),
    requestsPerSecond: middle("requestsPerSecond"),
    p50: middle("p50"),
    p99: middle("p99"),
    cpuPerGb: middle("cpuPerGb"),
    cpuMicros: middle("cpuMicros"),
    peakMb: Math.max(...own.map(({ peakMb }) => peakMb)),
    clientBusy: middle("clientBusy"),
    ratio: median(ratios),
  };
}

/** Uploads the files to a Redeem on the folder, which stay there. */
async function fill(folder: string, size: number, count: number): Promise<Stock> {
  say(`serving: uploading ${size / MIB} MiB and ${count} files of ${SMALL_BYTES / 1000} KB`);
  const file = createFile();
  const redeem = await startServer({ folder, env: { REDEEM_SYNC: "0", REDEEM_TYPES: "*/*" } });
  const upload = async (token: string, pieces: Uint8Array[]): Promise<PhotoIds> => {
    const answer = await fetch(
      `${redeem.url}/api/2/photo/redeem-upload-token?upload_token=${token}`,
      {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body: new Blob(pieces as Uint8Array<ArrayBuffer>[]),
      },
    );
    const body = (await answer.json()) as { message: string; data?: PhotoIds };
    if (!body.data) throw new Error(`the file was refused: ${body.message}`);
    return body.data;
  };
  try {
    const ids: PhotoIds[] = [await upload(await redeem.token(), file(0, size))];
    while (ids.length <= count) {
      const token = await redeem.token({ max_uploads: 1000 });
      const length = Math.min(1000, count + 1 - ids.length);
      const portions = Array.from({ length }, (_, at) => file(at * 64, SMALL_BYTES));
      for (const portion of portions) ids.push(await upload(token, portion));
    }
    const photos = new Map(photosOf({ folder }).map((photo) => [photo.id, photo]));
    const [large, ...small] = ids.map(({ tree_id: tree, photo_id: id, token }) => ({
      redeem: `/${tree}/${id}/${token}/original`,
      nginx: `/${tree}/${id}/${photos.get(id)?.file}`,
    }));
    if (!large) throw new Error("the large file is missing");
    return { large, small };
  } finally {
    await redeem.kill();
  }
}
