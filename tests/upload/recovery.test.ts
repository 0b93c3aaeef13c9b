import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, renameSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import {
  askChunk,
  fileForm,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  sendChunk,
} from "../support/redeem.ts";
import { siteForEach } from "../support/lifetime.ts";
import { NEW, oldPhoto, sendTo, wholeForm } from "../support/replacing.ts";
import { sweepNow } from "../support/sweep.ts";

/** Issue 7, A.2 to A.4: files and records that a crash has left in disagreement. */

const site = siteForEach();

const file = png(2500);
const plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
const first = { number: 1, start: 0, end: 1000 };
const second = { number: 2, start: 1000, end: 2500 };
const path = (...parts: string[]) => join(site.folder, ...parts);
const names = async (folder: string) =>
  existsSync(path(folder)) ? readdir(path(folder)) : Promise.resolve([]);

function change(query: string): void {
  const database = new Database(path("redeem.db"));
  database.exec(query);
  database.close();
}

/** The only upload's file, as the records name it. */
const nameOf = () =>
  rowsOf<{ file: string }>(site, "select file from uploads order by id desc limit 1")[0]?.file ??
  "";

describe("a record that a power cut has taken, while its file stayed (A.2)", () => {
  test("its id comes again, its file never: a stranger's bytes are in nobody's photo", async () => {
    const token = await site.token({ max_uploads: 9 });
    await redeem(site, fileForm(token, png(900, 5)));
    await site.restart(() => copyFileSync(path("redeem.db"), path("before.db")));
    const stranger = png(2500, 99);
    const lost = await photoIn(await redeem(site, fileForm(token, stranger)));
    const lostName = nameOf();
    await sendChunk(site, token, plan, first, stranger);
    const begunName = nameOf();
    // What was committed behind the last sync of the database is gone; what was renamed is there.
    await site.restart(() => {
      for (const suffix of ["-wal", "-shm"]) rmSync(path(`redeem.db${suffix}`), { force: true });
      renameSync(path("before.db"), path("redeem.db"));
    });
    expect((await names("lost")).toSorted()).toEqual([lostName, begunName].toSorted());
    const { records } = site.site;
    expect(await records.photos.byId(lost.photo_id)).toBeUndefined();
    const photo = await photoIn(await redeem(site, fileForm(token, file)));
    expect(photo.photo_id).toBe(lost.photo_id);
    expect(await originalOf(site, photo)).toEqual(file);
    expect(nameOf()).not.toBe(lostName);
  });

  test("nothing is renamed over a file that is there", async () => {
    const { staging, originals, spools } = site.site.files;
    const place = { treeId: 1, photoId: 7, file: "a".repeat(24), size: file.length };
    await Bun.write(path("uploads", place.file), file);
    await Bun.write(path("photos/1/7", place.file), png(100, 3));
    expect(await originals.place(place)).toBe(true);
    expect(await (await originals.read(place)).bytes()).toEqual(file);
    expect(await Bun.file(path("lost", place.file)).bytes()).toEqual(png(100, 3));
    const spool = await spools.create();
    await spool.write(file);
    await Bun.write(path("uploads", place.file), png(100, 4));
    await expect(staging.adopt(spool, place.file)).rejects.toThrow("is there already");
    expect(await Bun.file(path("uploads", place.file)).bytes()).toEqual(png(100, 4));
    await spool.delete();
  });

  test("a data folder of an earlier version opens as it is", async () => {
    const token = await site.token({ max_uploads: 9 });
    const photo = await photoIn(await redeem(site, fileForm(token, file)));
    const photoName = nameOf();
    await sendChunk(site, token, plan, first, file);
    const begun = rowsOf<{ id: number }>(site, "select max(id) as id from uploads")[0]?.id ?? 0;
    const begunName = nameOf();
    const folder = path("photos", String(photo.tree_id), String(photo.photo_id));
    await site.restart(() => {
      renameSync(join(folder, photoName), join(folder, "original"));
      renameSync(path("uploads", begunName), path("uploads", String(begun)));
      change("update uploads set file = null");
      change("update originals set file = upload_id");
    });
    expect(await originalOf(site, photo)).toEqual(file);
    expect((await askChunk(site, token, plan, 1)).status).toBe(200);
    const made = await photoIn(await sendChunk(site, token, plan, second, file));
    expect(await originalOf(site, made)).toEqual(file);
    expect(await names("lost")).toEqual([]);
    expect(await names("uploads")).toEqual([]);
  });
});

/** As after a commit that was answered with an error, and recovered as done by the next process. */
async function givenBack(): Promise<{
  photo: Awaited<ReturnType<typeof photoIn>>;
  name: string;
}> {
  const photo = await photoIn(await redeem(site, fileForm(await site.token(), file)));
  const name = nameOf();
  const folder = path("photos", String(photo.tree_id), String(photo.photo_id));
  renameSync(join(folder, name), path("uploads", name));
  rmSync(folder, { recursive: true });
  return { photo, name };
}

