import { afterEach, beforeEach } from "bun:test";
import type { Files, Place, Sink } from "../../src/files/files.ts";
import { inventoryContract } from "./inventory-contract.ts";
import { originalsContract } from "./originals-contract.ts";
import { spoolsContract } from "./spools-contract.ts";
import { stagingContract } from "./staging-contract.ts";
import { thumbnailsContract } from "./thumbnails-contract.ts";

/** What every implementation of Files must do, a suite for each of its parts. */
export function filesContract(of: string, open: () => Promise<Opened>): void {
  stagingContract(of, open);
  originalsContract(of, open);
  spoolsContract(of, open);
  inventoryContract(of, open);
  thumbnailsContract(of, open);
}

export type Opened = {
  /** An empty one. */
  files: Files;
  /** The same as the next process finds it. */
  reopen: () => Promise<Files>;
  end: () => Promise<void>;
};

/** An empty one before each test of the suite. */
export function opened(open: () => Promise<Opened>) {
  let now: Opened;
  beforeEach(async () => {
    now = await open();
  });
  afterEach(() => now.end());
  return {
    files: () => now.files,
    reopen: async () => {
      now.files = await now.reopen();
    },
  };
}

/** Names of files as the records give them. */
export const name = (id: number) => String(id).padStart(24, "f");

export const placeOf = (photoId: number, size: number, treeId = 1): Place => ({
  treeId,
  photoId,
  file: name(photoId),
  size,
});

export async function put(sink: Sink, bytes: Uint8Array, piece = 64 * 1024): Promise<void> {
  for (let at = 0; at < bytes.length; at += piece) {
    await sink.write(bytes.subarray(at, at + piece));
  }
  await sink.flush();
  await sink.close();
}

/** Writes bytes of an upload's file, which is made where there is none. */
export async function stage(
  files: Files,
  file: string,
  bytes: Uint8Array,
  offset = 0,
): Promise<void> {
  await put(await files.staging.write(file, offset, { create: true }), bytes);
}
