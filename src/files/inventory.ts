import { lstatSync } from "node:fs";
import { opendir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Found, Inventory } from "./files.ts";
import type { Lost } from "./lost.ts";
import { originalName } from "./names.ts";

const ID = /^[1-9]\d{0,15}$/;

/** What lies in the folders of photos and of uploads (disk.ts). */
export function createInventory(folder: string, lost: Lost): Inventory {
  return {
    photos: async function* () {
      for (const tree of await entriesOf(folder, "photos")) {
        if (!isFolderOfId(tree)) {
          yield found(tree.path, tree.name);
          continue;
        }
        for (const photo of await entriesOf(folder, tree.path)) {
          if (!isFolderOfId(photo)) {
            yield found(photo.path, photo.name);
            continue;
          }
          const of = { treeId: Number(tree.name), photoId: Number(photo.name) };
          for (const { path, name } of await entriesOf(folder, photo.path)) {
            yield { path, name, of };
          }
        }
      }
    },

    uploads: async function* () {
      for await (const { name } of await opendir(join(folder, "uploads"))) {
        yield found(`uploads/${name}`, name);
      }
    },

    isOriginal: ({ name, of }, { treeId, file }) =>
      of?.treeId === treeId && name === originalName(file),

    isThere: ({ path }) => lstatSync(join(folder, path), { throwIfNoEntry: false }) !== undefined,

    putAside: ({ path, name }) => lost.take(join(folder, path), name),
  };
}

type Entry = { path: string; name: string; isFolder: boolean };

/**
 * Folders may be links to others (README). One that is removed while this looks, or whose disk is away, has nothing in it.
 */
async function entriesOf(folder: string, path: string): Promise<Entry[]> {
  const entries = await readdir(join(folder, path), { withFileTypes: true }).catch(
    (error: { code?: string }) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
      throw error;
    },
  );
  return entries.map((entry) => ({
    path: `${path}/${entry.name}`,
    name: entry.name,
    isFolder: entry.isDirectory() || entry.isSymbolicLink(),
  }));
}

function isFolderOfId({ name, isFolder }: Entry): boolean {
  return isFolder && ID.test(name);
}

function found(path: string, name: string): Found {
  return { path, name, of: undefined };
}
