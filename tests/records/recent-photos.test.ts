import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Photo, Records } from "../../src/records/records.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { givenRecords, NOW, required } from "./given.ts";

/** Photos are looked up for each request of their files: they are kept, and no change of them is missed. */

let folder: string;
let records: Records;
let photo: Photo;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-recent-"));
  records = await openRecords(join(folder, "redeem.db"));
  const given = givenRecords(records);
  const upload = await given.whole((await given.addToken()).id);
  ({ photo } = required(await given.finish(upload.id)));
});
afterEach(async () => {
  await records.close();
  await rm(folder, { recursive: true, force: true });
});

const byId = async () => required(await records.photos.byId(photo.id));

test("the same photo, as long as nothing changes; it cannot be changed by whoever has it", async () => {
  const first = await byId();
  expect(first).toEqual(photo);
  expect(await byId()).toBe(first);
  expect(() => Object.assign(first, { title: "x" })).toThrow(TypeError);
  expect(() => Object.assign(first.original, { size: 0 })).toThrow(TypeError);
});

test("a change of this process is seen at once", async () => {
  await byId();
  await records.photos.transact(photo.id, NOW, () => ({
    changes: [{ kind: "update", set: { title: "Another title" } }],
    value: undefined,
  }));
  expect((await byId()).title).toBe("Another title");
  await records.photos.transact(photo.id, NOW + 1, () => ({
    changes: [{ kind: "trash" }],
    value: undefined,
  }));
  expect((await byId()).deletedAt).toBe(NOW + 1);
  await records.photos.transact(photo.id, NOW, () => ({
    changes: [{ kind: "remove" }],
    value: undefined,
  }));
  expect(await records.photos.byId(photo.id)).toBeUndefined();
});

test("one of another process too, which holds the database open as well", async () => {
  const other = new Database(join(folder, "redeem.db"));
  try {
    for (const title of ["one", "two", "three"]) {
      await byId();
      other.prepare("update photos set title = ?").run(title);
      expect((await byId()).title).toBe(title);
    }
    other.exec("begin");
    other.prepare("update photos set title = 'not yet'").run();
    expect((await byId()).title).toBe("three");
    other.exec("commit");
    expect((await byId()).title).toBe("not yet");
  } finally {
    other.close();
  }
});
