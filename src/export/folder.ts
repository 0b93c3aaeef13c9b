import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { Manifest } from "../records/manifest.ts";
import { OWN_FOLDER } from "./export.ts";

/** Thrown where a folder cannot be exported into; its message says why. */
export class NoExportFolder extends Error {}

/** Names that systems put on an empty disk, which counts as empty all the same. */
const OF_THE_SYSTEM = /^(\.|lost\+found$|System Volume Information$|\$RECYCLE\.BIN$)/i;

/**
 * Prepares a folder to export into, and opens its manifest: an empty one, or one that was exported into before.
 * @param data the data folder
 * @param site identifies the data folder: a folder with exports of another one is refused
 * @param open opens the manifest of this file name
 * @throws NoExportFolder
 */
export async function openExportFolder(
  root: string,
  data: string,
  site: string,
  open: (file: string) => Manifest,
): Promise<Manifest> {
  if ((resolve(root) + sep).startsWith(resolve(data) + sep)) {
    throw new NoExportFolder(`${root} is in the data folder; name another one`);
  }
  await mkdir(root, { recursive: true, mode: 0o700 }).catch((error: { code?: string }) => {
    if (error.code !== "EEXIST" && error.code !== "ENOTDIR") throw error;
    throw new NoExportFolder(`${root} is a file, or lies in one; name a folder`);
  });
  const names = await readdir(root);
  if (!names.includes(OWN_FOLDER) && names.some((name) => !OF_THE_SYSTEM.test(name))) {
    throw new NoExportFolder(
      `${root} is not empty, and nothing was exported into it before; name an empty folder, or a new one`,
    );
  }
  await mkdir(join(root, OWN_FOLDER), { recursive: true, mode: 0o700 });
  const manifest = open(join(root, OWN_FOLDER, "manifest.db"));
  try {
    const other = manifest.site();
    if (other !== undefined && other !== site) {
      throw new NoExportFolder(
        `${root} has the photos of another data folder; name an empty folder, or a new one`,
      );
    }
    if (other === undefined) manifest.noteSite(site);
    // Left by an interrupted run. No other run can be using them: the manifest is open here.
    for (const name of await readdir(join(root, OWN_FOLDER))) {
      if (/\.(part|json)$/.test(name)) await rm(join(root, OWN_FOLDER, name), { force: true });
    }
    return manifest;
  } catch (error) {
    manifest.close();
    throw error;
  }
}
