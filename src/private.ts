import { chmod, stat } from "node:fs/promises";
import { join } from "node:path";

/** What nobody else on the machine may read or enter. Everything below the folders is closed with them. */
const FOLDERS = [".", "photos", "uploads", "spool", "thumbs"];
const FILES = [
  "redeem.db",
  "redeem.db-wal",
  "redeem.db-shm",
  "secret",
  "secret.new",
  "first-key",
  "lock",
  "lock-journal",
];

const OTHERS = 0o077;

/** From now on, what this process makes is its user's alone. */
export function makePrivately(): void {
  process.umask(OTHERS);
}

/**
 * Takes a data folder, which may have been made beforehand with other rights, away from everybody but
 * the server's user. Links to other disks are followed.
 * @returns the paths that would not change, such as those of another user
 */
export async function keepPrivate(folder: string): Promise<string[]> {
  const open: string[] = [];
  for (const name of [...FOLDERS, ...FILES]) {
    const path = join(folder, name);
    const there = await stat(path).catch(() => undefined);
    if (!there || (there.mode & OTHERS) === 0) continue;
    await chmod(path, there.mode & 0o7777 & ~OTHERS).catch(() => open.push(path));
  }
  return open;
}
