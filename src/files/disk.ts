import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCalls, type Calls } from "./calls.ts";
import type { Files } from "./files.ts";
import { createFolderSync } from "./folder-sync.ts";
import { createInventory } from "./inventory.ts";
import { createLost } from "./lost.ts";
import { createOriginals } from "./originals.ts";
import { createSpools } from "./spools.ts";
import { createStaging } from "./staging.ts";
import { createThumbnails } from "./thumbnails.ts";

export type DiskOptions = {
  /** Whether anything waits for the disk. */
  durable: boolean;
  /** System calls other than the machine's own, for tests. */
  calls?: Calls;
};

/**
 * Files in a folder, which belongs to one process:
 *
 *     uploads/<file>                       bytes of an upload, until its photo is on record
 *     photos/<tree id>/<photo id>/<file>   bytes of a photo
 *     thumbs/<tree id>/<photo id>/         thumbnails of a photo: <file>-<format>.webp
 *     thumbs/work                          thumbnails that are being made
 *     spool/<random>                       bytes of a request whose upload is not known yet
 *     lost/<file>                          bytes that no record knows, put aside
 *
 * What lies in uploads/, thumbs/ and spool/ is deleted here, and what a photo had that was removed, or whose bytes were replaced. Earlier versions named a file in uploads/ by
 * its upload's id, each original `original`, and moved an upload's file to photos/ before its photo was on record.
 */
export async function createDisk(
  folder: string,
  { durable, calls = systemCalls }: DiskOptions,
): Promise<Files> {
  const uploads = join(folder, "uploads");
  const spools = join(folder, "spool");
  const photos = join(folder, "photos");
  let made = false;
  for (const place of [uploads, spools, photos]) {
    made = (await mkdir(place, { recursive: true })) !== undefined || made;
  }
  // A file's name outlives a power cut only where its folder's name does.
  if (made && durable) await createFolderSync(folder, calls)();
  const lost = createLost(folder, calls);
  return {
    staging: createStaging({ uploads, lost, durable, calls }),
    originals: createOriginals({ photos, uploads, lost, durable, calls }),
    thumbnails: createThumbnails({ folder: join(folder, "thumbs"), calls }),
    spools: createSpools({ folder: spools, durable, calls }),
    inventory: createInventory(folder, lost),
  };
}
