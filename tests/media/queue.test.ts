import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { MediaAttempt } from "../../src/media/media-job.ts";
import {
  createMediaQueue,
  type MediaQueue,
  type MediaQueueOptions,
} from "../../src/media/queue.ts";
import { FORMAT_NAMES } from "../../src/media/thumbnail-formats.ts";
import { newFileName } from "../../src/files/names.ts";
import { mp4 } from "../support/media.ts";
import { jpeg, quarters } from "../support/pictures.ts";
import type { PhotoIds } from "../support/redeem.ts";
import { until } from "../support/remains.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { listed, upload } from "../support/thumbnails.ts";

/** The queue on real records and files, with media processes that do what they should not. */

let site: TestSite;
let picture: Buffer<ArrayBuffer>;
beforeEach(async () => {
  site = await startTestSite();
  picture = await jpeg(quarters(300, 200));
});
afterEach(() => site.stop());

/** A program in the place of ours. Its last word is that for a media process. */
async function program(lines: string): Promise<string[]> {
  const path = join(site.folder, `program-${crypto.randomUUID()}`);
  await Bun.write(path, `#!/bin/sh\n${lines}\n`);
  await chmod(path, 0o700);
  return [path];
}

const OURS = [process.execPath, join(import.meta.dir, "../../src/main.ts")];

/** A queue of the site's, as a server has it. */
function start(options: Partial<MediaQueueOptions>): MediaQueue {
  const { records, files, now } = site.site;
  return createMediaQueue({
    records,
    files,
    lease: crypto.randomUUID(),
    workers: 1,
    ffmpeg: null,
    program: OURS,
    hasRoom: () => true,
    isBusy: () => false,
    now,
    onAttempt: () => undefined,
    onError: (error) => {
      throw error;
    },
    limits: { retry: 0, job: 30_000 },
    ...options,
  });
}

/** Runs a queue until nothing is due, and answers what it attempted. */
async function run(options: Partial<MediaQueueOptions> = {}): Promise<MediaAttempt[]> {
  const attempts: MediaAttempt[] = [];
  const queue = start({ onAttempt: (attempt) => attempts.push(attempt), ...options });
  await queue.idle();
  await queue.stop();
  return attempts;
}

const filesOf = ({ tree_id: tree, photo_id: id }: PhotoIds) => [
  ...new Bun.Glob(`${tree}/${id}/*`).scanSync({ cwd: join(site.folder, "thumbs"), dot: true }),
];

const workLeft = () => site.site.files.thumbnails.leftWork();
const outcomes = (attempts: MediaAttempt[]) => attempts.map(({ outcome }) => outcome);

test("makes what there is, and nothing twice", async () => {
  const photo = await upload(site, picture);
  expect(outcomes(await run())).toEqual(["made"]);
  expect(filesOf(photo)).toHaveLength(FORMAT_NAMES.length);
  expect(await workLeft()).toEqual([]);
  expect(await run()).toEqual([]);
});

const SAY_MADE = `echo '{"kind":"made","thumbnails":[{"format":"small","width":1,"height":1}],"reason":null}'`;

describe("a media process", () => {
  test.each([
    ["ends at once", "exit 0", "ended"],
    ["is killed", "kill -9 $$", "ended"],
    ["says no JSON", "read order; echo hello; sleep 60", "no media process says"],
    ["says what no process says", `read order; echo '{"kind":"made"}'; sleep 60`, "no media"],
    ["says a line without an end", "read order; exec yes | tr -d '\\n'", "ended"],
    [
      "says that it made what is not there",
      `while read order; do ${SAY_MADE}; done`,
      "was not made",
    ],
    ["fails", `while read order; do echo '{"kind":"failed","error":"EIO"}'; done`, "EIO"],
    ["is never through", "read order; exec sleep 60", "it took longer than 0.3 s"],
  ])("that %s costs three attempts, and the photo goes without", async (_, lines, why) => {
    const photo = await upload(site, picture);
    const limits = { retry: 0, job: 300 };
    const attempts = await run({ program: await program(lines), limits });
    expect(outcomes(attempts)).toEqual(["retry", "retry", "given-up"]);
    for (const attempt of attempts) expect(attempt.why).toContain(why);
    expect(await listed(site, photo)).toMatchObject({
      thumbnails_state: "none",
      thumbnails_reason: "gave_up",
    });
    expect(filesOf(photo)).toEqual([]);
    expect(await workLeft()).toEqual([]);
  });

  test("that hangs is ended with what it has started", async () => {
    await upload(site, picture);
    const lines = "read order; sleep 87654 & wait";
    await run({ program: await program(lines), limits: { retry: 0, job: 200 } });
    expect(Bun.spawnSync(["pgrep", "-f", "sleep 87654"]).stdout.toString()).toBe("");
  });

  test("that leaves something behind which holds its output keeps nobody waiting", async () => {
    await upload(site, picture);
    const lines = "read order; setsid sleep 20 & sleep 0.1; exit 0";
    const attempts = await run({ program: await program(lines) });
    expect(outcomes(attempts)).toEqual(["retry", "retry", "given-up"]);
  });

  test("leads nobody astray by links", async () => {
    const photo = await upload(site, picture);
    const secret = join(site.folder, "secret");
    const lines = `while read order; do
folder=$(echo "$order" | sed 's/.*"folder":"\\([^"]*\\)".*/\\1/')
for format in ${FORMAT_NAMES.join(" ")}; do ln -s '${secret}' "$folder/$format.webp"; done
echo '{"kind":"made","thumbnails":[${FORMAT_NAMES.map((format) => `{"format":"${format}","width":1,"height":1}`).join(",")}],"reason":null}'
done`;
    const attempts = await run({ program: await program(lines) });
    expect(outcomes(attempts)).toEqual(["retry", "retry", "given-up"]);
    expect(filesOf(photo)).toEqual([]);
  });
});

