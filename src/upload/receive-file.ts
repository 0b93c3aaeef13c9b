import type { Spool } from "../files/files.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { noSuchPhoto, Problem, refusedToken } from "../problem.ts";
import { readChunk, type Chunk } from "./chunk.ts";
import { algorithmsOf, damagedFile, digestsOf, mismatch, type SaidDigest } from "./digests.ts";
import { createHead, type Head } from "./head.ts";
import { maxSizeOf, moreThanOneFile, requireSize, requireType, typesOf } from "./limits.ts";
import { moveBytes } from "./move-bytes.ts";
import { extraOf, filenameOf, type Params } from "./params.ts";
import type { Account, UndecidedAccount } from "./quota.ts";
import { receiveChunk } from "./receive-chunk.ts";
import { formatLimit } from "../units.ts";
import { renew } from "./renew.ts";
import { hasLostPhoto, noUse } from "./token.ts";
import type { Answer, Body, Owner, Redemption, Rest, UploadContext } from "./types.ts";
import { isWanted, limitTime } from "./undecided.ts";
import { beginWhole, finalizeWhole, refuseWhole, type WholeUpload } from "./whole-upload.ts";

/**
 * A body beyond this is a whole file, whatever fields may follow: the largest chunks of a known
 * client are 100 MB. Up to it, a file whose fields are still to come is undecided: it may be a chunk from
 * the middle of another file (the Node client sends them last), and its first bytes say nothing.
 */
const LARGEST_LATE_CHUNK = 128 * 1024 * 1024;

/** A file on its way in, and what has been found out about it so far. */
type IncomingFile = {
  /** Undefined while its upload token has not come yet. */
  owner: Owner | undefined;
  spool: Spool;
  head: Head;
  /** Bytes that came. */
  length: number;
  /** What its bytes are written on while it is undecided. */
  undecided: UndecidedAccount;
  /** Whether its bytes are of use at all, or only the parameters behind them. */
  wanted: boolean;
  /** The photo has gone that it is for. */
  lostPhoto: boolean;
  /** It is a whole file, and holds a use. */
  whole: WholeUpload | undefined;
  /** Its type was judged by the lists that its token has. */
  judged: boolean;
  /** Why it is not taken. Its bytes are not kept any more. */
  problem: Problem | undefined;
};

/**
 * Receives a whole file, or one of which it is not known yet (protocol 4.1, "undecided"): its bytes go into
 * a spool, which becomes the upload's file without being copied. Undecided bytes hold no use of a token, and
 * are written on an account that all of them share.
 * @throws Problem where the token refuses it, or it cannot be taken for now
 */
export async function receiveFile(
  context: UploadContext,
  redemption: Redemption,
  body: Body,
): Promise<Answer> {
  await using file = await beginFile(context, redemption, body);
  const { params, moreFiles } = await readToEnd(context, redemption, body, file);
  const owner = await settleOwner(file, redemption, params);
  const chunk = readChunk(params, filenameOf(params, redemption.partName), redemption.range);
  if (chunk && moreFiles) throw moreThanOneFile();
  if (chunk) return await receiveSpooled(context, { ...redemption, params }, chunk, file);
  const whole = (file.whole ??= await beginWhole(context, owner, {
    filename: filenameOf(params, redemption.partName),
    received: file.length,
    expected: file.length,
    complete: extraOf(owner.token, params),
  }));
  if (!file.wanted) throw noUse(owner.token, "held", true);
  if (moreFiles) file.problem ??= moreThanOneFile();
  const { part, file: complete } = digestsOf(params, redemption.digests);
  const said = [...part, ...complete];
  const problem = await problemOf(context, file, owner, said);
  const extra = extraOf(owner.token, params);
  const sha256 = said.find(({ algorithm }) => algorithm === "sha-256")?.hex;
  // Awaited here, since the file is disposed of when this function ends.
  return await (problem
    ? refuseWhole(context, whole, problem, extra)
    : finalizeWhole(context, whole, file.spool, file.length, { extra, sha256 }));
}

async function beginFile(
  context: UploadContext,
  { claim, params, origin, partName }: Redemption,
  body: Body,
): Promise<IncomingFile & AsyncDisposable> {
  const { records, files, quota } = context;
  const { moreParams } = body;
  const owner = claim.isIn(params) || !moreParams ? await claim.ofFile(params, origin) : undefined;
  const lostPhoto = owner !== undefined && (await hasLostPhoto(records, owner.token));
  const wanted = owner && moreParams ? await isWanted(context, owner) : true;
  // The request's length is only a claim: a file that cannot fit is refused by it, but no space is promised for it.
  const expected = Math.min(body.length ?? 0, maxSizeOf(owner?.token, context.maxSize));
  quota.require(expected);
  const whole =
    owner && !moreParams
      ? await beginWhole(context, owner, {
          filename: filenameOf(params, partName),
          received: 0,
          expected,
        })
      : undefined;
  const undecided = quota.undecided(owner !== undefined);
  if (!whole) limitTime(body, context.undecidedMs, owner !== undefined);
  const spool = await files.spools.create().catch(async (error: unknown) => {
    await whole?.[Symbol.asyncDispose]();
    throw error;
  });
  const file: IncomingFile = {
    owner,
    spool,
    head: createHead(HEAD_BYTES),
    length: 0,
    undecided,
    wanted,
    lostPhoto,
    whole,
    judged: false,
    problem: undefined,
  };
  return Object.assign(file, {
    [Symbol.asyncDispose]: async () => {
      const of = { upload: file.whole?.upload.id ?? null, token: file.owner?.token.id ?? null };
      await context.deletions.carryOut(of, spool.delete);
      undecided.close();
      await file.whole?.[Symbol.asyncDispose]();
    },
  });
}

