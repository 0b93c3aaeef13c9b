import { isMissing } from "../files/move.ts";
import type { ByteRange, Upload } from "../records/records.ts";
import { otherBytes, type Chunk } from "./chunk.ts";
import {
  algorithmsOf,
  byAlgorithm,
  contradiction,
  damagedPart,
  digestsOf,
  mismatch,
  type SaidDigest,
  type SaidDigests,
} from "./digests.ts";
import type { Params } from "./params.ts";
import type { UploadContext } from "./types.ts";

/** A chunk whose request may say hashes (protocol 4.5). One that says none costs nothing here. */
type OfRequest = {
  upload: Upload;
  chunk: Chunk;
  /** All parameters that are known so far. */
  params: Params;
  /** What its headers say of hashes. */
  digests?: SaidDigests | undefined;
};

/**
 * Notes what the request says of the complete file, before its chunk counts: whichever chunk completes the file, it is
 * compared then, also by another process.
 * @throws Problem invalid_input where another request has said another hash
 */
export async function noteFileDigests(
  { records }: UploadContext,
  { upload, params, digests }: OfRequest,
): Promise<void> {
  const { file: said } = digestsOf(params, digests);
  const [first] = said;
  if (!first) return;
  if (!(await records.uploads.noteDigests(upload.id, byAlgorithm(said)))) {
    throw contradiction(first.by);
  }
}

/**
 * Compares a chunk that was written, and is not recorded yet, with what its request says of it.
 * @param length of what was written, in bytes
 * @throws Problem invalid_input: without a record nothing of it is kept
 */
export async function requirePart(
  context: UploadContext,
  of: OfRequest,
  length: number,
): Promise<void> {
  const wrong = await wrongIn(context, of, { start: of.chunk.start, length });
  if (wrong) throw damagedPart("chunk", wrong);
}

/**
 * The same for a chunk that was stored before, of which nothing was written now: whoever is answered that it is stored
 * may rely on what it said of it.
 * @throws Problem error_processing_upload
 */
export async function requireStoredPart(
  context: UploadContext,
  of: OfRequest,
  stored: ByteRange,
): Promise<void> {
  const wrong = await wrongIn(context, of, stored).catch((error: unknown) => {
    // Its file has become a photo meanwhile.
    if (!isMissing(error)) throw error;
  });
  if (wrong) throw otherBytes(of.chunk, wrong.by);
}

async function wrongIn(
  { files }: UploadContext,
  { upload, params, digests }: OfRequest,
  range: ByteRange,
): Promise<SaidDigest | undefined> {
  const { part: said } = digestsOf(params, digests);
  if (said.length === 0) return undefined;
  return mismatch(said, await files.staging.digest(upload.file, range, algorithmsOf(said)));
}
