import type { Sink } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { noSuchPhoto, Problem } from "../problem.ts";
import type { Upload } from "../records/records.ts";
import { admit } from "./admit.ts";
import { isOfFamily } from "./chunk-families.ts";
import { beingReceived, decideChunk, endedMeanwhile, type ChunkPlan } from "./chunk-rules.ts";
import { lostOnDisk, overlapping, rangeOf, reaches, wrongLength, type Chunk } from "./chunk.ts";
import { finalize } from "./finalize.ts";
import { noteFileDigests, requirePart, requireStoredPart } from "./chunk-digests.ts";
import type { SaidDigests } from "./digests.ts";
import { deleteEmpty } from "./delete-upload.ts";
import { createHead } from "./head.ts";
import { moreThanOneFile, requireType, typesOf } from "./limits.ts";
import type { Membership, RangeLock } from "./locks.ts";
import { moveBytes } from "./move-bytes.ts";
import { outcomeOf } from "./outcome.ts";
import { extraOf, tooMuchExtra, type Params } from "./params.ts";
import type { Account } from "./quota.ts";
import { refuse } from "./refuse.ts";
import { renew } from "./renew.ts";
import { holdsUse, isUnderWay } from "./rules.ts";
import { decideReopening } from "./upload-rules.ts";
import type { Answer, Body, Claim, Owner, Redemption, UploadContext } from "./types.ts";

/** How long a chunk waits for the same one on another connection, before its client is asked to send it again; in milliseconds. */
const WAIT_MS = 1000;

/** A chunk that was admitted, on its way in. */
type Receiving = {
  claim: Claim;
  owner: Owner;
  chunk: Chunk;
  upload: Upload;
  account: Account;
  work: Membership;
  body: Body;
  /** All parameters that are known so far: of the whole request, once it was read to its end. */
  params: Params;
  /** What its headers say of hashes. */
  digests: SaidDigests | undefined;
};

/**
 * Receives one chunk (protocol 4.2), writing its bytes in place while they arrive. It is recorded after its last
 * byte is written, and only then exists; it goes to the disk after its answer.
 * @throws Problem for everything in the tables 4.1 and 4.2 of the protocol
 */
export async function receiveChunk(
  context: UploadContext,
  { claim, params, origin, digests }: Pick<Redemption, "claim" | "params" | "origin" | "digests">,
  chunk: Chunk,
  body: Body,
): Promise<Answer> {
  const owner = await claim.ofChunk(params, origin, chunk);
  const admitted = await admit(context, owner, chunk, params);
  if (admitted.kind === "finished") return admitted;
  const { upload, account } = admitted;
  await using work = joinUpload(context, upload);
  const receiving: Receiving = {
    claim,
    owner,
    chunk,
    upload,
    account,
    work,
    body,
    params,
    digests,
  };
  try {
    await noteFileDigests(context, receiving);
    using lock = await work.lock(rangeOf(chunk, chunk.lengths[0] ?? 0), WAIT_MS);
    const plan = await planFor(context, receiving, lock);
    const answer = await carryOut(context, receiving, plan, lock);
    work.hasBytes = true;
    return answer;
  } catch (error) {
    // A fault of the file is a refusal for good, and recorded, unless another request has recorded this one already.
    if (error instanceof Problem && error.refusesUpload && error !== work.shared.failure) {
      const { code } = error;
      const scope = code === "file_not_supported" || code === "no_such_photo" ? "upload" : "chunk";
      const extra = extraOf(owner.token, receiving.params);
      await refuse(context, { owner, upload, scope, work, extra }, error);
    }
    throw error;
  }
}

/**
 * The request joins those at work on an upload. Where the last of them leaves an upload that has not received a
 * byte, the upload is deleted: no use may stay reserved for nothing.
 */
function joinUpload(context: UploadContext, upload: Upload) {
  const joined = context.locks.join(upload.id);
  const work: Membership & AsyncDisposable & { hasBytes: boolean } = Object.assign(joined, {
    /** The upload is known to have some: that need not be asked. */
    hasBytes: false,
    [Symbol.asyncDispose]: async () => {
      // A request that was under way while the upload failed may have opened the upload's account anew.
      if (work.shared.failure) context.quota.closeAccount(upload.id);
      try {
        if (!work.hasBytes && work.isAlone()) await deleteEmpty(context, upload, work.isAlone);
      } finally {
        work[Symbol.dispose]();
      }
    },
  });
  return work;
}

