import { constants, readFileSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CommandError } from "./fail.ts";

type Owner = { uid: number; gid: number };

/**
 * Whose a data folder is: its database's owner, else the folder's own, else that of the nearest folder
 * above that is there.
 * @throws CommandError where this process may not look
 */
export async function ownerOf(folder: string): Promise<Owner> {
  const where = resolve(folder);
  for (let path = join(where, "redeem.db"); ; path = dirname(path)) {
    const there = await look(path, where);
    if (there || dirname(path) === path) return there ?? { uid: 0, gid: 0 };
  }
}

/** Whether a file of the data folder is there. @throws CommandError where this process may not look */
export async function isThere(folder: string, name: string): Promise<boolean> {
  return (await look(join(resolve(folder), name), resolve(folder))) !== undefined;
}

async function look(path: string, folder: string): Promise<Owner | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw await refusal(folder, code);
  }
}

/**
 * From here on this process is the owner of the data folder, where root has started it: what it makes
 * belongs to whom the server runs as, and a link in a folder that is not root's leads root nowhere.
 */
export async function becomeOwner(folder: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = await ownerOf(folder);
  if (uid === 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** @throws CommandError with the line to use, where what is there is closed to this process */
export async function requireRights(folder: string): Promise<void> {
  const { R_OK, W_OK, X_OK } = constants;
  for (const [path, rights] of [
    [resolve(folder), R_OK | W_OK | X_OK],
    [join(resolve(folder), "redeem.db"), R_OK | W_OK],
    [join(resolve(folder), "secret"), R_OK],
  ] as const) {
    try {
      await access(path, rights);
    } catch (error) {
      const { code } = error as { code?: string };
      // What else is wrong with it is said by who opens it.
      if (code === "EACCES" || code === "EPERM") throw await refusal(folder, code);
    }
  }
}

/**
 * A server that root starts would make files that the owner's server cannot open; and it needs root's
 * rights longer than a command does, for its port and its key.
 * @throws CommandError with the line to use
 */
export async function refuseRoot(folder: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  if ((await stat(folder).catch(() => undefined)) === undefined) return;
  if ((await ownerOf(folder)).uid !== 0) throw await refusal(folder, undefined);
}

async function refusal(folder: string, code: string | undefined): Promise<CommandError> {
  const where = resolve(folder);
  const me = nameOf(process.geteuid?.() ?? 0);
  const of = await stat(join(where, "redeem.db"))
    .catch(() => stat(where))
    .catch(() => undefined);
  if (!of || of.uid === process.geteuid?.()) {
    return new CommandError(
      `The data folder ${where} is closed to the user ${me} (${code}); run this as the user that the server runs as`,
    );
  }
  const owner = nameOf(of.uid);
  const closed = code === undefined ? "" : `, and is closed to ${me}`;
  return new CommandError(
    `The data folder ${where} belongs to the user ${owner}${closed}; use: sudo -u '${owner}' redeem ${commandWords()} --data ${where}`,
  );
}

/** The command as it was typed, without its options: their values may be secrets. */
function commandWords(): string {
  const words = Bun.argv.slice(2);
  const end = words.findIndex((word) => word.startsWith("-"));
  const typed = end < 0 ? words : words.slice(0, end);
  return typed.length === 0 ? "serve" : typed.join(" ");
}

/** "redeem", or "#1001" where no name is known: sudo takes both. */
function nameOf(uid: number): string {
  try {
    const entry = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .find(([, , id]) => id === String(uid));
    return entry?.[0] ?? `#${uid}`;
  } catch {
    return `#${uid}`;
  }
}
