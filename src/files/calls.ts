import { fdatasync, fsync, openSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { promisify } from "node:util";

/** The system calls between a byte that was received and a byte that is kept: each may fail. */
export type Calls = {
  open(path: string, flags: number, mode?: number): number;
  fdatasync(fd: number): Promise<void>;
  fsync(fd: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** With the folders above it. Answers the first one that was made, if any was. */
  mkdir(path: string): Promise<string | undefined>;
};

/** Those of this machine. Tests give others, which fail where they are told to. */
export const systemCalls: Calls = {
  open: openSync,
  fdatasync: promisify(fdatasync),
  fsync: promisify(fsync),
  rename,
  mkdir: (path) => mkdir(path, { recursive: true }),
};
