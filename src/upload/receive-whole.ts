import { returnFor } from "../callback/address.ts";
import type { Spool } from "../files/files.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { Problem, refusedToken } from "../problem.ts";
import type { Upload, UploadToken } from "../records/records.ts";
import { requireFew } from "./admit.ts";
import { readChunk } from "./chunk.ts";
import { createHead } from "./head.ts";
import { maxSizeOf, requireSize, requireType, typesOf } from "./limits.ts";
import { receiveChunk } from "./receive-chunk.ts";
import { extraOf, filenameOf, type Params } from "./params.ts";
import type { Answer, Incoming, Reception, RedeemContext } from "./reception.ts";
import { findToken, requireGoingOn, requireStart } from "./token.ts";

/**
 * A body beyond this is a whole file, whatever fields may follow: the largest chunks of a known
 * client are 100 MB. Up to it, a file whose fields are still to come may be a chunk from the middle
 * of another file (the Node client sends them last), and its first bytes say nothing.
 */
const LARGEST_LATE_CHUNK = 128 * 1024 * 1024;

const TOUCH_MS = 30_000;

/** How often bytes that hold no use look whether there is still room for them. */
const CHECK_ROOM_BYTES = 16 * 1024 * 1024;

/**
 * Receives a whole file, or one of which it is not known yet: its bytes go into a spool, which
 * becomes the upload's file without being copied.
 * @throws Problem where the token refuses it before a byte was read
 */
export async function receiveWhole(context: RedeemContext, incoming: Incoming): Promise<Reception> {
  const { records, files, active, completer, now } = context;
  const { origin, moreParams } = incoming;
  let uploadToken = incoming.params.get("upload_token");
  let token: UploadToken | undefined;
  let upload: Upload | undefined;
  if (uploadToken || !moreParams) {
    token = await findToken(records, uploadToken, origin);
    upload = await reserveEarly(context, incoming, token);
  }
  const leave = token ? () => undefined : enterTokenless(context);
  // A length is only a claim: room is kept for those who hold a use, and no more than a file may have.
  const length = Math.min(incoming.bodyLength ?? 0, maxSizeOf(token, context.maxSize));
  const hold = context.room.hold(upload ? length : 0);
  const spool = await begin().catch(async (error: unknown) => {
    hold.release();
    leave();
    if (upload) await records.uploads.forget(upload.id);
    throw error;
  });

  let got = 0;
  let touchedAt = now();
  let checkedAt = 0;
  const head = createHead(HEAD_BYTES);
  /** Why the file is not taken, while its token is still to come. */
  let problem: Problem | undefined;
  let judged = false;
  let isChunk = false;

  return {
    take: async (piece) => {
      got += piece.length;
      if (problem) return;
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
        return;
      }
      await spool.write(piece);
      hold.written(piece.length);
      if (!upload && got - checkedAt > CHECK_ROOM_BYTES) {
        checkedAt = got;
        await context.room.require(CHECK_ROOM_BYTES);
      }
      if (now() - touchedAt > TOUCH_MS) await touch();
    },
    finish: async (params) => {
      await settleToken(params);
      const chunk = readChunk(params, filenameOf(params, incoming.partName), incoming.range);
      if (chunk) {
        isChunk = true;
        await spool.flush();
        const reception = await receiveChunk(context, chunk, params, origin, upload?.id);
        await letGo();
        return passOn(reception, params);
      }
      const owner = await requireUpload(params);
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
      hold.release();
      leave();
      await spool.discard();
      await letGo();
    },
  };

  async function begin(): Promise<Spool> {
    // Its own bytes are held already.
    await context.room.require(0);
    return files.spool();
  }

  /** It is alive, or the upload is that its bytes may be a chunk of. */
  async function touch(): Promise<void> {
    touchedAt = now();
    if (upload) return records.uploads.touch(upload.id, touchedAt);
    if (!token) return undefined;
    const filename = filenameOf(incoming.params, incoming.partName);
    return records.uploads.touchNamed(token.id, filename, touchedAt);
  }

  /** A body that no chunk has, or one that has told all its parameters. */
  function mustBeWhole(): boolean {
    if (incoming.range) return false;
    return !moreParams || Math.max(got, incoming.bodyLength ?? 0) > LARGEST_LATE_CHUNK;
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

  async function requireUpload(params: Params) {
    if (!token) throw refusedToken.unknown();
    if (!upload) {
      requireStart(token, now());
      await requireFew(context, token);
      const filename = filenameOf(params, incoming.partName);
      const begun = await records.uploads.beginWhole({
        tokenId: token.id,
        filename,
        undecided: false,
        now: now(),
      });
      if (!begun.reserved) throw refusedToken.used();
      upload = begun.upload;
    }
    return { upload, token };
  }

  async function complete(whole: Upload, owner: UploadToken, params: Params): Promise<Answer> {
    const session = active.join(whole.id);
    try {
      await files.adopt(spool, whole.id);
      const finished = await completer.complete(
        session,
        whole,
        got,
        owner,
        uploadToken ?? "",
        extraOf(params),
      );
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
    upload = undefined;
    const outcome = { errorMessage: why.message };
    const returns = returnFor(owner.token, completer.domain, uploadToken ?? "", outcome, extra);
    return { kind: "refused", token: owner.token, problem: why, returns };
  }

  /** It was a chunk after all: its bytes go to their place. */
  async function passOn(reception: Reception, params: Params): Promise<Answer> {
    try {
      if (reception.answer) return reception.answer;
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

  /** Gives the use back that was reserved before it was known what comes. */
  async function letGo(): Promise<void> {
    if (!upload) return;
    const { id } = upload;
    upload = undefined;
    await records.uploads.forget(id);
    await files.remove(id);
  }
}

/** Requests at once that may send a file before they say with which token. */
const MAX_TOKENLESS = 32;

/**
 * Nobody has vouched for these bytes yet: there may not be many of them.
 * @returns what to call in the end
 * @throws Problem temporarily_unavailable
 */
function enterTokenless({ tokenless }: RedeemContext): () => void {
  if (tokenless.count >= MAX_TOKENLESS) {
    throw new Problem(
      "temporarily_unavailable",
      "Too many files are coming in whose upload token is behind them; try again, or send it first.",
    );
  }
  tokenless.count += 1;
  let left = false;
  return () => {
    if (left) return;
    left = true;
    tokenless.count -= 1;
  };
}

/**
 * Holds a use of the token from the first byte on, where that can be said yet. Undefined where the
 * file may be a chunk of an upload that holds one already.
 */
async function reserveEarly(
  context: RedeemContext,
  { params, partName, moreParams }: Incoming,
  token: UploadToken,
): Promise<Upload | undefined> {
  const { records, now, graceMs } = context;
  const filename = filenameOf(params, partName);
  const mayBeChunk = moreParams && (await records.uploads.mayBeChunk(token.id));
  if (mayBeChunk) requireGoingOn(token, now(), graceMs);
  else requireStart(token, now());
  if (mayBeChunk && now() > token.validUntil) return undefined;
  try {
    await requireFew(context, token);
  } catch (error) {
    // A chunk of an upload that is there leaves nothing more behind.
    if (mayBeChunk) return undefined;
    throw error;
  }
  const begun = await records.uploads.beginWhole({
    tokenId: token.id,
    filename,
    undecided: moreParams,
    now: now(),
  });
  if (begun.reserved) return begun.upload;
  // Asked again: another chunk of the same file may have taken the use at this very moment.
  const mayBeNow = moreParams && (await records.uploads.mayBeChunk(token.id));
  if (!mayBeChunk && !mayBeNow) throw refusedToken.used();
  return undefined;
}
