import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, truncateSync } from "node:fs";
import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createDisk } from "../../src/files/disk.ts";
import type { Files } from "../../src/files/files.ts";
import { png } from "../support/media.ts";
import { filesContract, name, placeOf, stage } from "./contract.ts";

const newFolder = () => mkdtemp(join(tmpdir(), "redeem-files-"));

for (const durable of [true, false]) {
  filesContract(durable ? "disk" : "disk that is not waited for", async () => {
    const folder = await newFolder();
    const open = () => createDisk(folder, { durable });
    const end = () => rm(folder, { recursive: true, force: true });
    return { files: await open(), reopen: open, end };
  });
}

let folder: string;
let files: Files;
beforeEach(async () => {
  folder = await newFolder();
  files = await createDisk(folder, { durable: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const path = (...parts: string[]) => join(folder, ...parts);
const bytes = png(1000);
const place = placeOf(12, bytes.length, 3);
const placed = `photos/3/12/${place.file}`;

/** Puts a file where another version, another process or an operator has left it. */
async function lay(where: string, content: Uint8Array | string): Promise<void> {
  mkdirSync(dirname(path(where)), { recursive: true });
  await Bun.write(path(where), content);
}

const contentOf = (where: string) => Bun.file(path(where)).bytes();
const readOriginal = async (of = place) => (await files.originals.read(of)).bytes();

/** Files below the folder, and links, by their paths. */
async function laid(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

test("an original that is open is read to its end, also when its file is deleted meanwhile", async () => {
  await stage(files, place.file, bytes);
  await files.originals.place(place);
  using file = await files.originals.open(place);
  await rm(path(placed));
  const [all] = await Array.fromAsync(file.read(0, bytes.length));
  expect(all).toEqual(bytes);
});

describe("the disk's layout", () => {
  test("is three folders, an upload named by its file, a photo by tree, id and file", async () => {
    expect((await readdir(folder)).toSorted()).toEqual(["photos", "spool", "uploads"]);
    await stage(files, place.file, bytes);
    expect(await laid()).toEqual([`uploads/${place.file}`]);
    await files.originals.place(place);
    expect(await laid()).toEqual([placed]);
    await using spool = await files.spools.create();
    expect(dirname(spool.path)).toBe(path("spool"));
  });

  test("other files in the upload folder are no uploads", async () => {
    for (const other of ["notes.txt", ".hidden", "-1", "1.5", "f".repeat(25)]) {
      await lay(`uploads/${other}`, "x");
    }
    mkdirSync(path("uploads", name(1)));
    expect(await files.staging.names()).toEqual([]);
  });

  test("a folder among the spools is somebody else's and stays", async () => {
    await lay("spool/somebodys/own", "x");
    await lay("spool/left", "x");
    await files.spools.deleteAll();
    expect(await laid()).toEqual(["spool/somebodys/own"]);
  });
});

describe("a file of an earlier version, named by its upload's id", () => {
  const legacy = { ...place, file: "4711" };

  test("is called original among the photos, whatever the photo's id is", async () => {
    await lay("uploads/4711", bytes);
    expect(await files.staging.names()).toEqual(["4711"]);
    await files.staging.finalize("4711", bytes.length);
    expect(await files.originals.place(legacy)).toBe(true);
    expect(await laid()).toEqual(["photos/3/12/original"]);
    expect(await readOriginal(legacy)).toEqual(bytes);
  });

  test("is read as it lies, and taken back", async () => {
    await lay("photos/3/12/original", bytes);
    expect(await readOriginal({ ...legacy, file: "12" })).toEqual(bytes);
    await files.originals.takeBack({ treeId: 3, photoId: 12, file: "12" });
    expect(await laid()).toEqual(["uploads/12"]);
    expect(existsSync(path("photos/3/12"))).toBe(false);
  });

  test("is never mixed up with the file of a photo that has its id", async () => {
    await lay("uploads/12", png(700, 2));
    await lay(placed, bytes);
    await files.originals.takeBack({ treeId: 3, photoId: 12, file: "12" });
    expect(await laid()).toEqual([placed, "uploads/12"].toSorted());
    expect(await readOriginal()).toEqual(bytes);
  });

  test("gives way in the photo's folder to the photo that has come since", async () => {
    await lay("photos/3/12/original", png(700, 2));
    await lay("uploads/4711", bytes);
    expect(await files.originals.place(legacy)).toBe(true);
    expect(await contentOf("photos/3/12/original")).toEqual(bytes);
    expect(await contentOf("lost/4711")).toEqual(png(700, 2));
  });
});

describe("nothing is renamed over a file that is there", () => {
  test("what is in an original's place and is not the original is put aside", async () => {
    await lay(`uploads/${place.file}`, bytes);
    await lay(placed, png(100, 3));
    await lay(`lost/${place.file}`, png(200, 4));
    expect(await files.originals.place(place)).toBe(true);
    expect(await contentOf(placed)).toEqual(bytes);
    expect(await contentOf(`lost/${place.file}`)).toEqual(png(200, 4));
    expect(await contentOf(`lost/${place.file}.1`)).toEqual(png(100, 3));
    expect(await laid()).toHaveLength(3);
  });

  test("an original in its place stays, also where an upload's file has its name and size", async () => {
    await lay(placed, bytes);
    await lay(`uploads/${place.file}`, png(1000, 9));
    expect(await files.originals.place(place)).toBe(true);
    expect(await readOriginal()).toEqual(bytes);
    expect(await contentOf(`uploads/${place.file}`)).toEqual(png(1000, 9));
  });

  test("what is put aside twice is there twice", async () => {
    for (const size of [100, 200]) {
      await lay(`uploads/${place.file}`, png(size));
      await files.staging.putAside(place.file);
    }
    expect(await contentOf(`lost/${place.file}`)).toEqual(png(100));
    expect(await contentOf(`lost/${place.file}.1`)).toEqual(png(200));
  });
});

describe("an original that the disk has cut short", () => {
  test("is read as it is where there is no other", async () => {
    await lay(placed, bytes);
    truncateSync(path(placed), 400);
    expect(await readOriginal()).toEqual(bytes.subarray(0, 400));
    expect(await files.originals.place(place)).toBe(true);
  });

  test("gives way to a whole one", async () => {
    await lay(placed, bytes.subarray(0, 400));
    await lay(`uploads/${place.file}`, bytes);
    expect(await readOriginal()).toEqual(bytes);
    expect(await contentOf(`lost/${place.file}`)).toEqual(bytes.subarray(0, 400));
  });
});

describe("a link", () => {
  beforeEach(() => lay("outside", bytes));

  test("that has the name of a file to be made is put aside, and what it leads to stays", async () => {
    symlinkSync(path("outside"), path("uploads", name(1)));
    await stage(files, name(1), png(100, 2));
    expect(await contentOf(`uploads/${name(1)}`)).toEqual(png(100, 2));
    expect(await readlink(path("lost", name(1)))).toBe(path("outside"));
    expect(await contentOf("outside")).toEqual(bytes);
  });

  test("is no staged file", async () => {
    symlinkSync(path("outside"), path("uploads", name(1)));
    const { staging } = files;
    expect(await staging.names()).toEqual([]);
    expect(staging.lengthOf(name(1))).toBeUndefined();
    await expect(staging.finalize(name(1), bytes.length)).rejects.toThrow("is missing");
    const links = { code: "ELOOP" };
    await expect(staging.write(name(1), 0, { create: false })).rejects.toMatchObject(links);
    await expect(staging.sync(name(1))).rejects.toMatchObject(links);
    await expect(staging.head(name(1), 10)).rejects.toMatchObject(links);
    await staging.delete(name(1));
    expect(await laid()).toEqual(["outside"]);
  });

  test("is no original: neither in its place nor among the uploads", async () => {
    for (const where of [placed, `uploads/${place.file}`]) {
      mkdirSync(dirname(path(where)), { recursive: true });
      symlinkSync(path("outside"), path(where));
    }
    expect(await files.originals.place(place)).toBe(false);
    await expect(readOriginal()).rejects.toThrow("is missing");
  });

  test("in an original's place gives way to it", async () => {
    mkdirSync(dirname(path(placed)), { recursive: true });
    symlinkSync(path("outside"), path(placed));
    await stage(files, place.file, png(1000, 5));
    expect(await files.originals.place(place)).toBe(true);
    expect(await contentOf(placed)).toEqual(png(1000, 5));
    expect(await contentOf("outside")).toEqual(bytes);
  });

  test("is not read as a spool, and is deleted as one", async () => {
    const spool = await files.spools.create();
    await spool.close();
    await rm(spool.path);
    symlinkSync(path("outside"), spool.path);
    await expect(Array.fromAsync(spool.read())).rejects.toMatchObject({ code: "ELOOP" });
    await files.spools.deleteAll();
    expect(await laid()).toEqual(["outside"]);
  });

  test("to a folder may stand for a folder", async () => {
    await rm(path("photos"), { recursive: true });
    mkdirSync(path("elsewhere"));
    symlinkSync(path("elsewhere"), path("photos"));
    files = await createDisk(folder, { durable: true });
    await stage(files, place.file, bytes);
    expect(await files.originals.place(place)).toBe(true);
    expect(await readOriginal()).toEqual(bytes);
  });
});

describe("what lies among the photos under an id that was never given", () => {
  test("is put aside by its file's name, or by the id where it has another", async () => {
    await lay(placed, bytes);
    await lay(`photos/3/2002/${name(1)}`, "1");
    await lay("photos/3/2003/original", "2");
    await lay("photos/3/2004", "3");
    await lay("photos/9/9000/x/y", "4");
    await lay("photos/notes/2005", "5");
    mkdirSync(path("photos/3/2006"));
    expect((await files.originals.putStraysAside(2001)).toSorted()).toEqual(
      [`lost/${name(1)}`, "lost/2003", "lost/2004", "lost/9000"].toSorted(),
    );
    expect(await laid()).toEqual(
      [
        `lost/${name(1)}`,
        "lost/2003",
        "lost/2004",
        "lost/9000/y",
        placed,
        "photos/notes/2005",
      ].toSorted(),
    );
    expect((await readdir(path("photos/3"))).toSorted()).toEqual(["12"]);
  });
});
