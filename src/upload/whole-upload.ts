import { returnFor } from "../callback/address.ts";
import type { Spool } from "../files/files.ts";
import { newFileName } from "../files/names.ts";
import { Problem } from "../problem.ts";
import type { Extra, NewUploadToken, Upload } from "../records/records.ts";
import { deleteUpload } from "./delete-upload.ts";
import { finalize, type FinalizeOptions } from "./finalize.ts";
import { maxSizeOf } from "./limits.ts";
import type { Account } from "./quota.ts";
import { refuse } from "./refuse.ts";
import { reserveUse } from "./reserve.ts";
import { noUse, requireStart } from "./token.ts";
import type { Answer, Owner, UploadContext } from "./types.ts";

/**
 * The upload of a whole file, which holds a use of its token from `beginWhole` on. Disposing of it releases
 * the use, unless the file became a photo or was refused; where that fails, it is done later (deletions.ts).
 */
export type WholeUpload = AsyncDisposable & {
  readonly owner: Owner;
  readonly upload: Upload;
  /** Its bytes are written on this. */
  readonly account: Account;
  /** True where it is a photo, or was refused: its use is not released when it is disposed of. */
  over: boolean;
};

export type WholeBeginning = {
  filename: string;
  /** Bytes that are there already. */
  received: number;
  /** Bytes that it will have, as far as that is known. */
  expected: number;
  /** Where all bytes are there: the extra parameters of the request, which has been read to its end. */
  complete?: Extra;
};

/**
 * Reserves a use for a whole file.
 * @throws Problem where the token has none for it, or the disk has no room
 */
export async function beginWhole(
  context: UploadContext,
  owner: Owner,
  beginning: WholeBeginning,
): Promise<WholeUpload> {
  const saved = owner.unsaved ? await save(context, owner.unsaved) : owner;
  const { quota, deletions } = context;
  const token = saved.token.id;
  const rollBack = async () => {
    if (owner.unsaved) await context.records.direct.delete(token);
  };
  const upload = await reserve(context, saved, beginning).catch(async (error: unknown) => {
    await deletions.carryOut({ upload: null, token }, rollBack);
    throw error;
  });
  const { received, expected } = beginning;
  const whole = {
    owner: saved,
    upload,
    over: false,
    [Symbol.asyncDispose]: async () => {
      if (whole.over) return;
      whole.over = true;
      quota.closeAccount(upload.id);
      await deletions.carryOut({ upload: upload.id, token }, async () => {
        await deleteUpload(context, upload);
        await rollBack();
        context.events.emit({ kind: "upload dropped", upload: upload.id, token });
      });
    },
  };
  try {
    const total = Math.max(received, Math.min(expected, maxSizeOf(saved.token, context.maxSize)));
    const of = { id: upload.id, tokenId: saved.token.id, total, received };
    return Object.assign(whole, { account: quota.ofUpload(of) });
  } catch (error) {
    await whole[Symbol.asyncDispose]();
    throw error;
  }
}

/** Puts the token of a file on record that is sent without one. */
async function save({ records }: UploadContext, unsaved: NewUploadToken): Promise<Owner> {
  return { token: await records.tokens.add(unsaved), uploadToken: "" };
}

async function reserve(
  context: UploadContext,
  { token }: Owner,
  { filename, received, complete }: WholeBeginning,
): Promise<Upload> {
  const { events, now } = context;
  requireStart(token, now());
  const wanted = {
    identity: null,
    filename,
    file: newFileName(),
    clientInfo: {},
    // Not needed: by it a later process could name the token, and a whole file ends with its request.
    sealedToken: null,
    ...(complete && { whole: { size: received, lease: context.process, extra: complete } }),
  };
  const { value, upload } = await reserveUse(context, token.id, wanted, now());
  // An earlier try of this very file may hold the use, on a connection that hangs. That one may still fail, so this one is told to come
  // again, not refused for good.
  if (value === "used" || value === "held" || value === "too many") throw noUse(token, value, true);
  if (!upload) throw new Error("A use was reserved for no upload");
  events.emit({
    kind: "upload begun",
    upload: upload.id,
    token: token.id,
    filename,
    size: complete ? received : null,
    clientInfo: {},
  });
  return upload;
}

/** Makes the photo of the bytes in a spool, whose hash may be known. @throws Problem where they cannot become one for now */
export async function finalizeWhole(
  context: UploadContext,
  whole: WholeUpload,
  spool: Spool,
  size: number,
  options: FinalizeOptions,
): Promise<Answer> {
  const { owner, upload } = whole;
  using work = context.locks.join(upload.id);
  await context.files.staging.adopt(spool, upload.file);
  try {
    const finished = await finalize(context, work, owner, upload, size, options);
    whole.over = true;
    return { kind: "finished", finished };
  } catch (error) {
    // A failure for good was refused and recorded by `finalize`, for whichever request found it.
    if (error !== work.shared.failure) throw error;
    whole.over = true;
    if (error instanceof Problem && error.refusesUpload)
      return refused(context, owner, error, options.extra);
    throw error;
  }
}

/** Refuses the file for good. @returns the answer, with the request that carries the refusal to the backend (protocol 4.3) */
export async function refuseWhole(
  context: UploadContext,
  whole: WholeUpload,
  problem: Problem,
  extra: Extra,
): Promise<Answer> {
  const { owner, upload } = whole;
  using work = context.locks.join(upload.id);
  await refuse(context, { owner, upload, scope: "upload", work, extra }, problem);
  whole.over = true;
  return refused(context, owner, problem, extra);
}

function refused(
  { domain }: UploadContext,
  { token, uploadToken }: Owner,
  problem: Problem,
  extra: Extra,
): Answer {
  const outcome = { errorMessage: problem.message };
  const returns = returnFor(token, domain, uploadToken, outcome, extra);
  return { kind: "refused", token, problem, returns };
}