describe("a photo on record whose file is not in its place (A.3)", () => {
  test("is read from where it lies, and brought to its place by the next start", async () => {
    const { photo, name } = await givenBack();
    expect(await originalOf(site, photo)).toEqual(file);
    await site.restart();
    expect(await names("uploads")).toEqual([]);
    expect(await names(`photos/${photo.tree_id}/${photo.photo_id}`)).toEqual([name]);
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("is never swept, and found where it was put aside", async () => {
    const { photo, name } = await givenBack();
    site.advance(9 * 86_400_000);
    await sweepNow(site);
    expect(await originalOf(site, photo)).toEqual(file);
    const folder = path("photos", String(photo.tree_id), String(photo.photo_id));
    await mkdir(path("lost"), { recursive: true });
    renameSync(join(folder, name), path("lost", name));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("the sweeper asks for each file by its name: killed at any of its steps it loses no photo", async () => {
    const token = await site.token({ valid_minutes: 1440 });
    await sendChunk(site, token, plan, first, file);
    const name = nameOf();
    site.advance(2 * 86_400_000);
    // It has said that the upload is over, and was killed before its bytes were gone.
    const { records } = site.site;
    const [upload] = (await Array.fromAsync(records.leftovers.abandoned(site.site.now()))).flat();
    await records.leftovers.end([upload?.id ?? 0]);
    expect(await names("uploads")).toEqual([name]);
    await site.restart();
    expect(await names("uploads")).toEqual([]);
    expect(await names("lost")).toEqual([]);
    expect(rowsOf(site, "select id from uploads")).toEqual([]);
  });
});

describe("an unfinished file that is not what its chunks say (A.4)", () => {
  test("shorter than that: the chunks beyond are asked for again", async () => {
    const token = await site.token();
    const larger = { ...plan, totalSize: 3500 };
    const bytes = png(3500, 2);
    await sendChunk(site, token, larger, first, bytes);
    await sendChunk(site, token, larger, { number: 2, start: 1000, end: 2000 }, bytes);
    await site.restart(() => truncateSync(path("uploads", nameOf()), 1500));
    expect((await askChunk(site, token, larger, 1)).status).toBe(200);
    expect((await askChunk(site, token, larger, 2)).status).toBe(204);
    await sendChunk(site, token, larger, { number: 2, start: 1000, end: 2000 }, bytes);
    const last = await sendChunk(site, token, larger, { number: 3, start: 2000, end: 3500 }, bytes);
    expect(await originalOf(site, await photoIn(last))).toEqual(bytes);
  });

  test("gone while the server runs: it is not made anew, and all is asked for again", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    rmSync(path("uploads", nameOf()));
    const refused = await sendChunk(site, token, plan, second, file);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await names("uploads")).toEqual([]);
    expect((await askChunk(site, token, plan, 1)).status).toBe(204);
    await sendChunk(site, token, plan, first, file);
    const photo = await photoIn(await sendChunk(site, token, plan, second, file));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("gone while the server was stopped: the same", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    await site.restart(() => rmSync(path("uploads", nameOf())));
    expect((await askChunk(site, token, plan, 1)).status).toBe(204);
    expect(await photoCount(site, token)).toBe(0);
  });
});

describe("links in the data folder", () => {
  test("in the place of a file are not followed, and folders may be links", async () => {
    await site.restart(() => {
      renameSync(path("photos"), path("elsewhere"));
      symlinkSync(path("elsewhere"), path("photos"));
    });
    const token = await site.token({ max_uploads: 2 });
    const photo = await photoIn(await redeem(site, fileForm(token, file)));
    expect(await originalOf(site, photo)).toEqual(file);
    await sendChunk(site, token, plan, first, file);
    const name = nameOf();
    const outside = path("outside");
    await Bun.write(outside, "precious");
    await site.restart(() => {
      rmSync(path("uploads", name));
      symlinkSync(outside, path("uploads", name));
    });
    expect((await askChunk(site, token, plan, 1)).status).toBe(204);
    await sendChunk(site, token, plan, first, file);
    const made = await photoIn(await sendChunk(site, token, plan, second, file));
    expect(await originalOf(site, made)).toEqual(file);
    expect(await Bun.file(outside).text()).toBe("precious");
    const own = path("photos", String(made.tree_id), String(made.photo_id), name);
    rmSync(own);
    symlinkSync(outside, own);
    await expect(originalOf(site, made)).rejects.toThrow("503");
  });
});

test("an unfinished upload of an earlier version, named by its id, takes no bytes from the photo of that id", async () => {
  const token = await site.token({ max_uploads: 9 });
  await redeem(site, fileForm(token, png(900, 5)));
  for (const identifier of ["other", plan.identifier]) {
    await sendChunk(site, token, { ...plan, identifier }, first, file);
  }
  const begun = rowsOf<{ id: number; file: string }>(
    site,
    "select id, file from uploads where state = 'receiving' order by id",
  );
  await site.restart(() => {
    for (const { id, file: name } of begun) {
      renameSync(path("uploads", name), path("uploads", String(id)));
    }
    change("update uploads set file = null where state = 'receiving'");
  });
  const photo = await photoIn(await sendChunk(site, token, plan, second, file));
  const [other] = begun;
  expect(photo.photo_id).toBe(other?.id ?? 0);
  // A power cut has taken all that the other one had.
  await site.restart(() => {
    change("delete from chunks; update uploads set received = 0 where state = 'receiving'");
    rmSync(path("uploads", String(other?.id)));
  });
  expect(await originalOf(site, photo)).toEqual(file);
});

test("the file of an original that was replaced before it was brought to its place is not put aside, and removed with others", async () => {
  const photo = await oldPhoto(site);
  const old = nameOf();
  const folder = `photos/${photo.tree_id}/${photo.photo_id}`;
  renameSync(path(folder, old), path("uploads", old));
  const form = wholeForm({ photo_id: photo.photo_id });
  await photoIn(await sendTo(site, "replace", form, { key: true }));
  await sweepNow(site);
  // Somebody may have looked it up just now.
  expect(await names("uploads")).toEqual([old]);
  expect(await names("lost")).toEqual([]);
  site.advance(2 * 60_000);
  await sweepNow(site);
  expect(await names("uploads")).toEqual([]);
  expect(await names(folder)).toEqual([nameOf()]);
  expect(await originalOf(site, photo)).toEqual(NEW);
});
