import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { rowsOf } from "../support/database.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { photosOf, sendWhole } from "../support/over-http.ts";
import { API_KEY } from "../support/site.ts";
import { isFailure, isMisuse, run } from "./run.ts";

/** `redeem export`, beside a server that runs. */

const server = serverForAll();
const folders: string[] = [];
let out = "";
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "redeem-export-"));
  folders.push(folder);
  out = join(folder, "out");
});
afterEach(() => {
  const db = new Database(join(server.folder, "redeem.db"));
  db.exec("update photos set deleted_at = 1");
  db.close();
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const redeem = (...words: string[]) => run(server.folder, ["export", out, ...words]);

/** All files, but the export's own, by their paths in it. */
async function files(folder = out): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(".redeem-export"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

async function upload(
  filename: string,
  { size = 300, album_id = "", ...parameters }: Record<string, string | number> = {},
) {
  const token = await server.token(parameters);
  await sendWhole(server, token, png(Number(size)), filename);
  const photo = photosOf(server).at(-1);
  if (!photo) throw new Error("no photo");
  // As earlier versions have it on record: albums were ids of the backend's own.
  change(`update photos set album_id = '${album_id}' where id = ${photo.id}`);
  return photo;
}

const bytes = (path: string) => readFile(join(out, path));
const metadata = async (path: string) =>
  JSON.parse(await readFile(join(out, `${path}.json`), "utf8")) as Record<string, unknown>;

function change(statement: string): void {
  const db = new Database(join(server.folder, "redeem.db"));
  db.pragma("foreign_keys = off");
  db.exec(statement);
  db.close();
}

test("originals under their own names, by album, with all that is known of them", async () => {
  const photo = await upload("party.jpg", {
    title: "A party",
    description: "<b>Cake</b>",
    tags: 'cake "old friends"',
    album_id: "7,3",
    size: 5000,
  });
  const other = await upload("alone.png");
  const ran = await redeem();
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.out).toStartWith(`2 photos are in ${out}: 2 copied now (5300 bytes), 0 there before.`);
  // A PNG that somebody calls a JPEG is named for what it is, as a download is.
  expect(await files()).toEqual([
    "Album 7/party.jpg.png",
    "Album 7/party.jpg.png.json",
    "No album/alone.png",
    "No album/alone.png.json",
  ]);
  expect(new Uint8Array(await bytes("Album 7/party.jpg.png"))).toEqual(png(5000));
  expect(await metadata("Album 7/party.jpg.png")).toMatchObject({
    photo_id: photo.id,
    tree_id: photo.treeId,
    title: "A party",
    content: "<b>Cake</b>",
    content_text: "Cake",
    tags: 'cake "old friends"',
    album_id: "7,3",
    albums: [
      { album_id: "7", title: null },
      { album_id: "3", title: null },
    ],
    original_filename: "party.jpg",
    original_type: "image/png",
    original_size: 5000,
    original_number: 1,
    exported_as: "Album 7/party.jpg.png",
    deleted: null,
  });
  // Its age is the photo's, and nobody else reads it.
  const [row] = rowsOf<{ at: number }>(
    server,
    `select created_at as at from photos where id = ${other.id}`,
  );
  const there = await stat(join(out, "No album/alone.png"));
  expect(Math.abs(there.mtimeMs - (row?.at ?? 0))).toBeLessThan(1000);
  expect(there.mode & 0o077).toBe(0);
});

test("names of strangers, and those that are one file on some system", async () => {
  const names = [
    "same.png",
    "SAME.png",
    "../../evil.png",
    "con.png",
    "e\u0301.png",
    "\u00e9.png",
    "same.png",
    "a\u202egpj.png",
    `${"x".repeat(300)}.png`,
    "",
  ];
  const photos: number[] = [];
  for (const name of names) photos.push((await upload(name)).id);
  change(`update originals set filename = 'same.png.json', type = 'application/octet-stream'
    where photo_id = ${photos[9]}`);
  // On record as nobody could have sent it.
  change(
    `update originals set filename = '../..' || char(0) || '/evil.png' where photo_id = ${photos[2]}`,
  );
  expect((await redeem()).code).toBe(0);
  const [, SAME, , , , composed, again, , , json] = photos;
  expect(await files()).toEqual(
    [
      "same.png",
      `SAME (${SAME}).png`,
      "___..__evil.png",
      "_con.png",
      "é.png",
      `é (${composed}).png`,
      `same (${again}).png`,
      "agpj.png",
      `${"x".repeat(196)}.png`,
      `same.png (${json}).json`,
    ]
      .flatMap((name) => [`No album/${name}`, `No album/${name}.json`])
      .toSorted(),
  );
});

test("again: nothing is copied; what is new or changed is; what was deleted is told and stays", async () => {
  const kept = await upload("kept.png");
  const moved = await upload("moved.png", { album_id: "1" });
  const gone = await upload("gone.png", { album_id: "1" });
  const trashed = await upload("trashed.png");
  await redeem();
  const before = await stat(join(out, "No album/kept.png"));
  const quiet = await redeem();
  expect(quiet.out).toBe(`4 photos are in ${out}: 0 copied now (0 bytes), 4 there before.\n`);
  expect((await stat(join(out, "No album/kept.png"))).ino).toBe(before.ino);

  change(`update photos set title = 'New' where id = ${kept.id}`);
  change(`update photos set album_id = '2' where id = ${moved.id}`);
  change(`update photos set deleted_at = 1 where id = ${trashed.id}`);
  change(
    `delete from originals where photo_id = ${gone.id}; delete from photos where id = ${gone.id}`,
  );
  await upload("moved.png", { album_id: "1" });
  const ran = await redeem();
  expect(ran.code).toBe(0);
  expect(ran.out.split("\n")).toEqual([
    `3 photos are in ${out}: 2 copied now (600 bytes), 1 there before, 1 of them with new metadata.`,
    "2 photos exported before are deleted by now, and left in the folder:",
    `  Album 1/gone.png (photo ${gone.id})`,
    `  No album/trashed.png (photo ${trashed.id}, in the trash)`,
    "",
  ]);
  expect((await stat(join(out, "No album/kept.png"))).ino).toBe(before.ino);
  expect(await metadata("No album/kept.png")).toMatchObject({ title: "New" });
  const there = await files();
  expect(there).toContain("Album 2/moved.png");
  expect(there).toContain("Album 1/gone.png");
  // The name that was moved away was another's until then.
  expect(there.filter((name) => name.startsWith("Album 1/moved"))).toHaveLength(2);

  const all = await redeem("--deleted");
  expect(all.out).toContain("1 photo exported before is deleted by now");
  expect(await metadata("No album/trashed.png")).toMatchObject({
    deleted: "1970-01-01T00:00:00.001Z",
  });
});

test("bytes that were replaced, a file that was harmed, and one that was taken away, are copied anew", async () => {
  const photo = await upload("a.png");
  await upload("b.png");
  await upload("c.png");
  await redeem();
  await writeFile(join(out, "No album/b.png"), "half");
  await rm(join(out, "No album/c.png"));
  await rm(join(out, "No album/c.png.json"));
  const folder = join(server.folder, "photos", String(photo.treeId), String(photo.id));
  await writeFile(join(folder, "n".repeat(24)), png(999));
  change(`insert into originals (id, photo_id, version, upload_id, file, filename, type, size, created_at)
    select 9000, photo_id, 2, 9000, '${"n".repeat(24)}', filename, type, 999, created_at from originals
    where photo_id = ${photo.id};
    update photos set original_id = 9000 where id = ${photo.id}`);
  const ran = await redeem();
  expect(ran.out).toStartWith(`3 photos are in ${out}: 3 copied now`);
  expect(new Uint8Array(await bytes("No album/a.png"))).toEqual(png(999));
  expect(await metadata("No album/a.png")).toMatchObject({
    original_number: 2,
    original_size: 999,
  });
  expect(await bytes("No album/b.png")).toHaveLength(300);
  expect(await files()).toHaveLength(6);
});

test("some of them: an album's, in its folder, and those since then", async () => {
  await upload("one.png", { album_id: "5,6" });
  const two = await upload("two.png", { album_id: "6" });
  const three = await upload("three.png");
  expect((await redeem("--album", "6")).out).toStartWith("2 photos are in");
  expect(await files()).toEqual(
    ["one.png", "two.png"].flatMap((name) => [`Album 6/${name}`, `Album 6/${name}.json`]),
  );
  change(`update photos set created_at = 1000 where id <> ${three.id}`);
  change(`update photos set updated_at = ${Date.now()} where id = ${two.id}`);
  const since = await redeem("--since", "2001-01-01");
  expect(since.out).toStartWith("2 photos are in");
  expect(await files()).toContain("No album/three.png");
  expect((await redeem("--album", "99")).out).toStartWith("0 photos are in");
});

test("a photo whose file is missing is named, and the others are there", async () => {
  const lost = await upload("lost.png");
  const odd = await upload("odd.png");
  change(`update originals set file = '../../secret' where photo_id = ${odd.id}`);
  await upload("there.png");
  await rm(join(server.folder, "photos", String(lost.treeId), String(lost.id), lost.file));
  const ran = await redeem();
  expect(ran.code).toBe(1);
  const why = "its file is missing in the data folder, or damaged";
  expect(ran.err.split("\n").toSorted()).toEqual([
    "",
    `Photo ${lost.id}, No album/lost.png: ${why}`,
    `Photo ${odd.id}, No album/odd.png: ${why}`,
    "redeem: 2 photos could not be exported (see above); run the same line again when that is mended",
  ]);
  expect(await files()).toEqual(["No album/there.png", "No album/there.png.json"]);
});

test("a file of somebody's own in an album's folder stays", async () => {
  await upload("first.png");
  await redeem();
  await writeFile(join(out, "No album/mine.png"), "mine");
  const { id } = await upload("mine.png");
  await redeem();
  expect(String(await bytes("No album/mine.png"))).toBe("mine");
  expect(await files()).toContain(`No album/mine (${id}).png`);
});

/** Calls a method; answers the album's id. */
const api = async (method: string, fields: Record<string, string>) => {
  const body = new URLSearchParams(fields);
  const headers = { authorization: `Bearer ${API_KEY}` };
  const answer = await fetch(`${server.url}/api/2/${method}`, { method: "POST", body, headers });
  const { data } = (await answer.json()) as { data: { album_id: number } };
  return String(data.album_id);
};

describe("albums with titles", () => {
  test("give their folders names; two of one title, or none, are told apart by their ids", async () => {
    const [one, other] = [
      await api("album/create", { title: "Summer: 2026/07" }),
      await api("album/create", { title: "SUMMER_ 2026_07" }),
    ];
    const none = await api("album/create", { title: "No album" });
    await upload("one.png", { album_id: one });
    await upload("other.png", { album_id: `${other},${one}` });
    await upload("none.png", { album_id: none });
    await upload("bare.png");
    expect((await redeem()).code).toBe(0);
    expect((await files()).filter((path) => !path.endsWith(".json"))).toEqual(
      [
        "Summer_ 2026_07/one.png",
        `SUMMER_ 2026_07 (${other})/other.png`,
        `No album (${none})/none.png`,
        "No album/bare.png",
      ].toSorted(),
    );
    expect((await metadata(`SUMMER_ 2026_07 (${other})/other.png`))["albums"]).toEqual([
      { album_id: other, title: "SUMMER_ 2026_07" },
      { album_id: one, title: "Summer: 2026/07" },
    ]);
    // Under another title it moves.
    await api("album/update", { album_id: one, title: "Winter" });
    const ran = await redeem();
    expect(ran.out).toContain(": 1 copied now");
    expect(await files()).toContain("Winter/one.png");
    expect(await readdir(out)).not.toContain("Summer_ 2026_07");
  });

  test("are named by title or id; where several have it, by id alone", async () => {
    const party = await api("album/create", { title: "Party" });
    await upload("party.png", { album_id: party });
    await upload("bare.png");
    expect((await redeem("--album", "party")).out).toStartWith("1 photo is in");
    expect(await files()).toEqual(["Party/party.png", "Party/party.png.json"]);
    expect((await redeem("--album", party)).out).toContain(": 0 copied now");
    const second = await api("album/create", { title: "PARTY" });
    const two = await redeem("--album", "party");
    expect(two.err).toContain(
      `There are 2 albums "party": name one by its id (${party}, ${second})`,
    );
    expect(isFailure(two)).toBe(true);
    expect((await redeem("--album", "Nothing")).err).toContain('There is no album "Nothing"');
  });
});

describe("refuses", () => {
  test("a folder that is not empty, a file, one in the data folder, and another data folder's", async () => {
    await mkdir(out);
    await writeFile(join(out, "mine.txt"), "mine");
    const full = await redeem();
    expect(full.err).toContain("is not empty, and nothing was exported into it before");
    expect(isFailure(full)).toBe(true);
    expect(await files()).toEqual(["mine.txt"]);
    const file = await run(server.folder, ["export", join(out, "mine.txt")]);
    expect(file.err).toContain("is a file");
    const inside = await run(server.folder, ["export", join(server.folder, "photos")]);
    expect(inside.err).toContain("is in the data folder");
    await rm(join(out, "mine.txt"));
    await redeem();
    const other = await mkdtemp(join(tmpdir(), "redeem-export-other-"));
    folders.push(other);
    await run(other, ["key", "create"]);
    const mixed = await run(other, ["export", out]);
    expect(mixed.err).toContain("has the photos of another data folder");
    expect(isFailure(mixed)).toBe(true);
  });

  test.each([
    [[], "Where to?"],
    [["a", "b"], '"b"'],
    [["a", "--since", "yesterday"], "--since must be a date"],
    [["a", "--colour", "red"], "--colour"],
  ])("%p with exit code 2", async (words, message) => {
    const ran = await run(server.folder, ["export", ...words]);
    expect(ran.err).toContain(message);
    expect(isMisuse(ran)).toBe(true);
  });

  test("no data: nothing is made", async () => {
    const none = join(out, "none");
    const ran = await run(none, ["export", join(out, "to")]);
    expect(ran.err).toContain("There is no data in");
    expect(await readdir(join(out, "..")).catch(() => [])).toEqual([]);
  });
});