async function carryOut(
  context: UploadContext,
  receiving: Receiving,
  plan: ChunkPlan,
  lock: RangeLock | undefined,
): Promise<Answer> {
  const { upload, work } = receiving;
  switch (plan.do) {
    case "write":
      if (!lock) throw beingReceived("This chunk");
      return writeChunk(context, receiving, lock);
    case "count":
      return countChunk(context, receiving, plan.stored);
    case "answer": {
      const { chunk } = receiving;
      await requireStoredPart(context, receiving, rangeOf(chunk, chunk.lengths[0] ?? 0));
      return answerFor(context, receiving, await context.records.uploads.byId(upload.id));
    }
    case "retry":
      throw beingReceived("This chunk");
    case "begin anew":
      // Those at work on it may have been told why.
      throw work.shared.failure ?? endedMeanwhile();
    case "refuse":
      throw plan.problem;
  }
}

async function planFor(
  { records, process: lease, now }: UploadContext,
  { upload, chunk }: Receiving,
  lock: RangeLock | undefined,
): Promise<ChunkPlan> {
  let fresh = await records.uploads.byId(upload.id);
  const size = chunk.identity.totalSize;
  if (fresh?.state === "finalizing" && fresh.received !== size) {
    const reopened = await records.uploads.transact({ id: upload.id }, now(), (view) =>
      decideReopening(view, { size, lease }, now()),
    );
    fresh = reopened.upload;
  }
  const before = await records.chunks.lastBefore(upload.id, chunk.start + (chunk.lengths[0] ?? 0));
  return decideChunk(fresh, before, lock !== undefined, chunk);
}

/** Writes the chunk in place, and records it once its request has been read to its end. */
async function writeChunk(
  context: UploadContext,
  receiving: Receiving,
  lock: RangeLock,
): Promise<Answer> {
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
    if (shared.failure) throw shared.failure;
    if (shared.doubts !== doubts) throw lostOnDisk();
    const recorded = await records.chunks.record({
      uploadId: upload.id,
      range: rangeOf(chunk, length),
      extra: extraOf(receiving.owner.token, receiving.params),
      now: context.now(),
    });
    if (recorded === "too much extra") throw tooMuchExtra();
    if (recorded.failure?.code === "no_such_photo") throw noSuchPhoto();
    // The record may have been deleted as it was made, after a failed sync. Or there is none, since its upload has
    // failed, or is being finalized and another of its chunks was lost.
    if (shared.doubts !== doubts || !isRecorded(recorded, chunk)) throw lostOnDisk();
    handedOver = true;
    syncer.syncLater(upload, chunk.start, sink);
    if (isUnderWay(recorded.state) && !holdsUse(recorded, context.now()))
      await renew(context, upload.id);
    return await answerFor(context, receiving, recorded);
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
      if (work.shared.failure) throw work.shared.failure;
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

/** Reads a chunk to its end to learn whether it is as long as the one that is stored; writes nothing. */
async function countChunk(
  context: UploadContext,
  receiving: Receiving,
  stored: number,
): Promise<Answer> {
  const { records } = context;
  const { chunk, upload, work, body } = receiving;
  let length = 0;
  for await (const piece of body.bytes) {
    length += piece.length;
    if (length > stored) throw overlapping(chunk);
  }
  receiving.params = await restOf(receiving);
  if (length !== stored) throw wrongLength(chunk, length);
  await noteFileDigests(context, receiving);
  await requireStoredPart(context, receiving, rangeOf(chunk, stored));
  if (work.shared.failure) throw work.shared.failure;
  // Its record may have been deleted meanwhile: after a failed sync, or since its upload has become a photo, which
  // is the answer then.
  const there = await records.chunks.has(upload.id, rangeOf(chunk, stored));
  const answer = await answerFor(context, receiving, await records.uploads.byId(upload.id));
  if (!there && answer.kind === "stored") throw lostOnDisk();
  return answer;
}

/** The answer for a stored chunk. Where no other is missing the photo is made first. */
async function answerFor(
  context: UploadContext,
  { owner, chunk, work, params }: Receiving,
  upload: Upload | undefined,
): Promise<Answer> {
  if (upload?.state === "finished") {
    context.quota.closeAccount(upload.id);
    return { kind: "finished", finished: await outcomeOf(context, owner, upload) };
  }
  const size = chunk.identity.totalSize;
  if (!upload || upload.received !== size) return { kind: "stored" };
  const extra = extraOf(owner.token, params);
  return {
    kind: "finished",
    finished: await finalize(context, work, owner, upload, size, { extra }),
  };
}

/**
 * All parameters of the request. The bytes went where the first ones said: later ones may add, not contradict.
 * @throws Problem invalid_input
 */
async function restOf({ claim, params, body }: Receiving): Promise<Params> {
  const { params: all, moreFiles } = await body.rest();
  if (moreFiles) throw moreThanOneFile();
  const said = [...params.keys()].filter(isOfFamily);
  for (const name of [...claim.names, ...said]) {
    if (all.get(name) === params.get(name)) continue;
    throw new Problem(
      "invalid_input",
      `${name} behind the file is not what it was before the file.`,
    );
  }
  return all;
}
