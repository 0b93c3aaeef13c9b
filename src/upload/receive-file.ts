import { returnFor } from "../callback/address.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { Problem, refusedToken } from "../problem.ts";
import type { Upload, UploadToken } from "../records/records.ts";
import { requireFew } from "./admit.ts";
import { readChunk } from "./chunk.ts";
import { dropUpload } from "./drop.ts";
import { createHead } from "./head.ts";
import { maxSizeOf, requireSize, requireType, typesOf } from "./limits.ts";
import { extraOf, filenameOf, type Params } from "./params.ts";
import type { Account } from "./quota.ts";
import { receiveChunk } from "./receive-chunk.ts";
import type { Answer, Incoming, Reception, RedeemContext } from "./reception.ts";
import { findToken, requireGoingOn, requireStart, useHeld } from "./token.ts";

/**
 * A body beyond this is a whole file, whatever fields may follow: the largest chunks of a known
 * client are 100 MB. Up to it, a file whose fields are still to come is undecided: it may be a chunk from
 * the middle of another file (the Node client sends them last), and its first bytes say nothing.
 */
const LARGEST_LATE_CHUNK = 128 * 1024 * 1024;

const TOUCH_MS = 30_000;

/** How many times as long an undecided body may take whose upload token came first: 128 MiB in four hours are 9 KiB/s. */
const TOKEN_FIRST_LIMIT = 8;

/**
 * Receives a whole file, or one of which it is not known yet (protocol 4.1, "undecided"): its bytes go into
 * a spool, which becomes the upload's file without being copied. Undecided bytes hold no use of a token, and
 * are written on an account of their own, which all of them share.
 * @throws Problem where the token refuses it before a byte was read
 */
