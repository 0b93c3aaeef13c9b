import { join } from "node:path";
import { bitmap } from "../support/pictures.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { chunksOf, multipart, resumableFields } from "./requests.ts";
import { costOf } from "./cost.ts";
import { send } from "./plan.ts";
import { median } from "./statistics.ts";
import { GOAL } from "./throughput.ts";
import { inFolder, say } from "./workspace.ts";

/** What thumbnails cost, and cost receiving. */
export type Media = {
  /** Megapixels and 10^6 bytes of each picture in the queue, which all are alike. */
  megapixels: number;
  megabytes: number;
  /** Medians of all rounds, of 8 MiB × 3: with nothing to make, and while the queue is at work. */
  alone: number;
  beside: number;
  /** Of the two in a round, which come one after the other; their median. */
  ratio: number;
  /** Photos in a second, eight thumbnails each: with nothing else to do, and while receiving. */
  perSecond: number;
  perSecondBeside: number;
  /** 10^6 bytes, at the most. */
  serverMb: number;
  processMb: number;
};

const MIB = 1024 * 1024;
const PATH = "/api/2/photo/redeem-upload-token";

/** Receiving with and without a queue of pictures that are made thumbnails of. */
export async function measureMedia(quick: boolean, rounds: number): Promise<Media> {
  return inFolder(async (folder) => {
    const picture = await noisyPicture(quick ? 1 : 12);
    await fill(folder, picture.bytes, quick ? 30 : 1000);
    const alone: number[] = [];
    const beside: number[] = [];
    const made: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const ways = ["0", "1"];
      for (const workers of round % 2 ? ways.toReversed() : ways) {
        const server = await start(folder, workers);
        try {
          const rate = await receive(server, (quick ? 64 : 1024) * MIB, async () => {
            if (workers === "1") made.push(await madeIn(server, quick ? 0.3 : 1));
          });
          (workers === "0" ? alone : beside).push(rate);
          say(`media: round ${round + 1}, ${workers} workers: ${rate.toFixed(0)} MB/s`);
        } finally {
          await server.kill("SIGKILL");
        }
      }
    }
    const server = await start(folder, "1");
    try {
      await madeIn(server, 1);
      const perSecond = await madeIn(server, quick ? 1 : 10);
      const own = Number(/VmHWM:\s*(\d+)/.exec(await statusOf(server.process.pid))?.[1]) * 1024;
      const all = (await costOf(server.process.pid))?.peakBytes ?? Number.NaN;
      return {
        megapixels: picture.megapixels,
        megabytes: picture.bytes.length / 1e6,
        alone: median(alone),
        beside: median(beside),
        ratio: median(beside.map((rate, at) => rate / (alone[at] ?? Number.NaN))),
        perSecond,
        perSecondBeside: median(made),
        serverMb: own / 1e6,
        processMb: (all - own) / 1e6,
      };
    } finally {
      await server.kill("SIGKILL");
    }
  });
}

const statusOf = (pid: number) => Bun.file(`/proc/${pid}/status`).text();

function start(folder: string, workers: string): Promise<TestServer> {
  return startServer({ folder, env: { REDEEM_MEDIA_WORKERS: workers, REDEEM_FFMPEG: "off" } });
}

/** A JPEG of so many million pixels, as large as those of a camera: noise on a gradient. */
async function noisyPicture(megapixels: number) {
  const width = Math.round(Math.sqrt((megapixels * 4e6) / 3));
  const rows = Math.round((width * 3) / 4);
  let state = 1;
  const noise = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 27;
  };
  const picture = bitmap(width, rows, (x, y) => [
    80 + (x * 100) / width + noise(),
    80 + (y * 100) / rows + noise(),
    120 + noise(),
  ]);
  const bytes = Buffer.from(await new Bun.Image(picture).jpeg({ quality: 88 }).bytes());
  return { bytes, megapixels: (width * rows) / 1e6 };
}

/** A folder with so many photos whose thumbnails are still to be made. */
async function fill(folder: string, picture: Uint8Array<ArrayBuffer>, count: number) {
  say(`media: ${count} pictures of ${(picture.length / 1e6).toFixed(1)} MB`);
  const server = await start(folder, "0");
  const token = await server.token({ max_uploads: 1000 });
  for (let sent = 0; sent < count; sent += 1) {
    const form = new FormData();
    form.append("upload_token", token);
    form.append("file", new Blob([picture]), "picture.jpg");
    const answer = await fetch(server.url + PATH, { method: "POST", body: form });
    if (answer.status !== 200) throw new Error(await answer.text());
  }
  await server.kill("SIGTERM");
}

/** Sends a file of so many bytes, in 8 MiB × 3. Answers MB/s. */
async function receive(
  server: TestServer,
  totalSize: number,
  meanwhile: () => Promise<void>,
): Promise<number> {
  const warm = { name: "warm.mp4", chunkSize: MIB, totalSize: 24 * MIB, whole: false, parallel: 3 };
  const transfer = { ...GOAL, name: "measured.mp4", totalSize, whole: false };
  const plan = async (of: typeof transfer) => {
    const token = await server.token();
    const lanes = chunksOf(of).map((chunk) => {
      const fields = { ...resumableFields(of, chunk), upload_token: token };
      return [multipart(PATH, fields, of.name, chunk)];
    });
    return { port: server.port, lanes, parallel: of.parallel };
  };
  await send(await plan(warm));
  const [sending] = await Promise.all([send(await plan(transfer)), meanwhile()]);
  return sending.bytes / 1e6 / (sending.ms / 1000);
}

/** Photos in a second whose thumbnails are made from now on. */
async function madeIn(server: TestServer, seconds: number): Promise<number> {
  const count = () => {
    const glob = new Bun.Glob("*/*/*-large.webp");
    return [...glob.scanSync(join(server.folder, "thumbs"))].length;
  };
  const before = count();
  const begun = performance.now();
  await Bun.sleep(seconds * 1000);
  const passed = (performance.now() - begun) / 1000;
  return (count() - before) / passed;
}