/**
 * Reads the request to its end, or as far as it takes to know that the file is not taken.
 * @returns what was read of it
 */
async function readToEnd(
  context: UploadContext,
  redemption: Redemption,
  body: Body,
  file: IncomingFile,
): Promise<Rest> {
  try {
    await moveBytes(body.bytes, file.spool, {
      account: (piece, total) => lookAt(context, redemption, body, file, piece, total),
      renew: async () => {
        if (file.whole) await renew(context, file.whole.upload.id);
      },
      now: context.now,
    });
    return await body.rest();
  } catch (error) {
    if (!(error instanceof Problem && error.refusesUpload)) throw error;
    file.problem = error;
    return { params: redemption.params, moreFiles: false };
  }
}

/**
 * Looks at a piece of the file before it is kept.
 * @returns the account that it is written on; undefined where it is not to be kept
 */
async function lookAt(
  context: UploadContext,
  { params, range, partName }: Redemption,
  body: Body,
  file: IncomingFile,
  piece: Uint8Array,
  total: number,
): Promise<Account | undefined> {
  file.length = total;
  if (file.problem || !file.wanted) return undefined;
  file.head.add(piece);
  const { owner } = file;
  const isWhole =
    !range && (!body.moreParams || Math.max(total, body.length ?? 0) > LARGEST_LATE_CHUNK);
  try {
    if (file.lostPhoto) throw noSuchPhoto();
    requireSize(total, maxSizeOf(owner?.token, context.maxSize));
    if (isWhole && !file.judged && file.head.full) await judge(context, file, owner);
    if (isWhole && owner && !file.whole) {
      file.whole = await beginWhole(context, owner, {
        filename: filenameOf(params, partName),
        received: total - piece.length,
        expected: Math.max(total, body.length ?? 0),
      });
      file.undecided.close();
      body.endBy(undefined, refusedToken.unknown);
    }
  } catch (error) {
    if ((owner && isWhole) || !(error instanceof Problem)) throw error;
    // The file is refused, but it is not known yet whom to tell, or whether it is a chunk: its request is read to the
    // end for its parameters, and its bytes are not kept.
    file.problem = error;
    await file.spool.delete();
    file.undecided.close();
    return undefined;
  }
  return file.whole?.account ?? file.undecided;
}

/** @throws Problem file_not_supported */
async function judge(
  context: UploadContext,
  file: IncomingFile,
  owner: Owner | undefined,
): Promise<void> {
  file.judged = owner !== undefined;
  requireType(await identify(file.head.bytes(), true), typesOf(owner?.token, context.types));
}

/**
 * Whose file it is, by all that the request says. The body's own field wins over the query, and may come behind the file
 * (protocol 2 and 4): a use of another token that the file holds is released then.
 */
async function settleOwner(
  file: IncomingFile,
  { claim, params: first, origin }: Redemption,
  params: Params,
): Promise<Owner> {
  const isSaid = claim.names.every((name) => params.get(name) === first.get(name));
  if (file.owner && isSaid) return file.owner;
  await file.whole?.[Symbol.asyncDispose]();
  file.whole = undefined;
  file.owner = await claim.ofFile(params, origin);
  file.judged = false;
  return file.owner;
}

/** Why a whole file that has come to its end is not taken; undefined where it is. */
async function problemOf(
  context: UploadContext,
  file: IncomingFile,
  owner: Owner,
  said: readonly SaidDigest[],
): Promise<Problem | undefined> {
  if (file.problem) return file.problem;
  if (file.length === 0) return new Problem("no_file", "The file is empty.");
  try {
    requireSize(file.length, maxSizeOf(owner.token, context.maxSize));
    await judge(context, file, owner);
    return await damageOf(file.spool, said);
  } catch (error) {
    if (error instanceof Problem && error.ofTheFile) return error;
    throw error;
  }
}

/** Why a file is not what its sender says that it is. Nothing is read and hashed where the sender has said no hash. */
async function damageOf(spool: Spool, said: readonly SaidDigest[]): Promise<Problem | undefined> {
  if (said.length === 0) return undefined;
  await spool.flush();
  const wrong = mismatch(said, await spool.digest(algorithmsOf(said)));
  return wrong && damagedFile(wrong);
}

/** The parameters behind the file say that it is a chunk: it is received from the spool as it would be from the network. */
async function receiveSpooled(
  context: UploadContext,
  redemption: Redemption,
  chunk: Chunk,
  { owner, spool, whole, wanted, problem }: IncomingFile,
): Promise<Answer> {
  await spool.flush();
  await whole?.[Symbol.asyncDispose]();
  const unwanted = wanted || !owner ? undefined : noUse(owner.token, "held", true);
  const why = problem ? problemOfChunk(problem, chunk) : unwanted;
  return receiveChunk(context, redemption, chunk, {
    length: undefined,
    moreParams: false,
    bytes: why ? unavailable(why) : spool.read(),
    rest: async () => ({ params: redemption.params, moreFiles: false }),
    endBy: () => undefined,
  });
}

/**
 * Why a chunk is not taken that was so large that it was received as a whole file. If that was refused for its first bytes, the
 * reason is another one: bytes from the middle of a file say nothing of its type.
 */
function problemOfChunk(problem: Problem, { start }: Chunk): Problem {
  if (problem.code !== "file_not_supported" || start === 0) return problem;
  return new Problem(
    "invalid_input",
    `The chunk is larger than ${formatLimit(LARGEST_LATE_CHUNK)}: send its parameters before its file.`,
  );
}

/** In place of bytes that were not kept: reading them throws why. */
function unavailable(why: Problem): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(why) }) };
}
