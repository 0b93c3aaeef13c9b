import type { Sink } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { Problem } from "../problem.ts";
import type { ByteRange, Upload } from "../records/records.ts";
import { claim, extend, nextUnclaim, unclaim } from "./active.ts";
import { admit, tellRefused } from "./admit.ts";
import { isOfFamily } from "./chunk-families.ts";
import { lostOnDisk, overlapping, rangeOf, reaches, wrongLength, type Chunk } from "./chunk.ts";
import { createHead } from "./head.ts";
import { requireType, typesOf } from "./limits.ts";
import { extraOf, tooMuchExtra, type Params } from "./params.ts";
import type { Answer, Reception, RedeemContext } from "./reception.ts";
import { findToken } from "./token.ts";

/** How often a slow chunk says that its upload is alive: well within the lapse of a reservation. */
const TOUCH_MS = 30_000;

/** How long a chunk waits for the same one on another connection, rather than being sent again. */
const WAIT_MS = 1000;

/**
 * Receives one chunk, writing its bytes in place while they arrive. It is recorded after its last
 * byte is written, and only then exists; it goes to the disk after its answer.
 * @throws Problem for everything in the tables 4.1 and 4.2 of the protocol
 */
export async function receiveChunk(
  context: RedeemContext,
  chunk: Chunk,
  params: Params,
  origin: string | null,
): Promise<Reception> {
  const { records, active, files, now } = context;
  const uploadToken = params.get("upload_token") ?? "";
  const token = await findToken(records, uploadToken, origin);
  const admitted = await admit(context, chunk, token, uploadToken, params);
  if ("kind" in admitted) return answered(admitted);
  const { upload, account } = admitted;
  const session = active.join(upload.id);
  const shortest = chunk.lengths[0] ?? 0;
  let released = false;
  let recordedOne = false;
  let claimed = claim(session, rangeOf(chunk, shortest));
  if (!claimed) {
    // The same chunk is coming in: in a moment it will be there, or this one is needed after all.
    await nextUnclaim(session, WAIT_MS);
    claimed = claim(session, rangeOf(chunk, shortest));
  }
  try {
    const there = await alreadyThere(claimed);
    if (typeof there === "number") return counting(there);
    if (there) {
      await release();
      return answered(there);
    }
  } catch (error) {
    await release();
    throw error;
  }
  // alreadyThere has thrown where there was no claim.
  const taken = claimed as ByteRange;
  const { doubts } = session;
  const sink = await openFile().catch(async (error: unknown) => {
    await release();
    throw error;
  });
  let handedOver = false;

  let got = 0;
  let touchedAt = now();
  const head = chunk.start === 0 ? createHead(HEAD_BYTES) : undefined;
  let type: string | null = null;

  return {
    take: async (piece) => {
      if (session.failure) throw session.failure;
      if (got + piece.length > taken.length) await makeLonger(got + piece.length);
      got += piece.length;
      if (head?.add(piece)) await judge(false);
      account.take(piece.length);
      try {
        await sink.write(piece);
      } finally {
        account.written(piece.length);
      }
      if (now() - touchedAt > TOUCH_MS) {
        touchedAt = now();
        await records.uploads.touch(upload.id, touchedAt);
      }
    },
    finish: async (all) => {
      requireSame(params, all);
      if (!chunk.lengths.includes(got)) throw wrongLength(chunk, got);
      if (head && !head.full) await judge(got === chunk.identity.totalSize);
      await sink.flush();
      if (session.failure) throw session.failure;
      if (session.doubts !== doubts) throw lostOnDisk();
      const recorded = await records.uploads.recordChunk({
        uploadId: upload.id,
        range: rangeOf(chunk, got),
        extra: extraOf(all),
        type,
        now: now(),
      });
      if (recorded === "too much extra") throw tooMuchExtra();
      recordedOne = true;
      // Forgotten in the very moment that it was recorded.
      if (session.doubts !== doubts) throw lostOnDisk();
      handedOver = true;
      context.syncer.soon(upload, chunk.start, sink);
      return completeIfWhole(recorded);
    },
    refuse: refuseAndThrow,
    close: async () => {
      if (!handedOver) await sink.close();
      await release();
    },
  };

  /** The file is made with the first bytes alone: where it is gone, what was stored in it is too. */
  async function openFile(): Promise<Sink> {
    try {
      return await files.write(upload.file, chunk.start, {
        create: upload.received === 0,
        onSyncFailed: (error) => context.syncer.failed(upload.id, error),
      });
    } catch (error) {
      if (!isMissing(error) || upload.received === 0) throw error;
      await context.syncer.forgetAll(upload.id);
      throw lostOnDisk();
    }
  }

  /** A number is the length that is stored, where the chunk may as well have another. */
  async function alreadyThere(mine: ByteRange | undefined): Promise<Answer | number | undefined> {
    const fresh = await records.uploads.byIdentity(token.id, chunk.identity);
    // Finished since it was admitted: its chunks may be forgotten by now.
    if (fresh?.state === "finished") return completeIfWhole(fresh);
    const before = await records.uploads.lastChunkBefore(upload.id, chunk.start + shortest);
    if (before?.start === chunk.start && chunk.lengths.includes(before.length)) {
      return chunk.lengths.length > 1 ? before.length : storedBefore();
    }
    if (!mine) {
      throw new Problem(
        "temporarily_unavailable",
        "This chunk is being received at this moment; try again.",
      );
    }
    if (reaches(before, chunk.start)) {
      const problem = overlapping(chunk);
      await refuse(problem, params);
      throw problem;
    }
    return undefined;
  }

  async function storedBefore(): Promise<Answer> {
    // All may have been there before this one came again: the server stopped in between.
    const fresh = await records.uploads.byIdentity(token.id, chunk.identity);
    return fresh ? completeIfWhole(fresh) : { kind: "stored" };
  }

  /** Reads a chunk to its end to learn whether it is the one that is stored; writes nothing. */
  function counting(stored: number): Reception {
    let count = 0;
    return {
      take: async (piece) => {
        count += piece.length;
        if (count > stored) throw overlapping(chunk);
      },
      finish: async (all) => {
        requireSame(params, all);
        if (count !== stored) throw wrongLength(chunk, count);
        if (session.failure) throw session.failure;
        // It may have been forgotten meanwhile. A photo's chunks are, too: that is the answer then.
        const there = await records.uploads.hasStored(upload.id, rangeOf(chunk, stored));
        const answer = await storedBefore();
        if (!there && answer.kind === "stored") throw lostOnDisk();
        return answer;
      },
      refuse: refuseAndThrow,
      close: release,
    };
  }

  async function completeIfWhole(fresh: Upload): Promise<Answer> {
    if (fresh.state === "finished") {
      context.quota.forget(upload.id);
      const finished = await context.completer.outcomeOf(fresh, token, uploadToken);
      return { kind: "finished", finished };
    }
    const size = chunk.identity.totalSize;
    if (fresh.received !== size) return { kind: "stored" };
    const extra = extraOf(params);
    const finished = await context.completer.complete(
      session,
      fresh,
      size,
      token,
      uploadToken,
      extra,
    );
    context.quota.forget(upload.id);
    return { kind: "finished", finished };
  }

  /** The last chunk may carry the remainder too, where nobody else has written it. */
  async function makeLonger(needed: number): Promise<void> {
    const longer = chunk.lengths[1];
    if (longer === undefined || needed > longer) throw wrongLength(chunk, "more");
    if (!extend(session, taken, longer)) {
      throw new Problem(
        "temporarily_unavailable",
        "A part of this chunk is being received at this moment; try again.",
      );
    }
    const before = await records.uploads.lastChunkBefore(upload.id, chunk.start + longer);
    if (reaches(before, chunk.start)) throw overlapping(chunk);
  }

  async function judge(final: boolean): Promise<void> {
    const found = await identify(head?.bytes() ?? new Uint8Array(), final);
    // Too few bytes to say: the completion will, with all of them.
    if (found) type = requireType(found, typesOf(token, context.types));
  }

  async function refuseAndThrow(problem: Problem, all: Params): Promise<never> {
    await refuse(problem, all);
    throw problem;
  }

  async function refuse(problem: Problem, all: Params): Promise<void> {
    if (problem === session.failure) return;
    const fresh = await records.uploads.byIdentity(token.id, chunk.identity);
    const alone = session.members === 1 && fresh?.received === 0;
    if (problem.code === "file_not_supported" || alone) {
      await context.completer.fail(session, upload, token, uploadToken, problem, extraOf(all));
    } else {
      await tellRefused(context, chunk, token, uploadToken, problem, all);
    }
  }

  async function release(): Promise<void> {
    if (released) return;
    released = true;
    if (claimed) unclaim(session, claimed);
    try {
      if (session.failure) context.quota.forget(upload.id);
      if (session.members === 1 && !recordedOne) await forgetIfEmpty();
    } finally {
      active.leave(session);
    }
  }

  /** Where nothing of it has been stored, and nobody else is at it, no use may stay reserved. */
  async function forgetIfEmpty(): Promise<void> {
    const fresh = await records.uploads.byIdentity(token.id, chunk.identity);
    const empty = fresh?.id === upload.id && fresh.state === "receiving" && fresh.received === 0;
    if (!empty || session.members !== 1) return;
    // Both at once, so that nobody comes in between; the bytes first, since on a full disk the
    // database needs their room to forget.
    context.quota.forget(upload.id);
    const removing = files.remove(upload.file);
    await records.uploads.forgetEmpty(upload.id);
    await removing;
  }
}

/** The bytes went where the first parameters said: later ones may add, not contradict. */
function requireSame(known: Params, all: Params): void {
  for (const [name, value] of known) {
    if (name !== "upload_token" && !isOfFamily(name)) continue;
    if (all.get(name) === value) continue;
    throw new Problem(
      "invalid_input",
      `${name} behind the file is not what it was before the file.`,
    );
  }
}

function answered(answer: Answer): Reception {
  return {
    answer,
    take: async () => undefined,
    finish: async () => answer,
    refuse: async () => answer,
    close: async () => undefined,
  };
}
