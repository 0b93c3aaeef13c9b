import { cp, statfs } from "node:fs/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beginUpload } from "./begin-upload.ts";
import { openData } from "../../src/data-folder.ts";
import { issueToken } from "../../src/upload/token.ts";
import { fillDatabase } from "./fill-database.ts";
import { plainGrant } from "./grant.ts";
import { send, type Lane } from "./plan.ts";
import { chunksOf, multipart, request, resumableFields, type Transfer } from "./requests.ts";
import { startRedeem } from "./start-redeem.ts";
import { percentile } from "./statistics.ts";
import { inFolder, say, using } from "./workspace.ts";

export type Metadata = {
  /** Of recording one chunk, in milliseconds, by where the database lies and how full it is. */
  recording: {
    place: "disk" | "memory";
    tokens: number;
    chunks: number;
    p50: number;
    p99: number;
  }[];
  /** Of a GET test, in milliseconds. */
  asking: { tokens: number; uploads: Uploads; p50: number; p99: number }[];
};

/** What else comes in: nothing, a gigabit line's worth, or as much as the machine can take. */
export type Uploads = "none" | "gigabit" | "all";

/** Bytes in a second. */
const GIGABIT = 125_000_000;
const SENDERS = 3;

const FEW = 10;
const REDEEM_PATH = "/api/2/photo/redeem-upload-token";

/** What metadata costs in an empty and in a full database. */
export async function measureMetadata(quick: boolean): Promise<Metadata> {
  const many = quick ? 20_000 : 1_000_000;
  return inFolder(async (folder) => {
    const sites = [];
    for (const tokens of [FEW, many]) {
      say(`metadata: filling a database with ${tokens} upload tokens`);
      const place = join(folder, String(tokens));
      sites.push({ folder: place, tokens, chunks: await fillDatabase(place, tokens) });
    }
    // Each with a site of its own that nobody has opened yet, so that no cache is warm for one only.
    const recording = await measureRecording("disk", sites, quick ? 200 : 2000);
    const memory = await inMemory(sites);
    if (memory) {
      try {
        recording.push(...(await measureRecording("memory", memory.sites, quick ? 500 : 10_000)));
      } finally {
        memory.remove();
      }
    }
    const asking = [];
    for (const site of sites) {
      for (const uploads of ["none", "gigabit", "all"] as const) {
        asking.push(await measureAsking(site, uploads, quick));
      }
    }
    return { recording, asking };
  });
}

type Filled = { folder: string; tokens: number; chunks: number };

/** A copy where the disk has no say: what is left is Redeem's and SQLite's own. */
async function inMemory(sites: readonly Filled[]) {
  const space = await statfs("/dev/shm").catch(() => undefined);
  if (!space || space.bavail * space.bsize < 4e9) return undefined;
  const root = mkdtempSync("/dev/shm/redeem-bench-");
  const remove = () => rmSync(root, { recursive: true, force: true });
  process.once("exit", remove);
  const copies = [];
  for (const site of sites) {
    const folder = join(root, String(site.tokens));
    await cp(site.folder, folder, { recursive: true });
    copies.push({ ...site, folder });
  }
  return { sites: copies, remove };
}

async function measureRecording(place: "disk" | "memory", sites: readonly Filled[], times: number) {
  const open = [];
  for (const site of sites) {
    const opened = await openData(site.folder);
    const { records } = opened;
    open.push({ site, records, upload: await begin(opened), times: [] as number[], next: 0 });
  }
  const BATCH = 100;
  // In turns, so that both have the same minutes of the disk. The first turn warms up.
  for (let turn = 0; turn <= times / BATCH; turn += 1) {
    for (const one of open) {
      for (let index = 0; index < BATCH; index += 1) {
        const range = { start: one.next++ * 1024, length: 1024 };
        const begun = performance.now();
        await one.records.chunks.record({
          uploadId: one.upload,
          range,
          extra: {},
          now: Date.now(),
        });
        if (turn > 0) one.times.push(performance.now() - begun);
      }
    }
  }
  for (const { records } of open) await records.close();
  return open.map(({ site: { tokens, chunks }, times: all }) => ({
    place,
    tokens,
    chunks,
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
  }));
}

async function begin({ records, secret }: Awaited<ReturnType<typeof openData>>): Promise<number> {
  const { token } = await issueToken({ records, secret }, plainGrant(), Date.now());
  const identity = {
    identifier: "fresh",
    totalSize: 64 * 1024 ** 2,
    chunkSize: 1024,
    filename: "fresh.mp4",
  };
  return (await beginUpload(records, token.id, identity)).id;
}

/** GET tests, one after another over one connection, alone and while others upload. */
async function measureAsking({ folder, tokens }: Filled, uploads: Uploads, quick: boolean) {
  return using(
    () => startRedeem(folder),
    async (server) => {
      const asked: Transfer = transferOf("asked.mp4", 64);
      const token = await server.token();
      const [first] = chunksOf(asked);
      if (!first) throw new Error("a transfer has chunks");
      const fields = { ...resumableFields(asked, first), upload_token: token };
      const chunk: Lane = [multipart(REDEEM_PATH, fields, asked.name, first)];
      await send({ port: server.port, lanes: [chunk], parallel: 1 });

      const query = new URLSearchParams(
        Object.entries(fields).map(([name, value]) => [name, String(value)]),
      );
      const tests = (count: number): Lane =>
        Array.from({ length: count }, () => request("GET", `${REDEEM_PATH}?${query}`, {}));
      await send({ port: server.port, lanes: [tests(quick ? 300 : 2000)], parallel: 1 });

      const stop = new AbortController();
      const rate = uploads === "gigabit" ? { rate: GIGABIT / SENDERS } : {};
      const uploading =
        uploads === "none" ? undefined : upload(server, quick ? 4 : 24, rate, stop.signal);
      // Into the middle of the uploads, not their beginning.
      if (uploading) await Bun.sleep(500);
      const asking = send({
        port: server.port,
        lanes: [tests(quick ? 200 : 3000)],
        parallel: 1,
        pauseMs: 1,
      });
      const { took } = await asking.finally(() => stop.abort());
      await uploading;
      return { tokens, uploads, p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
    },
  );
}

/** Uploads file after file, 8 MiB chunks, until it is stopped. */
async function upload(
  server: { port: number; token(): Promise<string> },
  files: number,
  rate: { rate?: number },
  stop: AbortSignal,
): Promise<void> {
  const lanes: Lane[] = [];
  for (let file = 0; file < files; file += 1) {
    const transfer = transferOf(`busy-${file}.mp4`, 256);
    const token = await server.token();
    for (const chunk of chunksOf(transfer)) {
      const fields = { ...resumableFields(transfer, chunk), upload_token: token };
      lanes.push([multipart(REDEEM_PATH, fields, transfer.name, chunk)]);
    }
  }
  await send({ port: server.port, lanes, parallel: SENDERS, ...rate }, stop).catch(
    (error: unknown) => {
      if (!stop.aborted) throw error;
    },
  );
}

function transferOf(name: string, mib: number): Transfer {
  const chunkSize = 8 * 1024 * 1024;
  return { name, chunkSize, totalSize: mib * 1024 * 1024, whole: false, parallel: 3 };
}
