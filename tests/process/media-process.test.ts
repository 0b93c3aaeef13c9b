import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { rowsOf } from "../support/database.ts";
import { mp4 } from "../support/media.ts";
import { jpeg, quarters, quartersOf } from "../support/pictures.ts";
import type { PhotoIds } from "../support/redeem.ts";
import { expectSoon, until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { listed, over, settled, thumbnailPath, upload } from "../support/thumbnails.ts";

/** Media processes of a real server, that are killed, and servers that are killed while one is at work. */

let server: TestServer;
let picture: Buffer<ArrayBuffer>;
const ENV = { REDEEM_MEDIA_WORKERS: "1", REDEEM_FFMPEG: "off" };
beforeEach(async () => {
  server = await startServer({ env: ENV });
  picture = await jpeg(quarters(2400, 1800));
});
afterEach(() => server.stop());

/** The processes that a server has started and that live, by their ids. */
function mediaProcesses(of: number): number[] {
  const listing = Bun.spawnSync(["ps", "-eo", "pid=,ppid=,stat=,args="]).stdout.toString();
  return listing.split("\n").flatMap((line) => {
    const [, pid, parent, state = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? [];
    return Number(parent) === of && !state.startsWith("Z") ? [Number(pid)] : [];
  });
}

function isAlive(pid: number): boolean {
  const state = Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)])
    .stdout.toString()
    .trim();
  return state !== "" && !state.startsWith("Z");
}

const aProcess = () => until("a media process", () => mediaProcesses(server.process.pid)[0]);

test("runs only while there is something to do, behind everybody else", async () => {
  expect(mediaProcesses(server.process.pid)).toEqual([]);
  const photo = await upload(over(server), picture);
  const pid = await aProcess();
  const nice = Bun.spawnSync(["ps", "-o", "ni=", "-p", String(pid)])
    .stdout.toString()
    .trim();
  expect(nice).toBe("19");
  const environment = await Bun.file(`/proc/${pid}/environ`).text();
  expect(environment).not.toContain("REDEEM");
  await settled(over(server), photo);
  await until("its end", () => !isAlive(pid));
  await expectSoon(() => mediaProcesses(server.process.pid), []);
});

test("that is killed costs an attempt, and the photo has its thumbnails all the same", async () => {
  const photos: PhotoIds[] = [];
  const token = await server.token({ max_uploads: 20 });
  for (let count = 0; count < 8; count += 1)
    photos.push(await upload(over(server), picture, token));
  for (let kill = 0; kill < 2; kill += 1) {
    // Not twice while the same one is made: that would come again much later.
    const first = "select 1 from media_jobs where state = 'running' and attempts = 1";
    await until("a first attempt", () => rowsOf(server, first).length > 0);
    const pid = await aProcess();
    process.kill(pid, "SIGKILL");
    await until("its end", () => !isAlive(pid));
  }
  // Those that were under way come again after ten seconds.
  for (const photo of photos) {
    expect(await settled(over(server), photo)).toMatchObject({ thumbnails_state: "ready" });
  }
  expect(server.log()).toContain("thumbnails failed, will retry");
  await expectSoon(() => readdir(join(server.folder, "thumbs/work")), []);
}, 300_000);

describe("a server that is killed while thumbnails are made", () => {
  test("leaves no process behind, and the next one makes them all, once each", async () => {
    const photos: PhotoIds[] = [];
    const token = await server.token({ max_uploads: 100 });
    for (let count = 0; count < 8; count += 1) {
      photos.push(await upload(over(server), picture, token));
    }
    const { folder } = server;
    for (let kill = 0; kill < 4; kill += 1) {
      const pid = await aProcess();
      await Bun.sleep(kill * 70);
      await server.kill("SIGKILL");
      await until("the end of its media process", () => !isAlive(pid));
      server = await startServer({ env: ENV, folder });
    }
    for (const photo of photos) {
      expect(await settled(over(server), photo)).toMatchObject({
        thumbnails_state: "ready",
        large_width: 1600,
      });
    }
    const [last] = photos;
    if (!last) throw new Error("there are photos");
    const answer = await fetch(server.url + thumbnailPath(last, "small"));
    expect(await quartersOf(await answer.bytes())).toBe("red green blue white");
    // Each has its files, and there are no others.
    const files = [...new Bun.Glob("*/*/*").scanSync(join(folder, "thumbs"))];
    expect(files).toHaveLength(photos.length * 8);
    await expectSoon(() => readdir(join(folder, "thumbs/work")), []);
    const rows = rowsOf<{ state: string; attempts: number }>(server, "select * from media_jobs");
    expect(rows.every(({ state }) => state === "ready")).toBe(true);
  }, 300_000);

  test("and told to stop: the job under way does not count as an attempt", async () => {
    const token = await server.token({ max_uploads: 20 });
    for (let count = 0; count < 15; count += 1) await upload(over(server), picture, token);
    const pid = await aProcess();
    const { folder } = server;
    expect(await server.kill("SIGTERM")).toBe(0);
    await until("the end of the media process", () => !isAlive(pid));
    const rows = rowsOf<{ state: string; attempts: number }>(
      server,
      "select * from media_jobs where state <> 'ready'",
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(
      new Set(["waiting 0"]),
    );
    server = await startServer({ env: ENV, folder });
  });
});

test("an ffmpeg that hangs does not outlive a server that is killed", async () => {
  const ffmpeg = join(server.folder, "ffmpeg");
  await Bun.write(ffmpeg, "#!/bin/sh\nexec sleep 65432\n");
  await chmod(ffmpeg, 0o700);
  const { folder } = server;
  await server.kill();
  server = await startServer({ env: { ...ENV, REDEEM_FFMPEG: ffmpeg }, folder });
  await upload(over(server), mp4(3000));
  const media = await aProcess();
  const hanging = await until("ffmpeg", () => mediaProcesses(media)[0]);
  await server.kill("SIGKILL");
  await until("the end of both", () => !isAlive(media) && !isAlive(hanging));
});

test("answers HEAD over the network", async () => {
  const photo = await upload(over(server), picture);
  await settled(over(server), photo);
  const url = server.url + thumbnailPath(photo, "small");
  const bytes = await (await fetch(url)).bytes();
  const head = await fetch(url, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
  expect((await listed(over(server), photo))["small_size"]).toBe(bytes.length);
});
