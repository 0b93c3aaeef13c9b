import { closeSync, constants, lstatSync, openSync, read } from "node:fs";
import { rmdir } from "node:fs/promises";
import { promisify } from "node:util";
import type { Calls } from "./calls.ts";

const readLater = promisify(read);

/**
 * Bytes of a file; undefined where there is none, or something else: no link is followed.
 */
export function lengthAt(path: string): number | undefined {
  const there = lstatSync(path, { throwIfNoEntry: false });
  return there?.isFile() ? there.size : undefined;
}

/**
 * Moves a file to a name that no file has. The folder belongs to one process, which looks and moves
 * without anybody coming in between.
 * @throws Error where a file has that name already
 */
export async function moveToNew(calls: Calls, from: string, to: string): Promise<void> {
  if (lstatSync(to, { throwIfNoEntry: false })) {
    throw Object.assign(new Error(`${to} is there already`), { code: "EEXIST" });
  }
  await calls.rename(from, to);
}

/** The first bytes of a file, at most so many. */
export async function readHead(path: string, bytes: number): Promise<Uint8Array> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const head = new Uint8Array(bytes);
    let got = 0;
    while (got < bytes) {
      const { bytesRead } = await readLater(fd, head, got, bytes - got, got);
      if (bytesRead === 0) break;
      got += bytesRead;
    }
    return head.subarray(0, got);
  } finally {
    closeSync(fd);
  }
}

export function isMissing(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === "ENOENT";
}

/** Deletes a folder that has nothing in it; any other stays, and none is no error. */
export async function deleteEmptyFolder(folder: string): Promise<void> {
  await rmdir(folder).catch((error: { code?: string }) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTEMPTY") throw error;
  });
}