test("without room on the disk nothing is begun, and all waits", async () => {
  const photo = await upload(site, picture);
  const queue = start({ hasRoom: () => false, onAttempt: () => expect.unreachable() });
  queue.wake();
  await Bun.sleep(100);
  await queue.stop();
  expect((await listed(site, photo)).thumbnails_state).toBe("pending");
  expect(outcomes(await run())).toEqual(["made"]);
});

test("what earlier versions have left without a job is taken in, behind what is new", async () => {
  const old = [await upload(site, picture), await upload(site, picture)];
  const client = new Database(join(site.folder, "redeem.db"));
  client.exec("delete from media_jobs; delete from facts where name like 'media%'");
  const fresh = await upload(site, picture);
  const attempts = await run();
  expect(attempts.map(({ photo }) => photo).toSorted()).toEqual(
    [...old, fresh].map(({ photo_id: id }) => id),
  );
  expect(outcomes(attempts)).toEqual(["made", "made", "made"]);
  // Once: those that are through are not looked at by the next start.
  client.exec("delete from media_jobs");
  client.close();
  expect(await run()).toEqual([]);
});

test("what came last is made first, and of four the one that waits longest", async () => {
  const token = await site.token({ max_uploads: 8 });
  const ids: number[] = [];
  for (let count = 0; count < 8; count += 1) {
    ids.push((await upload(site, picture, token)).photo_id);
  }
  // The places in the order in which they came.
  const order = [8, 7, 6, 1, 5, 4, 3, 2].map((place) => ids[place - 1]);
  expect<unknown>((await run()).map(({ photo }) => photo)).toEqual(order);
});

test("a thousand that wait, and a stop in the middle: each is made, and none twice", async () => {
  const small = await jpeg(quarters(60, 40));
  const token = await site.token({ max_uploads: 1000 });
  for (let count = 0; count < 1000; count += 1) await upload(site, small, token);
  const made: number[] = [];
  const middle = Promise.withResolvers<void>();
  const queue = start({
    workers: 2,
    onAttempt: ({ outcome, photo }) => {
      if (outcome === "made") made.push(photo);
      if (made.length === 300) middle.resolve();
    },
    onError: (error) => middle.reject(error),
  });
  await middle.promise;
  await queue.stop();
  expect(made.length).toBeLessThan(1000);
  const rest = await run();
  expect(new Set(outcomes(rest))).toEqual(new Set(["made"]));
  made.push(...rest.map(({ photo }) => photo));
  expect(made).toHaveLength(1000);
  expect(new Set(made).size).toBe(1000);
  expect(new Set(rest.map(({ attempt }) => attempt))).toEqual(new Set([1]));
}, 300_000);

test("while the server is busy, thumbnails are made in a tenth of the time", async () => {
  const token = await site.token({ max_uploads: 4 });
  for (let count = 0; count < 4; count += 1) await upload(site, picture, token);
  const ends: { at: number; seconds: number }[] = [];
  const onAttempt = ({ seconds }: MediaAttempt) => ends.push({ at: performance.now(), seconds });
  await run({ onAttempt, isBusy: () => true });
  expect(ends).toHaveLength(4);
  for (const [index, { at, seconds }] of ends.slice(1).entries()) {
    const before = ends[index];
    if (!before) throw new Error("it has one before it");
    expect((at - before.at) / 1000).toBeGreaterThanOrEqual(seconds + before.seconds * 8.9);
  }
});

test("several processes at once: each photo once", async () => {
  const token = await site.token({ max_uploads: 30 });
  for (let count = 0; count < 30; count += 1) await upload(site, picture, token);
  const attempts = await run({ workers: 3 });
  expect(outcomes(attempts)).toEqual(Array(30).fill("made"));
  expect(new Set(attempts.map(({ photo }) => photo)).size).toBe(30);
});

