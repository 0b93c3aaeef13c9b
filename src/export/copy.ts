import { constants, existsSync } from "node:fs";
import { copyFile, mkdir, open, rename, rm, utimes } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Copies a file so that it is never seen half written: it is written under another name, brought to the disk (fsync), and renamed.
 * If the file system can share bytes between files (reflink), the copy takes no space; otherwise the kernel copies them.
 * @param partial the other name, on the same file system
 * @param modified the copy's time of modification, in milliseconds since 1970
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

/** Writes a text in the same way. */
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

/** Brings the names in a folder to the disk (fsync), where the system can do that. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
