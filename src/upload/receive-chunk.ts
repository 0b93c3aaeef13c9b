import { Problem, uploadCancelled } from "../problem.ts";
import type { Upload } from "../records/records.ts";
import { admit } from "./admit.ts";
import { beingReceived, decideChunk, endedMeanwhile, type ChunkPlan } from "./chunk-rules.ts";
import { lostOnDisk, overlapping, rangeOf, wrongLength, type Chunk } from "./chunk.ts";
import { finalize } from "./finalize.ts";
import { noteFileDigests, requireStoredPart } from "./chunk-digests.ts";
import { deleteEmpty } from "./delete-upload.ts";
import type { Membership, RangeLock } from "./locks.ts";
import { outcomeOf } from "./outcome.ts";
import { extraOf } from "./params.ts";
import { refuse } from "./refuse.ts";
import { isCancelled } from "./end-rules.ts";
import { decideReopening } from "./finalize-rules.ts";
import type { Answer, Body, Redemption, UploadContext } from "./types.ts";
import { restOf, type Receiving } from "./receiving.ts";
import { writeChunk } from "./write-chunk.ts";

/** How long a chunk waits for the same one on another connection, before its client is asked to send it again; in milliseconds. */
const WAIT_MS = 1000;

/**
 * Receives one chunk (protocol 4.2), writing its bytes in place while they arrive. It is recorded after its last
 * byte is written, and only then exists; it goes to the disk after its answer.
 * @throws Problem for everything in the tables 4.1 and 4.2 of the protocol
 */
export async function receiveChunk(
  context: UploadContext,
  { claim, params, origin, digests, turn }: Omit<Redemption, "partName" | "range">,
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
    turn,
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
    // A file that was cancelled meanwhile is none that anybody is told of.
    const isNew = error !== work.refusal() && work.refusal()?.code !== "upload_cancelled";
    if (error instanceof Problem && error.refusesUpload && isNew) {
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
 * byte, the upload is deleted: no use may stay reserved for nothing. (deletions.ts says what becomes of it where that fails.)
 */
function joinUpload(context: UploadContext, upload: Upload) {
  const joined = context.locks.join(upload.id);
  const work: Membership & AsyncDisposable & { hasBytes: boolean } = Object.assign(joined, {
    /** The upload is known to have some: that need not be asked. */
    hasBytes: false,
    [Symbol.asyncDispose]: async () => {
      const { hasBytes } = work;
      const isRefused = work.refusal() !== undefined;
      // A request that was under way while the upload failed may have opened the upload's account anew.
      if (isRefused) context.quota.closeAccount(upload.id);
      const isLast = work.isAlone();
      work[Symbol.dispose]();
      if (!isLast || (hasBytes && !isRefused)) return;
      const of = { upload: upload.id, token: upload.tokenId };
      await context.deletions.carryOut(of, async () => {
        if (isRefused) await deleteAnew(context, upload);
        if (!hasBytes) await dropEmpty(context, upload);
      });
    },
  });
  return work;
}

/** Deletes the file of an upload that has failed, as whoever was under way meanwhile may have made it anew. */
async function deleteAnew({ records, files }: UploadContext, { id, file }: Upload): Promise<void> {
  // Where its failure could not be recorded, it goes on; and a photo may still have its bytes there.
  const fresh = await records.uploads.byId(id);
  if (!fresh || fresh.state === "failed") await files.staging.delete(file);
}

async function dropEmpty(context: UploadContext, upload: Upload): Promise<void> {
  const isFree = () => !context.locks.isBusy(upload.id);
  if (!(await deleteEmpty(context, upload, isFree))) return;
  context.events.emit({ kind: "upload dropped", upload: upload.id, token: upload.tokenId });
}

async function carryOut(
  context: UploadContext,
  receiving: Receiving,
  plan: ChunkPlan,
  lock: RangeLock | undefined,
): Promise<Answer> {
  const { upload, work } = receiving;
  switch (plan.do) {
    case "write": {
      if (!lock) throw beingReceived("This chunk");
      const written = await writeChunk(context, receiving, lock);
      context.events.emit({ kind: "chunk stored", upload: written.id, token: written.tokenId });
      return answerFor(context, receiving, written);
    }
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
      // The upload has ended while this request was at work on it. The reason is among what those at work share, if it was one of
      // them that ended it. Otherwise it was ended before this request joined them, and the chunk, sent again, begins another upload.
      throw (work.shared.failure ??= endedMeanwhile());
    case "refuse":
      if (plan.problem.code === "upload_cancelled") work.refuse(plan.problem);
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
  const refusal = work.refusal();
  if (refusal) throw refusal;
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
  { owner, chunk, work, params, turn }: Receiving,
  upload: Upload | undefined,
): Promise<Answer> {
  if (upload?.state === "finished") {
    context.quota.closeAccount(upload.id);
    return { kind: "finished", finished: await outcomeOf(context, owner, upload) };
  }
  // Since this request was let in, which its chunk does not undo.
  if (isCancelled(upload)) throw uploadCancelled();
  const size = chunk.identity.totalSize;
  if (!upload || upload.received !== size) return { kind: "stored" };
  const extra = extraOf(owner.token, params);
  return {
    kind: "finished",
    finished: await finalize(context, work, owner, upload, size, { extra, turn }),
  };
}
