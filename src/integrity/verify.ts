import type { Files, Found } from "../files/files.ts";
import { isFileName } from "../files/names.ts";
import type { Records, StoredOriginal } from "../records/records.ts";
import { nextTurn } from "../slices.ts";

/** What is wrong, or in the way. */
export type Finding =
  /** The bytes of a photo are nowhere. */
  | { kind: "missing"; photo: number; size: number }
  /** They are not those that were received. Sizes in bytes; hashes are SHA-256, hexadecimal. */
  | { kind: "other size"; photo: number; size: number; found: number }
  | { kind: "other hash"; photo: number; sha256: string; found: string }
  /** The disk does not give them. */
  | { kind: "unreadable"; photo: number; error: string }
  /** A file that no record knows. `aside`: where it was put. */
  | { kind: "left over"; path: string; aside: string | null };

/** What was looked at, and how much of it is wrong. */
export type VerifyReport = {
  originals: number;
  bytes: number;
  /** Hashes that were not known, and were recorded. */
  hashed: number;
  missing: number;
  /** Of another size, of another hash, or unreadable. */
  damaged: number;
  leftOver: number;
  /** Files of deleted and replaced photos that are still to be deleted: a server does that. */
  removals: number;
};

export type VerifyOptions = {
  records: Pick<Records, "originals" | "removals" | "leftovers">;
  files: Pick<Files, "originals" | "inventory">;
  onFinding: (finding: Finding) => void;
  /** Called while bytes are read. */
  onBytes?: (bytes: number) => void;
  /** Puts left-overs aside. Nothing is ever deleted. */
  repair?: boolean;
  /** Called for each original that is as it was received: what is made of it may be asked for again. */
  onSound?: (original: StoredOriginal) => Promise<void>;
};

/** Originals that are read at the same time: while one waits for the disk the other is hashed. */
const AT_ONCE = 2;

/** Rows that are looked up at once. */
const SLICE = 200;

/** A file that is being moved into its place at this moment is looked for once more, after this many milliseconds. */
const AGAIN_MS = 200;

/**
 * Reads every original again, and looks for files that no record knows. It locks nothing, and works beside a server: what is
 * replaced or deleted meanwhile is no damage, since the records say so before a file goes.
 */
export async function verifyArchive(options: VerifyOptions): Promise<VerifyReport> {
  const report: VerifyReport = {
    originals: 0,
    bytes: 0,
    hashed: 0,
    missing: 0,
    damaged: 0,
    leftOver: 0,
    removals: 0,
  };
  const originals = originalsIn(options);
  const readers = Array.from({ length: AT_ONCE }, async () => {
    for await (const original of originals) await verifyOne(options, original, report);
  });
  await Promise.all(readers);
  await findLeftOvers(options, report);
  report.removals = await countRemovals(options);
  return report;
}

async function* originalsIn({ records }: VerifyOptions): AsyncGenerator<StoredOriginal> {
  for (let last = 0; ;) {
    const slice = await records.originals.after(last, SLICE, false);
    if (!slice) return;
    yield* slice.originals;
    last = slice.last;
  }
}

async function verifyOne(
  options: VerifyOptions,
  original: StoredOriginal,
  report: VerifyReport,
): Promise<void> {
  let looked = await look(options, original);
  if (!("sha256" in looked)) {
    await Bun.sleep(AGAIN_MS);
    looked = await look(options, original);
  }
  // Where it was replaced or deleted meanwhile there is nothing to say of it; and its hash may have become known.
  const now = await options.records.originals.byId(original.id);
  if (!now) return;
  report.originals += 1;
  if ("sha256" in looked && now.sha256 !== null && now.sha256 !== looked.sha256) {
    const { photoId: photo } = original;
    looked = { kind: "other hash", photo, sha256: now.sha256, found: looked.sha256 };
  }
  if ("kind" in looked) {
    report[looked.kind === "missing" ? "missing" : "damaged"] += 1;
    options.onFinding(looked);
    return;
  }
  report.bytes += original.size;
  if (now.sha256 === null) {
    await options.records.originals.noteHash(original.id, looked.sha256);
    report.hashed += 1;
  }
  await options.onSound?.(now);
}

async function look(
  { files, onBytes }: VerifyOptions,
  original: StoredOriginal,
): Promise<{ sha256: string } | Finding> {
  const { photoId: photo, size } = original;
  try {
    const read = await files.originals.digest(original, ["sha-256"], (_, bytes) => {
      onBytes?.(bytes);
      return nextTurn();
    });
    if (!read) return { kind: "missing", photo, size };
    if (read.size !== size) return { kind: "other size", photo, size, found: read.size };
    return { sha256: read.digests["sha-256"] ?? "" };
  } catch (error) {
    return { kind: "unreadable", photo, error: String(error) };
  }
}

async function findLeftOvers(options: VerifyOptions, report: VerifyReport): Promise<void> {
  const { files, onFinding, repair = false } = options;
  for await (const found of unknownFiles(options)) {
    // It may have been moved, or deleted, since its folder was read.
    if (!files.inventory.isThere(found)) continue;
    const aside = repair ? await files.inventory.putAside(found) : null;
    if (aside === undefined) continue;
    report.leftOver += 1;
    onFinding({ kind: "left over", path: found.path, aside });
  }
}

/** What is on record is on record before its file lies there, and until it is gone. */
async function* unknownFiles({ records, files }: VerifyOptions): AsyncGenerator<Found> {
  const { inventory } = files;
  for await (const found of inventory.photos()) {
    const known = found.of ? await records.originals.filesOf(found.of.photoId) : [];
    if (!known.some((original) => inventory.isOriginal(found, original))) yield found;
  }
  for await (const found of inventory.uploads()) {
    const known =
      isFileName(found.name) && (await records.leftovers.byFiles([found.name])).size > 0;
    if (!known) yield found;
  }
}

async function countRemovals({ records }: VerifyOptions): Promise<number> {
  let count = 0;
  for await (const some of records.removals.before(Number.MAX_SAFE_INTEGER)) count += some.length;
  return count;
}
