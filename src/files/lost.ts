import { lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { treeOf } from "./trees.ts";
import type { Calls } from "./calls.ts";
import { deleteEmptyFolder, isMissing, moveToNew } from "./move.ts";
import { isFileName } from "./names.ts";

export type Lost = ReturnType<typeof createLost>;

/** Files that no record knows: put aside, since somebody may want them, and never deleted. */
export function createLost(folder: string, calls: Calls) {
  const lost = join(folder, "lost");
  const pathOf = (name: string) => join(lost, name);

  async function take(path: string, name: string): Promise<string | undefined> {
    await calls.mkdir(lost);
    let free = name;
    for (let count = 1; lstatSync(pathOf(free), { throwIfNoEntry: false }); count += 1) {
      free = `${name}.${count}`;
    }
    try {
      await moveToNew(calls, path, pathOf(free));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    return `lost/${free}`;
  }

  return {
    pathOf,
    take,
    /** Puts aside whatever stands where a file is to go, if anything does. */
    makeWay: async (path: string, name: string): Promise<void> => {
      if (lstatSync(path, { throwIfNoEntry: false })) await take(path, name);
    },
    /** Takes what lies among the photos under ids above the last one that was given. */
    takeStrays: async (photos: string, lastPhotoId: number): Promise<string[]> => {
      const taken: string[] = [];
      for (const tree of await numbersIn(photos)) {
        if (tree < treeOf(lastPhotoId)) continue;
        for (const id of await numbersIn(join(photos, String(tree))).catch(unlessNoFolder)) {
          if (id <= lastPhotoId) continue;
          const place = join(photos, String(tree), String(id));
          if (lstatSync(place, { throwIfNoEntry: false })?.isFile()) {
            // It would be in the way of the photo's folder.
            const name = await take(place, String(id));
            if (name !== undefined) taken.push(name);
            continue;
          }
          for (const file of await readdir(place).catch(unlessNoFolder)) {
            const name = await take(join(place, file), isFileName(file) ? file : String(id));
            if (name !== undefined) taken.push(name);
          }
          await deleteEmptyFolder(place);
        }
      }
      return taken;
    },
  };
}

/** A link to something else than a folder is none of this server's. */
function unlessNoFolder(error: { code?: string }): [] {
  if (error.code === "ENOTDIR" || error.code === "ENOENT") return [];
  throw error;
}

/** What is named by an id; what else lies there is none of this server's. */
async function numbersIn(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^[1-9]\d{0,15}$/.test(name)).map(Number);
}