test("a photo that goes, or gets other bytes, while its thumbnails are made leaves no file", async () => {
  const token = await site.token({ max_uploads: 2 });
  const photo = await upload(site, picture, token);
  const { records, now } = site.site;
  // What is made is placed; then, before it is recorded, the photo goes.
  const { files } = site.site;
  const place = files.thumbnails.place;
  let gone = false;
  files.thumbnails.place = async (of, format) => {
    const size = await place(of, format);
    if (!gone) {
      gone = true;
      await records.photos.transact(photo.photo_id, now(), () => ({
        changes: [{ kind: "remove" }],
        value: undefined,
      }));
    }
    return size;
  };
  const attempts = await run();
  files.thumbnails.place = place;
  expect(outcomes(attempts)).toEqual(["gone"]);
  expect(filesOf(photo)).toEqual([]);
});

test("a photo that goes before placing its thumbnails fails leaves no file", async () => {
  const photo = await upload(site, picture);
  const { records, files, now } = site.site;
  const place = files.thumbnails.place;
  let placed = 0;
  files.thumbnails.place = async (of, format) => {
    if (placed === 3) {
      await records.photos.transact(photo.photo_id, now(), () => ({
        changes: [{ kind: "remove" }],
        value: undefined,
      }));
      throw new Error("EIO");
    }
    placed += 1;
    return place(of, format);
  };
  const attempts = await run();
  files.thumbnails.place = place;
  expect(outcomes(attempts)).toEqual(["gone"]);
  expect(filesOf(photo)).toEqual([]);
  expect(await workLeft()).toEqual([]);
});

test("what was placed for a photo that is gone, and could not be deleted, the next start deletes", async () => {
  const photo = await upload(site, picture);
  const { records, files, now } = site.site;
  const { place, delete: remove } = files.thumbnails;
  files.thumbnails.place = async (of, format) => {
    const size = await place(of, format);
    if (format === FORMAT_NAMES.at(-1)) {
      await records.photos.transact(photo.photo_id, now(), () => ({
        changes: [{ kind: "remove" }],
        value: undefined,
      }));
    }
    return size;
  };
  files.thumbnails.delete = () => Promise.reject(new Error("EIO"));
  const errors: unknown[] = [];
  expect(await run({ onError: (error) => void errors.push(error) })).toEqual([]);
  expect([errors.length, filesOf(photo).length]).toEqual([1, FORMAT_NAMES.length]);
  Object.assign(files.thumbnails, { place, delete: remove });
  await run();
  expect(filesOf(photo)).toEqual([]);
  expect(await workLeft()).toEqual([]);
});

test("a start deletes what was placed for a photo that is gone, and keeps what belongs to one", async () => {
  const kept = await upload(site, picture);
  await run();
  const [keptFile = ""] = filesOf(kept);
  const of = { treeId: kept.tree_id, photoId: kept.photo_id };
  const { thumbnails } = site.site.files;
  // A process ended between the files and the record: for bytes that the photo has no more, and for those it has.
  const stray = { ...of, file: newFileName() };
  const folder = await thumbnails.beginWork(stray);
  await Bun.write(join(folder, "small.webp"), "stray");
  await thumbnails.place(stray, "small");
  await thumbnails.beginWork({ ...of, file: /(\w+)-/.exec(keptFile)?.[1] ?? "" });
  expect(filesOf(kept)).toHaveLength(FORMAT_NAMES.length + 1);
  await run();
  expect(filesOf(kept)).toHaveLength(FORMAT_NAMES.length);
  expect(await workLeft()).toEqual([]);
});

test("videos wait for an ffmpeg: a start that has one makes their thumbnails", async () => {
  const film = await upload(site, mp4(3000));
  expect(outcomes(await run())).toEqual(["none"]);
  expect((await listed(site, film)).thumbnails_reason).toBe("no_ffmpeg");
  expect(await run()).toEqual([]);
  await Bun.write(join(site.folder, "poster.bmp"), quarters(64, 48));
  const [ffmpeg = ""] = await program(`cat '${site.folder}/poster.bmp'`);
  expect(outcomes(await run({ ffmpeg }))).toEqual(["made"]);
  expect(await listed(site, film)).toMatchObject({ thumbnails_state: "ready", small_width: 64 });
});

test.each([
  ["hangs", "exec sleep 76543", "given-up"],
  ["floods", "exec yes", "given-up"],
  ["writes what is no picture", "echo hello", "none"],
  ["fails", "exit 1", "none"],
])("an ffmpeg that %s ends nothing", async (_, lines, last) => {
  const film = await upload(site, mp4(3000));
  const [ffmpeg = ""] = await program(lines);
  const limits = { retry: 0, job: lines.includes("sleep") ? 500 : 20_000 };
  const attempts = await run({ ffmpeg, limits });
  expect(outcomes(attempts).at(-1)).toBe(last as MediaAttempt["outcome"]);
  expect(attempts).toHaveLength(last === "none" ? 1 : 3);
  const reason = last === "none" ? "unreadable" : "gave_up";
  expect((await listed(site, film)).thumbnails_reason).toBe(reason);
  // What was killed is gone a moment later.
  await until("nothing is left of it", () => {
    const { stdout } = Bun.spawnSync(["pgrep", "-f", "sleep 76543"]);
    return stdout.length === 0;
  });
});
