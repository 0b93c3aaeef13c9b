import type { Sink } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { noSuchPhoto, uploadCancelled } from "../problem.ts";
import type { Upload } from "../records/records.ts";
import { beingReceived } from "./chunk-rules.ts";
import { lostOnDisk, overlapping, rangeOf, reaches, wrongLength, type Chunk } from "./chunk.ts";
import { noteFileDigests, requirePart } from "./chunk-digests.ts";
import { createHead } from "./head.ts";
import { requireType, typesOf } from "./limits.ts";
import type { RangeLock } from "./locks.ts";
import { moveBytes } from "./move-bytes.ts";
import { extraOf, tooMuchExtra } from "./params.ts";
import { renew } from "./renew.ts";
import { holdsUse, isUnderWay } from "./rules.ts";
import { isCancelled } from "./end-rules.ts";
import type { UploadContext } from "./types.ts";
import { restOf, type Receiving } from "./receiving.ts";

/**
 * Writes the chunk in place, and records it once its request has been read to its end.
 * @returns the upload with this chunk
 */
export async function writeChunk(
  context: UploadContext,
  receiving: Receiving,
  lock: RangeLock,
): Promise<Upload> {
  const { records, syncer } = context;
  const { chunk, upload, work } = receiving;
  const { shared } = work;
  const { doubts } = shared;
  const sink = await openFile(context, upload, chunk);
  let handedOver = false;
  try {
    const length = await writeBytes(context, receiving, lock, sink);
    await sink.flush();
    await noteFileDigests(context, receiving);
    await requirePart(context, receiving, length);
    const refusal = work.refusal();
    if (refusal) throw refusal;
    if (shared.doubts !== doubts) throw lostOnDisk();
    const recorded = await records.chunks.record({
      uploadId: upload.id,
      range: rangeOf(chunk, length),
      extra: extraOf(receiving.owner.token, receiving.params),
      now: context.now(),
    });
    if (recorded === "too much extra") throw tooMuchExtra();
    if (recorded.failure?.code === "no_such_photo") throw noSuchPhoto();
    // Also where its bytes are kept: this chunk was let in before that.
    if (isCancelled(recorded)) throw uploadCancelled();
    // The record may have been deleted as it was made, after a failed sync. Or there is none, since its upload has
    // failed, or is being finalized and another of its chunks was lost.
    if (shared.doubts !== doubts || !isRecorded(recorded, chunk)) throw lostOnDisk();
    handedOver = true;
    syncer.syncLater(upload, chunk.start, sink);
    if (isUnderWay(recorded.state) && !holdsUse(recorded, context.now()))
      await renew(context, upload.id);
    return recorded;
  } finally {
    if (!handedOver) await sink.close();
  }
}

/**
 * Moves the chunk's bytes into the file, judging the first bytes of a file by content before they are written, and
 * reads the request to its end.
 * @returns how many bytes came: a length that the chunk may have
 */
async function writeBytes(
  context: UploadContext,
  receiving: Receiving,
  lock: RangeLock,
  sink: Sink,
): Promise<number> {
  const { owner, chunk, upload, account, work, body } = receiving;
  const head = chunk.start === 0 ? createHead(HEAD_BYTES) : undefined;
  const judge = async (final: boolean) => {
    const found = await identify(head?.bytes() ?? new Uint8Array(), final);
    // Where these are too few bytes to say, finalizing says it, with all of them.
    if (found) requireType(found, typesOf(owner.token, context.types));
  };
  const lookAt = async (total: number, headFull: boolean) => {
    if (total > lock.range.length) await extendLock(context, receiving, lock, total);
    if (headFull) await judge(false);
    return account;
  };
  const length = await moveBytes(body.bytes, sink, {
    account: (piece, total) => {
      const refusal = work.refusal();
      if (refusal) throw refusal;
      const headFull = head?.add(piece) ?? false;
      return headFull || total > lock.range.length ? lookAt(total, headFull) : account;
    },
    renew: () => renew(context, upload.id),
    now: context.now,
  });
  receiving.params = await restOf(receiving);
  if (!chunk.lengths.includes(length)) throw wrongLength(chunk, length);
  if (head && !head.full) await judge(length === chunk.identity.totalSize);
  return length;
}

/** Whether a chunk of an upload that is now like this is on record, or not needed any more. */
function isRecorded({ state, received }: Upload, { identity }: Chunk): boolean {
  return state === "receiving" || state === "finished" || received === identity.totalSize;
}

/**
 * Opens the upload's file at the chunk's offset. It is made for an upload without bytes alone: where another one's
 * is missing, the chunks that were stored in it are lost.
 */
async function openFile(
  { files, syncer }: UploadContext,
  { id, file, received }: Upload,
  { start }: Chunk,
): Promise<Sink> {
  try {
    return await files.staging.write(file, start, {
      create: received === 0,
      onSyncFailed: (error) => syncer.failed(id, error),
    });
  } catch (error) {
    if (!isMissing(error) || received === 0) throw error;
    await syncer.deleteChunks(id);
    throw lostOnDisk();
  }
}

/** Locks what the last chunk has beyond the general size: it may carry the remainder too, where nobody else has written that. */
async function extendLock(
  { records }: UploadContext,
  { chunk, upload }: Receiving,
  lock: RangeLock,
  needed: number,
): Promise<void> {
  const longer = chunk.lengths[1];
  if (longer === undefined || needed > longer) throw wrongLength(chunk, "more");
  if (!lock.extend(longer)) throw beingReceived("A part of this chunk");
  const before = await records.chunks.lastBefore(upload.id, chunk.start + longer);
  if (reaches(before, chunk.start)) throw overlapping(chunk);
}
