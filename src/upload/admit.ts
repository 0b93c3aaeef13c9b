import { newFileName } from "../files/names.ts";
import { refusedToken } from "../problem.ts";
import { LAPSE_MS } from "../records/uploads.ts";
import type { Upload } from "../records/records.ts";
import { decideAdmission } from "./chunk-rules.ts";
import type { Chunk } from "./chunk.ts";
import { deleteEmpty } from "./delete-upload.ts";
import { findUpload } from "./find-upload.ts";
import { maxSizeOf } from "./limits.ts";
import { outcomeOf } from "./outcome.ts";
import { extraOf, type Params } from "./params.ts";
import type { Account } from "./quota.ts";
import { refuse } from "./refuse.ts";
import { reserveUse } from "./reserve.ts";
import { hasLostPhoto, kindOf, noUse } from "./token.ts";
import type { Answer, Owner, UploadContext } from "./types.ts";

/** An upload that holds a use, and the account that its bytes are written on. */
export type Admitted = { kind: "admitted"; upload: Upload; account: Account };

/**
 * Lets a chunk in before a byte of it is read: reserves or renews a use, and opens an account of the disk's space.
 * @returns the upload that holds a use for it; or the outcome, where its file is a photo already
 * @throws Problem where it may not be received
 */
export async function admit(
  context: UploadContext,
  owner: Owner,
  chunk: Chunk,
  params: Params,
): Promise<Admitted | Extract<Answer, { kind: "finished" }>> {
  const { token } = owner;
  const { identity } = chunk;
  const now = context.now();
  const known = await findUpload(context.records, token.id, identity);
  const limits = {
    maxSize: maxSizeOf(token, context.maxSize),
    graceMs: context.graceMs,
    lostPhoto: await hasLostPhoto(context.records, token),
    freshMs: LAPSE_MS / 2,
  };
  const admission = decideAdmission(token, known, chunk, limits, now);
  switch (admission.do) {
    case "answer":
      return finishedBefore(context, owner, known as Upload);
    case "expired":
      throw refusedToken.expired(kindOf(token));
    case "repeat refusal":
      throw admission.problem;
    case "refuse": {
      const { problem, scope } = admission;
      const extra = extraOf(token, params);
      await refuse(context, { owner, upload: { identity }, scope, extra }, problem);
      throw problem;
    }
    case "reserve":
      return reserve(context, owner, chunk, { now, wasKept: (known?.keptUntil ?? null) !== null });
    case "go on":
      return withRoom(context, owner, admission.upload, chunk);
  }
}

async function reserve(
  context: UploadContext,
  owner: Owner,
  chunk: Chunk,
  { now, wasKept }: { now: number; wasKept: boolean },
): Promise<Admitted | Extract<Answer, { kind: "finished" }>> {
  const { token, uploadToken } = owner;
  const { identity, clientInfo } = chunk;
  const beginning = {
    identity,
    filename: identity.filename,
    file: newFileName(),
    clientInfo,
    sealedToken: token.backgroundReturn ? context.secret.seal(uploadToken) : null,
  };
  const { value, upload } = await reserveUse(context, token.id, beginning, now);
  // The uploads that hold the uses have other identities, so they are other files: waiting for one would not help.
  if (value === "used" || value === "held" || value === "too many")
    throw noUse(token, value, false);
  if (!upload) throw new Error("A use was reserved for no upload");
  if (value === "finished") return finishedBefore(context, owner, upload);
  if (upload.file === beginning.file) {
    context.events.emit({
      kind: "upload begun",
      upload: upload.id,
      token: token.id,
      filename: upload.filename,
      size: identity.totalSize,
      clientInfo,
    });
  } else if (wasKept) {
    context.events.emit({ kind: "cancelling undone", upload: upload.id, token: token.id });
  }
  return withRoom(context, owner, upload, chunk);
}

/** @throws Problem insufficient_storage; an upload that has not received a byte is deleted then */
async function withRoom(
  context: UploadContext,
  { token }: Owner,
  upload: Upload,
  { identity }: Chunk,
): Promise<Admitted> {
  const { id, received } = upload;
  try {
    const of = { id, tokenId: token.id, total: identity.totalSize, received };
    return { kind: "admitted", upload, account: context.quota.ofUpload(of) };
  } catch (error) {
    await context.deletions.carryOut({ upload: id, token: token.id }, async () => {
      // An upload without a recorded byte may still have a file: of one whose chunks' records were deleted after a failed sync.
      await deleteEmpty(context, upload, () => !context.locks.isBusy(id));
    });
    throw error;
  }
}

async function finishedBefore(
  context: UploadContext,
  owner: Owner,
  upload: Upload,
): Promise<Extract<Answer, { kind: "finished" }>> {
  return { kind: "finished", finished: await outcomeOf(context, owner, upload) };
}
