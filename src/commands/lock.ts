import { join, resolve } from "node:path";
import { CommandError } from "./fail.ts";

/**
 * Holds a data folder for this process: two servers would write over each other. The lock is one on a
 * file of SQLite's own, so that it ends with the process, however that ends.
 * @throws CommandError where another server has it
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const { default: Database } = await import("better-sqlite3");
  const lock = new Database(join(folder, "lock"), { timeout: 0 });
  try {
    lock.pragma("journal_mode = DELETE");
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== "SQLITE_BUSY") throw error;
    throw new CommandError(`The data folder ${resolve(folder)} is in use by another Redeem server`);
  }
  return () => lock.close();
}
