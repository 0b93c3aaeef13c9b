import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { TestSite } from "./site.ts";

/** Hashes as clients say them (protocol 4.5), and what is left of files that they are not of. */

export const hex = (bytes: Uint8Array, algorithm = "sha256") =>
  createHash(algorithm).update(bytes).digest("hex");

export const base64 = (bytes: Uint8Array, algorithm = "sha256") =>
  createHash(algorithm).update(bytes).digest("base64");

/** As a field of a header has it. */
export const header = (bytes: Uint8Array) => `sha-256=:${base64(bytes)}:`;

/** What is there of files under way: nothing, where all were refused. */
export async function underWay({ folder }: Pick<TestSite, "folder">): Promise<string[]> {
  return [...(await readdir(join(folder, "uploads"))), ...(await readdir(join(folder, "spool")))];
}
