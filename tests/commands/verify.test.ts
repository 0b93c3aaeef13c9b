import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFile,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  truncate,
} from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { pieces, type Piece, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import {
  pathOf,
  photosOf,
  sendPiece,
  sendWhole,
  sha256,
  type StoredPhoto,
} from "../support/over-http.ts";
import { until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { isMisuse, run, withFolder } from "./run.ts";

/** `redeem verify`, beside the server that has received the photos. */

const COUNT = 6;

let server: TestServer;
let photos: StoredPhoto[];
beforeEach(async () => {
  server = await startServer();
  const token = await server.token({ max_uploads: COUNT });
  for (let seed = 1; seed <= COUNT; seed += 1) await sendWhole(server, token, bytesOf(seed));
  photos = photosOf(server);
  await until("all are hashed", () => unhashed() === 0);
});
afterEach(() => server.stop());

const bytesOf = (seed: number) => png(300_000 + seed, seed);
const unhashed = () => rowsOf(server, "select 1 from originals where sha256 is null").length;
const photo = (id: number) => photos[id - 1] as StoredPhoto;
const verify = (...words: string[]) => run(server.folder, ["verify", ...words]);

async function verifyJson(...words: string[]) {
  const { code, out, err } = await verify("--json", ...words);
  expect(err).toBe("");
  return { code, ...(JSON.parse(out) as { findings: unknown[]; leftOver: number }) };
}

async function changeByte(path: string): Promise<void> {
  const handle = await open(path, "r+");
  const byte = new Uint8Array(1);
  await handle.read(byte, 0, 1, 200_000);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await handle.write(byte, 0, 1, 200_000);
  await handle.close();
}

describe("redeem verify", () => {
  test("ends with 0 where every original is as it was received", async () => {
    const bytes = Array.from({ length: COUNT }, (_, at) => 300_001 + at).reduce((a, b) => a + b);
    expect(await verify()).toEqual({
      code: 0,
      out: "6 originals, 1.8 MB sound: nothing is wrong.\n",
      err: "",
    });
    expect(await verifyJson()).toEqual({
      code: 0,
      originals: COUNT,
      bytes,
      hashed: 0,
      missing: 0,
      damaged: 0,
      leftOver: 0,
      remade: 0,
      removals: 0,
      findings: [],
    } as never);
  });

  test("says what is damaged and missing, and ends with 1", async () => {
    await changeByte(pathOf(server, photo(1)));
    await rm(pathOf(server, photo(2)));
    await appendFile(pathOf(server, photo(3)), "x");
    await truncate(pathOf(server, photo(4)), 1000);
    const { code, out, err } = await verify();
    expect([code, err]).toEqual([1, ""]);
    const lines = out.trim().split("\n").toSorted();
    expect(lines).toEqual([
      "6 originals, 600 kB sound: 3 damaged, 1 missing.",
      expect.stringMatching(
        new RegExp(
          `^Photo 1: damaged. Its SHA-256 was ${sha256(bytesOf(1))}, and is [\\da-f]{64}.$`,
        ),
      ),
      "Photo 2: missing. Its file of 300 kB is nowhere.",
      "Photo 3: damaged. It had 300003 bytes, and has 300004.",
      "Photo 4: damaged. It had 300004 bytes, and has 1000.",
    ]);
  });

  test("records hashes that are not known, and no wrong ones", async () => {
    const client = new Database(join(server.folder, "redeem.db"));
    client.exec("update originals set sha256 = null where id in (2, 3)");
    client.close();
    const { code, out } = await verify();
    expect(code).toBe(0);
    expect(out).toContain("The hash of 2 was not known, and is on record now");
    expect(rowsOf(server, "select sha256 from originals order by id")).toEqual(
      photos.map((_, at) => ({ sha256: sha256(bytesOf(at + 1)) })),
    );
  });

  const STRAYS = [
    "photos/1/1/notes.txt",
    "photos/1/99/original",
    "photos/2/1/abcdefghijklmnopqrstuvwx",
    "photos/stray.jpg",
    "photos/1/7",
    "uploads/abcdefghijklmnopqrstuvwx",
    "uploads/.hidden",
  ];

  test("names files that no record knows, and with --repair puts them aside and deletes none", async () => {
    for (const path of STRAYS) {
      await mkdir(join(server.folder, path, ".."), { recursive: true });
      await Bun.write(join(server.folder, path), path);
    }
    const found = await verify();
    expect(found.code).toBe(0);
    const lines = found.out.trim().split("\n");
    expect(lines.slice(0, -1).toSorted()).toEqual(
      STRAYS.map(
        (path) => `Left over: ${path}. No record knows it; --repair puts it aside.`,
      ).toSorted(),
    );
    expect(lines.at(-1)).toEndWith("nothing is wrong, but 7 files are left over.");
    for (const path of STRAYS) await stat(join(server.folder, path));
    expect(await verifyJson("--repair")).toMatchObject({ code: 0, leftOver: STRAYS.length });
    const kept = await readdir(join(server.folder, "lost"));
    const texts = kept.map((name) => Bun.file(join(server.folder, "lost", name)).text());
    expect((await Promise.all(texts)).toSorted()).toEqual(STRAYS.toSorted());
    expect(await verifyJson()).toMatchObject({ code: 0, leftOver: 0, findings: [] });
    // What is on record stays where it is.
    for (const one of photos) await stat(pathOf(server, one));
  });

  test("with --repair has facts and thumbnails made again that were given up", async () => {
    const client = new Database(join(server.folder, "redeem.db"));
    client.exec("update media_jobs set state = 'none', reason = 'gave_up' where original_id < 3");
    client.close();
    const given = () => rowsOf(server, "select 1 from media_jobs where state = 'none'").length;
    expect(await verifyJson()).toMatchObject({ code: 0, remade: 0 } as never);
    expect(given()).toBe(2);
    expect((await verify("--repair")).out).toContain(
      "Facts and thumbnails of 2 photos are made again",
    );
    expect(given()).toBe(0);
    expect(await verifyJson("--repair")).toMatchObject({ code: 0, remade: 0 } as never);
  });

  test("follows folders that are links, and takes none for left over, also where its disk is away", async () => {
    await rename(join(server.folder, "photos/1"), join(server.folder, "elsewhere"));
    await symlink(join(server.folder, "elsewhere"), join(server.folder, "photos/1"));
    await symlink(join(server.folder, "away"), join(server.folder, "photos/2"));
    expect(await verifyJson("--repair")).toMatchObject({
      code: 0,
      leftOver: 0,
      missing: 0,
    } as never);
  });

  test("tells of files that wait for their removal, and takes none of them for left over", async () => {
    const client = new Database(join(server.folder, "redeem.db"));
    client.pragma("foreign_keys = OFF");
    client.exec(`insert into removals (tree_id, photo_id, file, size, at)
      values (1, 5, '${photo(5).file}', ${photo(5).size}, ${Date.now()})`);
    client.exec("delete from originals where photo_id = 5; delete from photos where id = 5");
    client.close();
    expect(await verifyJson()).toMatchObject({
      code: 0,
      originals: COUNT - 1,
      removals: 1,
      findings: [],
    } as never);
  });
});

test("redeem verify: an upload under way is no left-over, and goes on", async () => {
  const plan: Plan = { identifier: "f", filename: "f.png", chunkSize: 70_000, totalSize: 300_007 };
  const token = await server.token();
  const [first, ...others] = pieces(plan);
  await sendPiece(server, token, plan, first as Piece, bytesOf(7));
  expect(await verifyJson("--repair")).toMatchObject({ code: 0, leftOver: 0, findings: [] });
  for (const piece of others) {
    const answer = await sendPiece(server, token, plan, piece, bytesOf(7));
    expect(answer.status).toBe(200);
  }
  expect(await verifyJson()).toMatchObject({ code: 0, originals: COUNT + 1 } as never);
});

describe("redeem verify, misused", () => {
  test.each([
    [["now"], '"now"'],
    [["--repair=yes"], "--repair"],
    [["--delete"], "--delete"],
  ])("%p is one line and exit code 2", async (words, named) => {
    const ran = await verify(...words);
    expect(isMisuse(ran)).toBe(true);
    expect(ran.err).toContain(named);
  });

  test("a folder without data is refused, and nothing is made in it", async () => {
    await withFolder(async (folder) => {
      const { code, err } = await run(folder, ["verify"]);
      expect([code, err]).toEqual([1, expect.stringContaining("There is no data in")]);
      expect(await readdir(folder)).toEqual([]);
    });
  });
});
