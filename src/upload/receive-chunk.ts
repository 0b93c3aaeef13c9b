import { HEAD_BYTES, identify } from "../media/identify.ts";
import { Problem, refusedToken } from "../problem.ts";
import type { ByteRange, Upload, UploadToken } from "../records/records.ts";
import { claim, extend, type Session } from "./active.ts";
import {
  overlapping,
  rangeOf,
  requireInside,
  wrongLength,
  type Chunk,
  type Params,
} from "./chunk.ts";
import { createHead } from "./head.ts";
import { maxSizeOf, requireSize, requireType, typesOf } from "./limits.ts";
import { extraOf, type Answer, type Reception, type RedeemContext } from "./redeem.ts";
import { findToken, requireGoingOn, requireStart } from "./token.ts";

/** How often a slow chunk says that its upload is alive: well within the lapse of a reservation. */
const TOUCH_MS = 30_000;

/**
 * Receives one chunk, writing its bytes in place while they arrive. It is recorded after its last
 * byte is on the disk, and only then exists.
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
  const upload = admitted;
  const session = active.join(upload.id);
  const shortest = chunk.lengths[0] ?? 0;
  let released = false;
  const claimed = claim(session, rangeOf(chunk, shortest));
  try {
    const there = await alreadyThere(claimed);
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
  const sink = await files.write(upload.id, chunk.start).catch(async (error: unknown) => {
    await release();
    throw error;
  });

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
      await sink.write(piece);
      if (now() - touchedAt > TOUCH_MS) {
        touchedAt = now();
        await records.uploads.touch(upload.id, touchedAt);
      }
    },
    finish: async (all) => {
      requireSame(params, all);
      if (!chunk.lengths.includes(got)) throw wrongLength(chunk, got);
      if (head && !head.full) await judge(got === chunk.identity.totalSize);
      await sink.sync();
      if (session.failure) throw session.failure;
      const extra = extraOf(all);
      const recorded = await records.uploads.recordChunk({
        uploadId: upload.id,
        range: rangeOf(chunk, got),
        extra,
        type,
        now: now(),
      });
      return completeIfWhole(recorded);
    },
    refuse: async (problem, all) => {
      await refuse(problem, all);
      throw problem;
    },
    close: async () => {
      await sink.close();
      await release();
    },
  };

  async function alreadyThere(mine: ByteRange | undefined): Promise<Answer | undefined> {
    for (const length of chunk.lengths) {
      if (await records.uploads.hasStored(upload.id, rangeOf(chunk, length))) {
        // All were there before this one came again: the server stopped in between.
        const fresh = await records.uploads.byIdentity(token.id, chunk.identity);
        return fresh ? completeIfWhole(fresh) : { kind: "stored" };
      }
    }
    if (!mine) {
      throw new Problem(
        "temporarily_unavailable",
        "This chunk is being received at this moment; try again.",
      );
    }
    if (await records.uploads.overlaps(upload.id, mine)) {
      const problem = overlapping(chunk);
      await refuse(problem, params);
      throw problem;
    }
    return undefined;
  }

  async function completeIfWhole(fresh: Upload): Promise<Answer> {
    if (fresh.state === "finished") {
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
    if (await records.uploads.overlaps(upload.id, taken)) throw overlapping(chunk);
  }

  async function judge(final: boolean): Promise<void> {
    const found = await identify(head?.bytes() ?? new Uint8Array(), final);
    // Too few bytes to say: the completion will, with all of them.
    if (found) type = requireType(found, typesOf(token, context.types));
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
    if (claimed) session.claims.delete(claimed);
    // Nothing of it has been stored, and nobody else is at it: no use may stay reserved for it.
    if (session.members === 1 && (await records.uploads.forgetEmpty(upload.id))) {
      await files.remove(upload.id);
    }
    active.leave(session as Session);
  }
}

/** May this chunk be received? The upload that holds a use for it, or an answer that is known. */
async function admit(
  context: RedeemContext,
  chunk: Chunk,
  token: UploadToken,
  uploadToken: string,
  params: Params,
): Promise<Upload | Answer> {
  const { records, completer } = context;
  const now = context.now();
  const known = await records.uploads.byIdentity(token.id, chunk.identity);
  if (known?.state === "finished") {
    return { kind: "finished", finished: await completer.outcomeOf(known, token, uploadToken) };
  }
  if (known?.state === "receiving") requireGoingOn(token, now, context.graceMs);
  else requireStart(token, now);
  if (
    known?.state === "failed" &&
    known.failure?.code === "file_not_supported" &&
    chunk.start > 0
  ) {
    // The other chunks of a refused file: only its beginning can show that it is another one now.
    throw new Problem("file_not_supported", known.failure.message);
  }
  try {
    requireSize(chunk.identity.totalSize, maxSizeOf(token, context.maxSize));
    requireInside(chunk);
  } catch (error) {
    if (!known && (await records.tokens.free(token.id, now)) === 0) throw refusedToken.used();
    await tellRefused(context, chunk, token, uploadToken, error as Problem, params);
    throw error;
  }
  const reservation = await records.uploads.reserveChunked({
    tokenId: token.id,
    identity: chunk.identity,
    told: chunk.told,
    sealedToken: token.backgroundReturn ? context.secret.seal(uploadToken) : null,
    now,
  });
  if (!reservation.reserved) throw refusedToken.used();
  const { upload } = reservation;
  if (upload.state !== "finished") return upload;
  return { kind: "finished", finished: await completer.outcomeOf(upload, token, uploadToken) };
}

/** A chunk that is refused for good: the backend is told in the background, once for an upload. */
async function tellRefused(
  { records, completer, now }: RedeemContext,
  chunk: Chunk,
  token: UploadToken,
  uploadToken: string,
  problem: Problem,
  params: Params,
): Promise<void> {
  const extra = extraOf(params);
  await records.uploads.refuseChunk({
    tokenId: token.id,
    identity: chunk.identity,
    failure: { code: problem.code, message: problem.message },
    delivery: completer.background(token, uploadToken, { errorMessage: problem.message }, extra),
    now: now(),
  });
  completer.deliver();
}

/** The bytes went where the first parameters said: later ones may add, not contradict. */
function requireSame(known: Params, all: Params): void {
  for (const [name, value] of known) {
    if (name !== "upload_token" && !name.startsWith("resumable")) continue;
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
