import { refusedToken, Problem } from "../problem.ts";
import type { Upload, UploadToken } from "../records/records.ts";
import { requireInside, type Chunk } from "./chunk.ts";
import { maxSizeOf, requireSize } from "./limits.ts";
import { extraOf, type Params } from "./params.ts";
import type { Account } from "./quota.ts";
import type { Answer, RedeemContext } from "./reception.ts";
import { requireGoingOn, requireStart } from "./token.ts";

/** An upload that holds a use, and the account that its bytes are written on. */
export type Admitted = { upload: Upload; account: Account };

/** May this chunk be received? The upload that holds a use for it, or an answer that is known. */
export async function admit(
  context: RedeemContext,
  chunk: Chunk,
  token: UploadToken,
  uploadToken: string,
  params: Params,
): Promise<Admitted | Answer> {
  const { records, completer, quota } = context;
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
  if (!known || known.state === "failed") await requireFew(context, token);
  try {
    requireSize(chunk.identity.totalSize, maxSizeOf(token, context.maxSize));
    requireInside(chunk);
  } catch (error) {
    if (!known && (await records.tokens.free(token.id, now)) === 0) throw refusedToken.used();
    await tellRefused(context, chunk, token, uploadToken, error as Problem, params);
    throw error;
  }
  const reservation = await records.uploads.reserveChunked({
    known,
    tokenId: token.id,
    identity: chunk.identity,
    told: chunk.told,
    sealedToken: token.backgroundReturn ? context.secret.seal(uploadToken) : null,
    now,
  });
  // Another file in chunks is another one, not this one again: nothing is to be had by waiting for it.
  if (!reservation.reserved) throw refusedToken.used();
  const { upload } = reservation;
  if (upload.state === "finished") {
    return { kind: "finished", finished: await completer.outcomeOf(upload, token, uploadToken) };
  }
  const { totalSize } = chunk.identity;
  try {
    const { id, received } = upload;
    return {
      upload,
      account: quota.ofUpload({ id, tokenId: token.id, total: totalSize, received }),
    };
  } catch (error) {
    // It cannot fit: it is refused with its first chunk, and leaves nothing behind.
    if (!context.active.has(upload.id)) await records.uploads.forgetEmpty(upload.id);
    throw error;
  }
}

/** Uploads that a token may leave unfinished, beside those it is for. */
const MAX_UNFINISHED = 1000;

/**
 * Bounds what one token can leave behind: each upload begun is a row and a file until it is swept.
 * @throws Problem temporarily_unavailable
 */
export async function requireFew({ records }: RedeemContext, token: UploadToken): Promise<void> {
  if ((await records.uploads.unfinishedOf(token.id)) < token.maxUploads + MAX_UNFINISHED) return;
  throw new Problem(
    "temporarily_unavailable",
    "Too many uploads were begun with this upload token and not finished; try again later.",
  );
}

/** A chunk that is refused for good: the backend is told in the background, once for an upload. */
export async function tellRefused(
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
