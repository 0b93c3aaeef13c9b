import { appendFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { openHandles, until } from "../support/remains.ts";
import type { TestServer } from "../support/server.ts";
import { mountSmallDisk, whyNotMounted } from "../support/small-disk.ts";
import { startArchivist } from "./archivist.ts";
import { startBackend } from "./backend.ts";
import { startExporter, verified, type Exporter } from "./commands.ts";
import { mediaMade } from "./media.ts";
import { createTroubles } from "./troubles.ts";
import { prepareFaults } from "./faults.ts";
import { toldPhotos, type ChunkedFile } from "./ledger.ts";
import { startLiving, type Living } from "./living.ts";
import { startLoad } from "./load.ts";
import { readSeed, seeded, type Random } from "./random.ts";
import { createRun, restartUnderLoad, verdict } from "./rounds.ts";

/**
 * `bun run soak --minutes N --seed S --log FILE`: a server that is killed and stopped for a long time, on a machine
 * whose syncs fail, whose disk is full, whose clock jumps, and whose callbacks go to names that nobody knows.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string" },
    // The log of all the server's processes goes there: it says why a file was refused.
    log: { type: "string" },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error("--minutes N: how long, such as 10");
const seed = readSeed(values.seed);

/** What is stored stays until the end: this bounds it, however long the run is. */
const MOST_BYTES = 3 * 1024 ** 3;

/**
 * What the server may have of its own at the most, with dozens of slow and cut connections. At rest it has 48 MB from the source (29 as a
 * built program), half of it alive. Under this load ten processes had 57 to 160 MB at their highest: what is garbage until the
 * next collection, and what the allocator keeps of bodies that are gone.
 */
const MOST_MEMORY = 200e6;

/** More than a process needs to do the same work again, less than any leak comes to. */
const MEMORY_ROOM = 64 * 1024 ** 2;

const random = seeded(seed);
const moments = random.fork(1_000_003);
// One callback in a hundred is refused, and is made again.
const backend = startBackend(100, 0.01);
const faults = prepareFaults();
if (!faults)
  console.log("no syncs fail and no clock jumps: that needs Linux and a C compiler (cc)");
const why = whyNotMounted();
if (why) console.log(`no disk is filled: none can be mounted here (${why})`);
const disk = why === undefined ? mountSmallDisk("5g") : undefined;
if (disk) await mkdir(disk.folder);
const { log } = values;
const living = await startLiving(
  // Servers of other tests make no thumbnails.
  { REDEEM_STOP_LIMIT: "10s", REDEEM_MEDIA_WORKERS: "1", ...faults?.env },
  {
    ...(disk && { folder: disk.folder }),
    ...(log !== undefined && { onLog: (text) => appendFileSync(log, text) }),
  },
);
const exporter = startExporter(living, random.fork(11));
let failed = true;
try {
  failed = await soak(living, exporter);
} finally {
  await exporter.end();
  await exporter.remove();
  await living.stop();
  await backend.stop();
  disk?.unmount();
  faults?.end();
}
process.exit(failed ? 1 : 0);

async function soak(server: Living, exporting: Exporter): Promise<boolean> {
  const length = minutes * 60_000;
  const begun = performance.now();
  const passed = () => performance.now() - begun;
  // The last process is left alone for a while: a leak shows in what lives long.
  const quiet = Math.min(60_000, length / 4);
  const { run } = createRun(server, { slow: 0.1, givenUp: 0.03, faulty: true });
  const seen = new Set<ChunkedFile>();
  const troubles = createTroubles(server, run.ledger, { faults, disk });
  const restarts = { SIGKILL: 0, SIGTERM: 0 };
  let slowest = 0;

  const warm = startLoad(run, { ...loadOptions(random, 1), largest: 200_000 });
  await Bun.sleep(Math.min(3000, length / 10));
  await warm.end();
  const first = await measure(server.server);
  let highest = first.memory;

  const archivist = startArchivist(server, random.fork(9), true, run.ledger.wrong);
  const load = startLoad(run, {
    ...loadOptions(random, 8),
    pace: async (bytes) => {
      const most = () => MOST_BYTES * Math.min(1, (passed() + 30_000) / length);
      // Never beyond the end: who waits here cannot be told that it is over.
      while (passed() < length && bytes > most()) await Bun.sleep(100);
    },
  });
  while (passed() < length - quiet) {
    await Bun.sleep(
      Math.min(moments.between(2000, 10_000), Math.max(0, length - quiet - passed())),
    );
    highest = Math.max(highest, (await measure(server.server)).memory);
    if (moments.chance(0.5)) {
      await troubles.next(moments);
      highest = Math.max(highest, (await measure(server.server)).memory);
      continue;
    }
    // Drawn, but never one of them alone, however short the run.
    const ahead = restarts.SIGKILL - restarts.SIGTERM;
    const drawn = moments.pick(["SIGKILL", "SIGTERM"] as const);
    const signal = ahead > 0 ? "SIGTERM" : ahead < 0 ? "SIGKILL" : drawn;
    const ms = await restartUnderLoad(server, run.ledger, seen, signal, moments);
    restarts[signal] += 1;
    if (signal === "SIGTERM") slowest = Math.max(slowest, ms);
  }
  while (passed() < length) {
    await Bun.sleep(1000);
    highest = Math.max(highest, (await measure(server.server)).memory);
  }
  troubles.end();
  await load.end();
  await archivist.end();
  await exporting.end();
  const { wrong, photos, bytes } = await verdict(server, run.ledger, backend);
  wrong.push(...(await archivist.verdict()));
  wrong.push(...(await mediaMade(server)));
  // In this order: verifying makes the hashes that are not made yet, with which the export is compared.
  wrong.push(...(await verified(server)));
  wrong.push(...(await exporting.verdict()));
  const read = await settled(server.server, first.handles);
  // The same work once more, by the same process: what it does not give back shows.
  await verdict(server, run.ledger, backend);
  const last = await settled(server.server, first.handles);
  highest = Math.max(highest, read.memory, last.memory);
  if (last.handles > first.handles) {
    wrong.push(`handles: ${first.handles} at the start, ${last.handles} at the end`);
    wrong.push(...(await openHandles(server.server)).toSorted());
  }
  if (highest > MOST_MEMORY) wrong.push(`memory: ${megabytes(highest)} at its highest`);
  if (last.memory > read.memory + MEMORY_ROOM) {
    wrong.push(
      `memory: ${megabytes(read.memory)} when every photo was read, ${megabytes(last.memory)} when they were read again`,
    );
  }

  const { counts, groups } = run.ledger;
  const unknown = photos - toldPhotos(run.ledger);
  const rows: [string, string | number][] = [
    ["seed", seed],
    ["minutes", minutes],
    ["killed (SIGKILL)", restarts.SIGKILL],
    ["stopped (SIGTERM)", `${restarts.SIGTERM}, slowest ${Math.round(slowest)} ms`],
    ...Object.entries(troubles.counts),
    ["requests answered", counts.answers],
    ["  of them 503 or 507", counts.later],
    ["requests cut by a restart", counts.unanswered],
    ["bodies given up", counts.givenUp],
    ["chunks asked for again", counts.askedAgain],
    ["upload tokens", groups.length],
    ["photos told to clients", toldPhotos(run.ledger)],
    ["photos stored", `${photos} (${unknown} whole files whose answer was lost)`],
    ["bytes stored", megabytes(bytes)],
    ...Object.entries(archivist.counts).map(
      ([deed, count]) => [`archive: ${deed}`, count] as [string, number],
    ),
    [
      "exports begun",
      `${exporting.counts.begun} (${exporting.counts.killed} killed, ${exporting.counts.whole} whole)`,
    ],
    ["callbacks taken", backend.taken.length],
    [
      "memory, start / highest / end",
      [first.memory, highest, last.memory].map(megabytes).join(" / "),
    ],
    ["open handles, start / end", `${first.handles} / ${last.handles}`],
    ["differences", wrong.length],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
  for (const line of wrong.slice(0, 50)) console.log(`  ${line}`);
  return wrong.length > 0;
}

function loadOptions(from: Random, workers: number) {
  return { backend: backend.url, random: from, workers, largest: 1_500_000 };
}

/** `memory`: bytes that are the process's own. The pages of Bun's program, 53 MB, are the system's and shared by all its processes. */
type Measured = { memory: number; handles: number };

async function measure(server: TestServer): Promise<Measured> {
  const status = await Bun.file(`/proc/${server.process.pid}/status`).text();
  const memory = Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  return { memory, handles: (await openHandles(server)).length };
}

/** What stays when nothing is under way: sockets take a moment to be let go of. */
async function settled(server: TestServer, handles: number): Promise<Measured> {
  await until(
    "handles are let go of",
    async () => (await measure(server)).handles <= handles,
    15_000,
  )
    // Told as a difference, with what was found.
    .catch(() => undefined);
  return measure(server);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
