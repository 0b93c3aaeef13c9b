import { constants, existsSync } from "node:fs";
import { copyFile, mkdir, open, rename, rm, utimes } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a file that is whole wherever it can be seen: under another name at first, brought to the disk, and renamed. A copy
 * shares the bytes with what it is copied from where the file system can do that (reflink), and is made by the kernel else.
 * @param partial the other name, on the same file system
 * @param modified what the file says of its age, in milliseconds since 1970
 * @throws Error of the system, such as ENOSPC
 */
export async function copyWhole(
  from: string,
  to: string,
  partial: string,
  modified: number,
): Promise<void> {
  await rm(partial, { force: true });
  await copyFile(from, partial, constants.COPYFILE_FICLONE);
  await utimes(partial, new Date(modified), new Date(modified));
  await finish(partial, to);
}

/** The same of a text. */
export async function writeWhole(text: string, to: string, partial: string): Promise<void> {
  const handle = await open(partial, "w", 0o600);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
  await finish(partial, to);
}

async function finish(partial: string, to: string): Promise<void> {
  const handle = await open(partial, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (!existsSync(dirname(to))) await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await rename(partial, to);
}

/** The names in a folder are on the disk, where its system can say so. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