export async function receiveFile(context: RedeemContext, incoming: Incoming): Promise<Reception> {
  const { records, files, active, completer, quota, now } = context;
  const { origin, moreParams, bodyLength } = incoming;
  let uploadToken = incoming.params.get("upload_token");
  let token: UploadToken | undefined;
  let upload: Upload | undefined;
  let account: Account | undefined;
  if (uploadToken || !moreParams) token = await findToken(records, uploadToken, origin);
  /** Whether the bytes are wanted at all, or only the parameters behind them. */
  const wanted = token && moreParams ? await isWanted(context, token) : true;
  const tokenFirst = token !== undefined;
  const undecided = quota.undecided(tokenFirst);
  // Who has a token that is good may take longer: a form on a slow line is the normal case.
  const limitMs = context.undecidedMs * (tokenFirst ? TOKEN_FIRST_LIMIT : 1);
  const begunAt = performance.now();
  let got = 0;
  let touchedAt = now();
  const head = createHead(HEAD_BYTES);
  /** Why the file is not taken, while its token is still to come. */
  let problem: Problem | undefined;
  let judged = false;
  let isChunk = false;
  /** The spool has become the upload's file: there is nothing of it to be removed. */
  let adopted = false;
  const spool = await begin().catch(async (error: unknown) => {
    await letGo();
    throw error;
  });

  return {
    more: requireTime,
    take: async (piece) => {
      got += piece.length;
      if (problem || !wanted) return;
      head.add(piece);
      try {
        requireSize(got, maxSizeOf(token, context.maxSize));
        if (!judged && mustBeWhole() && head.full) await judge(token);
        // No chunk is so large: it is a file of its own, and needs a use.
        if (token && !upload && mustBeWhole()) await requireUpload(incoming.params);
      } catch (error) {
        // Nobody knows yet where the outcome goes, or whether it is a chunk's: read on, keep nothing.
        if ((token && mustBeWhole()) || !(error instanceof Problem)) throw error;
        problem = error;
        await spool.discard();
        undecided.close();
        return;
      }
      const on = account ?? undecided;
      on.take(piece.length);
      await spool.write(piece).finally(() => on.written(piece.length));
      if (upload && now() - touchedAt > TOUCH_MS) {
        touchedAt = now();
        await records.uploads.touch(upload.id, touchedAt);
      }
    },
    finish: async (params) => {
      await settleToken(params);
      const chunk = readChunk(params, filenameOf(params, incoming.partName), incoming.range);
      if (chunk) {
        isChunk = true;
        await spool.flush();
        await letGo();
        return passOn(await receiveChunk(context, chunk, params, origin), params);
      }
      const owner = await requireUpload(params);
      if (!wanted) throw useHeld();
      try {
        if (problem) throw problem;
        if (got === 0) throw new Problem("no_file", "The file is empty.");
        requireSize(got, maxSizeOf(owner.token, context.maxSize));
        await judge(owner.token);
      } catch (error) {
        if (error instanceof Problem && error.ofTheFile) return refuse(error, params);
        throw error;
      }
      return complete(owner.upload, owner.token, params);
    },
    refuse,
    close: async () => {
      try {
        if (!adopted) await spool.discard();
      } finally {
        undecided.close();
        await letGo();
      }
    },
  };

  async function begin() {
    // A length is only a claim: what cannot fit is refused by it, but nothing is kept from others for it.
    quota.require(Math.min(bodyLength ?? 0, maxSizeOf(token, context.maxSize)));
    if (token && !moreParams) await requireUpload(incoming.params);
    return files.spool();
  }

  /** A body that no chunk has, or one that has told all its parameters. */
  function mustBeWhole(): boolean {
    if (incoming.range) return false;
    return !moreParams || Math.max(got, bodyLength ?? 0) > LARGEST_LATE_CHUNK;
  }

  /** Bytes that hold no use may not be kept waiting for the end of their request, whatever comes behind them. */
  function requireTime(): void {
    if (upload || performance.now() - begunAt <= limitMs) return;
    throw new Problem(
      "request_timeout",
      tokenFirst
        ? "The request takes too long for one that may be a chunk; send a chunk's parameters before its file."
        : "The request takes too long for one whose upload token is behind its file.",
    );
  }

  async function judge(by: UploadToken | undefined): Promise<void> {
    judged = by !== undefined;
    requireType(await identify(head.bytes(), true), typesOf(by, context.types));
  }

  /** The body's own field wins over the query, and may come behind the file (protocol 2 and 4). */
  async function settleToken(params: Params): Promise<void> {
    const named = params.get("upload_token");
    if (token && named === uploadToken) return;
    await letGo();
    uploadToken = named;
    token = await findToken(records, named, origin);
    judged = false;
  }

  /** It is a whole file: from here on it holds a use, and its bytes are written on its own account. */
  async function requireUpload(params: Params) {
    if (!token) throw refusedToken.unknown();
    if (!upload) {
      requireStart(token, now());
      await requireFew(context, token);
      const filename = filenameOf(params, incoming.partName);
      const begun = await records.uploads.beginWhole({ tokenId: token.id, filename, now: now() });
      // It may be the same file again, whose first try hangs: not refused for good while that may fail.
      if (!begun.reserved) throw begun.used ? refusedToken.used() : useHeld();
      upload = begun.upload;
      const total = Math.max(got, Math.min(bodyLength ?? 0, maxSizeOf(token, context.maxSize)));
      account = quota.ofUpload({ id: upload.id, tokenId: token.id, total, received: got });
      undecided.close();
    }
    return { upload, token };
  }

  async function complete(whole: Upload, owner: UploadToken, params: Params): Promise<Answer> {
    const session = active.join(whole.id);
    try {
      await files.adopt(spool, whole.file);
      adopted = true;
      const finished = await completer.complete(
        session,
        whole,
        got,
        owner,
        uploadToken ?? "",
        extraOf(params),
      );
      quota.forget(whole.id);
      upload = undefined;
      return { kind: "finished", finished };
    } finally {
      active.leave(session);
    }
  }

  async function refuse(why: Problem, params: Params): Promise<Answer> {
    // Refused as a chunk already, and recorded so: a chunk is answered 500, whatever the token says.
    if (isChunk) throw why;
    await settleToken(params);
    const owner = await requireUpload(params);
    const extra = extraOf(params);
    const session = active.join(owner.upload.id);
    try {
      await completer.fail(session, owner.upload, owner.token, uploadToken ?? "", why, extra);
    } finally {
      active.leave(session);
    }
    quota.forget(owner.upload.id);
    upload = undefined;
    const outcome = { errorMessage: why.message };
    const returns = returnFor(owner.token, completer.domain, uploadToken ?? "", outcome, extra);
    return { kind: "refused", token: owner.token, problem: why, returns };
  }

  /** It was a chunk after all: its bytes go to their place. */
  async function passOn(reception: Reception, params: Params): Promise<Answer> {
    try {
      if (reception.answer) return reception.answer;
      if (!wanted) throw useHeld();
      if (problem) return await reception.refuse(problem, params);
      for await (const piece of spool.read()) await reception.take(piece);
      return await reception.finish(params);
    } catch (error) {
      if (error instanceof Problem && error.ofTheFile) return await reception.refuse(error, params);
      throw error;
    } finally {
      await reception.close();
    }
  }

  /** Gives the use back, where there is one and the file did not become a photo. */
  async function letGo(): Promise<void> {
    if (!upload) return;
    const mine = upload;
    upload = undefined;
    account = undefined;
    quota.forget(mine.id);
    await dropUpload(context, mine);
  }
}

/** For so long the chunks of a finished upload may come again, whose answer was lost. */
const AGAIN_MS = 10 * 60_000;

/**
 * Refuses an undecided body at once where nothing could become of it: no use is free, and no upload of the
 * token is unfinished that the body could be a chunk of (protocol 4.1).
 * @returns false where it can only be a chunk that came before, of an upload that has just finished: its
 * parameters are answered with the outcome (protocol 4.2), its bytes are needed by nobody and not kept
 * @throws Problem invalid_upload_token; temporarily_unavailable where another upload may give its use back
 */
async function isWanted(context: RedeemContext, token: UploadToken): Promise<boolean> {
  const { records, graceMs } = context;
  const now = context.now();
  if (await records.uploads.hasUnfinishedChunked(token.id)) {
    requireGoingOn(token, now, graceMs);
    return true;
  }
  if ((await records.tokens.free(token.id, now)) > 0) {
    requireStart(token, now);
    return true;
  }
  if (await records.uploads.hasFinishedChunked(token.id, now - AGAIN_MS)) return false;
  requireStart(token, now);
  throw token.consumed >= token.maxUploads ? refusedToken.used() : useHeld();
}
