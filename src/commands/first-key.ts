import { open, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { log } from "../log.ts";
import { newSecret } from "../random.ts";
import type { Site } from "../site.ts";
import { addKey } from "../api-keys.ts";

/** Where the first key waits in the data folder, where nobody was there to read it. */
const FILE = "first-key";

export type FirstKey = {
  secret: string;
  /** The file that has it; undefined where it is shown instead. */
  file: string | undefined;
};

/**
 * A site without any key, of its own or the operator's, is of no use to anybody: it gets one. Somebody at a
 * terminal is shown it. What a service prints is kept in a log, which others may read and which lasts: there the
 * key is written to a file that is its user's alone, and the log says where.
 * @param isTerminal somebody reads what is printed
 */
export async function makeFirstKey(
  { records, config }: Site,
  isTerminal: boolean,
): Promise<FirstKey | undefined> {
  const path = resolve(join(config.REDEEM_DATA, FILE));
  const known = await records.keys.list();
  if (known.length > 0 || config.REDEEM_API_KEY) {
    await remind(path);
    return undefined;
  }
  const secret = newSecret();
  // Before the key exists: one that is nowhere to be read would never be made again.
  if (!isTerminal) await write(path, secret);
  await addKey(records, "write", "first", secret);
  if (isTerminal) return { secret, file: undefined };
  log.info("made the first API key: take it from this file, and remove the file", { file: path });
  return { secret, file: path };
}

async function remind(path: string): Promise<void> {
  if (!(await stat(path).catch(() => undefined))) return;
  log.warn("the first API key is still in this file: take it, and remove the file", { file: path });
}

async function write(path: string, secret: string): Promise<void> {
  // One that a start left which was cut off: its key was never made.
  await rm(path, { force: true });
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(`${secret}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
