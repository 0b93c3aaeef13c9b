import { fdatasync, fsync, openSync } from "node:fs";
import { mkdir, rename, unlink } from "node:fs/promises";
import { promisify } from "node:util";

/** The system calls between a byte that was received and a byte that is kept, or removed: each may fail. */
export type Calls = {
  open(path: string, flags: number, mode?: number): number;
  fdatasync(fd: number): Promise<void>;
  fsync(fd: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** With the folders above it. Answers the first one that was made, if any was. */
  mkdir(path: string): Promise<string | undefined>;
  unlink(path: string): Promise<void>;
};

/** The machine's own. Tests hand over others, which can be made to fail. */
export const systemCalls: Calls = {
  open: openSync,
  fdatasync: promisify(fdatasync),
  fsync: promisify(fsync),
  rename,
  mkdir: (path) => mkdir(path, { recursive: true }),
  unlink,
};
