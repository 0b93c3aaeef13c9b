import { afterEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { pieces, type Plan } from "../support/chunks.ts";
import { mountLoopDisk, whyNoLoopDisk, type LoopDisk } from "../support/loop-disk.ts";
import { mp4 } from "../support/media.ts";
import {
  askPiece,
  photosOf,
  sendPiece,
  sendWhole,
  sha256,
  storedHash,
} from "../support/over-http.ts";
import { expectSoon, until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { inject, whyNotTraced } from "../support/strace.ts";

/** Issue 7, A and 18: a real process on a disk that fails, breaks, goes away or is slow. */

const untraced = whyNotTraced();
if (untraced !== undefined) console.log(`Skipped, no fault can be injected: ${untraced}`);
const unmounted = whyNoLoopDisk();
if (unmounted !== undefined) console.log(`Skipped, no disk can be mounted: ${unmounted}`);

let server: TestServer;
let disk: LoopDisk | undefined;
afterEach(async () => {
  await server.stop();
  disk?.unmount();
  disk = undefined;
});

const file = mp4(2_500_000, 7);
const plan: Plan = {
  identifier: "film",
  filename: "film.mp4",
  chunkSize: 500_000,
  totalSize: file.length,
};
const all = pieces(plan);

const isStored = async (token: string, at: number) =>
  (await askPiece(server, token, plan, all[at] ?? { number: 0, start: 0, end: 0 })).status === 200;

/** Sends what is not there until there is a photo, and compares its bytes. */
async function sendRest(token: string): Promise<void> {
  for (let round = 0; round < 5 && photosOf(server).length === 0; round += 1) {
    for (const [at, piece] of all.entries()) {
      if (!(await isStored(token, at))) await sendPiece(server, token, plan, piece, file);
    }
  }
  const photos = photosOf(server);
  expect(photos).toHaveLength(1);
  for (const photo of photos) expect(await storedHash(server, photo)).toBe(sha256(file));
}

async function filesIn(...places: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) {
    const folder = join(server.folder, place);
    if (!existsSync(folder)) continue;
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) if (entry.isFile()) found.push(`${place}/${entry.name}`);
  }
  return found;
}

describe.skipIf(untraced !== undefined)("system calls that fail", () => {
  test("a failed fdatasync takes back what was answered, and no photo has a wrong byte", async () => {
    server = await startServer();
    const token = await server.token();
    const faulty = await inject(server, ["fdatasync:error=EIO:when=1"]);
    for (const piece of all.slice(0, 2)) await sendPiece(server, token, plan, piece, file);
    await until("a failed sync", () => server.log().includes("syncing failed"));
    await until(
      "forgotten",
      async () => !(await isStored(token, 0)) || !(await isStored(token, 1)),
    );
    await sendRest(token);
    await faulty.end();
    await expectSoon(() => filesIn("uploads", "lost", "spool"), []);
  });

  test("a whole file that cannot be recorded as a photo, nor as none, holds no use once the database can be synced", async () => {
    server = await startServer();
    const token = await server.token();
    const wal = join(server.folder, "redeem.db-wal");
    const faulty = await inject(server, ["fdatasync:error=EIO", "fsync:error=EIO"], [wal]);
    expect((await sendWhole(server, token, mp4(50_000))).status).toBe(503);
    await until("it is noted", () => server.log().includes("upload not deleted"));
    expect(await filesIn("uploads")).toHaveLength(1);
    await faulty.end();
    // Of another file: it is refused for good while the use is held.
    await sendRest(token);
    await expectSoon(() => filesIn("uploads", "lost", "spool"), []);
  });

  test("killed at each call from the last chunk to its photo: one photo, and nothing beside it", async () => {
    const calls = ["fdatasync:signal=KILL:when=1", "rename:signal=KILL:when=1"];
    for (const count of [1, 2, 3]) calls.push(`fsync:signal=KILL:when=${count}`);
    for (const call of calls) {
      server = await startServer();
      const { folder } = server;
      const token = await server.token();
      for (const piece of all.slice(0, -1)) await sendPiece(server, token, plan, piece, file);
      await until("synced", () => unsynced(folder) === 0);
      await inject(server, [call]);
      await sendPiece(server, token, plan, all.at(-1) ?? { number: 0, start: 0, end: 0 }, file)
        .then((answer) => answer.text())
        .catch(() => "");
      await server.kill("SIGKILL");
      server = await startServer({ folder });
      await sendRest(token);
      const [photo] = photosOf(server);
      await expectSoon(
        () => filesIn("uploads", "photos", "lost", "spool"),
        [`photos/${photo?.file}`],
      );
      if (call !== calls.at(-1)) await server.stop();
    }
  });

  test("killed while it sweeps: what was abandoned is gone after the next start, and no more", async () => {
    server = await startServer();
    const { folder } = server;
    const kept = await server.token();
    await sendWhole(server, kept, file);
    const tokens = await Promise.all([1, 2, 3].map(() => server.token()));
    for (const token of tokens) await sendPiece(server, token, plan, all[0] ?? all[1]!, file);
    expect(await filesIn("uploads")).toHaveLength(3);
    await server.kill("SIGKILL");
    const database = new Database(join(folder, "redeem.db"));
    database.exec("update uploads set last_byte_at = 1 where state = 'receiving'");
    // The server has served for three days since, with a clock that was right (src/upload/ages.ts).
    const days = 3 * 86_400_000;
    const clock = { served: days, eras: [{ wall: Date.now() - days, from: 0, until: days }] };
    database.prepare("update facts set value = ? where name = 'clock'").run(JSON.stringify(clock));
    database.close();
    // It sweeps at its start: killed where it removes the second file.
    const traced = Bun.spawn(
      [
        "strace",
        "-f",
        "-o",
        "/dev/null",
        "-P",
        join(folder, "uploads"),
        ...(await filesIn("uploads")).flatMap((name) => ["-P", join(folder, name)]),
        "-e",
        "trace=unlink,unlinkat",
        "-e",
        "inject=unlink,unlinkat:signal=KILL:when=2",
        process.execPath,
        join(import.meta.dir, "../../src/main.ts"),
        "serve",
      ],
      {
        env: { ...process.env, REDEEM_DATA: folder, REDEEM_PORT: "0", REDEEM_HOST: "127.0.0.1" },
        stdout: "ignore",
        stderr: "ignore",
      },
    );
    await traced.exited;
    const left = await filesIn("uploads");
    expect(left.length).toBeGreaterThan(0);
    server = await startServer({ folder });
    const [photo] = photosOf(server);
    await expectSoon(() => filesIn("uploads", "photos", "lost"), [`photos/${photo?.file}`]);
    expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
  });

  test("every sync takes a second longer: all is right, and others are answered meanwhile", async () => {
    server = await startServer();
    const token = await server.token();
    const slow = await inject(server, [
      "fdatasync:delay_enter=1000000",
      "fsync:delay_enter=1000000",
    ]);
    let answers = 0;
    const sending = { done: false };
    const asking = (async () => {
      while (!sending.done) {
        expect((await fetch(`${server.url}/health`, { keepalive: false })).status).toBe(200);
        answers += 1;
      }
    })();
    const answer = await sendWhole(server, token, mp4(2_000_000, 3));
    sending.done = true;
    await asking;
    await slow.end();
    expect(answer.status).toBe(200);
    const [photo] = photosOf(server);
    expect(photo && (await storedHash(server, photo))).toBe(sha256(mp4(2_000_000, 3)));
    console.log(`slow disk: ${answers} answers of /health meanwhile`);
    // If it waited for each sync, there were no more of them than syncs.
    expect(answers).toBeGreaterThan(20);
  });
});

function unsynced(folder: string): number {
  const database = new Database(join(folder, "redeem.db"));
  const row = database.prepare("select count(*) as n from chunks where synced = 0").get();
  database.close();
  return (row as { n: number }).n;
}

/** The disk is smaller than what is kept free by default. */
const ROOMY = { REDEEM_RESERVE: "0" };

describe.skipIf(unmounted !== undefined)("a disk", () => {
  test("that was away without a reboot has no chunk that was not synced", async () => {
    disk = mountLoopDisk(64 * 1024 * 1024);
    const { folder } = disk;
    server = await startServer({ folder, env: ROOMY });
    const token = await server.token();
    for (const piece of all.slice(0, 2)) await sendPiece(server, token, plan, piece, file);
    await until("synced", () => unsynced(folder) === 0);
    await server.kill("SIGKILL");
    // As if it had gone away before the second chunk was on it.
    const database = new Database(join(folder, "redeem.db"));
    database.exec("update chunks set synced = 0 where start > 0");
    database.close();
    server = await startServer({ folder, env: ROOMY });
    expect([await isStored(token, 0), await isStored(token, 1)]).toEqual([true, true]);
    await server.kill("SIGKILL");
    const [name = ""] = await readdir(join(folder, "uploads"));
    const handle = await open(join(folder, "uploads", name), "r+");
    await handle.write(Buffer.alloc(500_000), 0, 500_000, 500_000);
    await handle.close();
    disk.remount();
    server = await startServer({ folder, env: ROOMY });
    expect([await isStored(token, 0), await isStored(token, 1)]).toEqual([true, false]);
    await sendRest(token);
    await server.kill("SIGKILL");
  });

  test("that turns read-only in the middle: refused with 503, and whole once it is mended", async () => {
    disk = mountLoopDisk(64 * 1024 * 1024);
    const { folder } = disk;
    server = await startServer({ folder, env: ROOMY });
    const token = await server.token();
    for (const piece of all.slice(0, 3)) await sendPiece(server, token, plan, piece, file);
    disk.turnReadOnly();
    const statuses = [];
    for (const piece of all.slice(3)) {
      const answer = await sendPiece(server, token, plan, piece, file);
      statuses.push(answer.status);
      if (answer.status === 503) expect(answer.headers.get("retry-after")).toBe("1");
    }
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await server.kill("SIGKILL");
    disk.remount();
    server = await startServer({ folder, env: ROOMY });
    await sendRest(token);
    // What it began last may have been lost with the disk's journal: then its file is put aside.
    await expectSoon(() => filesIn("uploads", "spool"), []);
    await server.kill("SIGKILL");
  });
});
