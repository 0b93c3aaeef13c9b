import { isExtra } from "../callback/address.ts";
import type { Files } from "../files/files.ts";
import { Problem, refusedToken } from "../problem.ts";
import type { Extra, Records, UploadToken } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import type { Active } from "./active.ts";
import { readChunk, type Chunk, type Params } from "./chunk.ts";
import type { Completer, Finished } from "./complete.ts";
import { cleanFilename } from "./filename.ts";
import { receiveChunk } from "./receive-chunk.ts";
import { receiveWhole } from "./receive-whole.ts";
import { findToken, requireGoingOn, requireStart } from "./token.ts";
import type { Return } from "../callback/address.ts";

/** What a redeem request comes to. Everything else is thrown as a Problem. */
export type Answer =
  /** The chunk is stored; others are missing. */
  | { kind: "stored" }
  /** The chunk that was asked for is not there. */
  | { kind: "missing" }
  | { kind: "finished"; finished: Finished }
  /** A whole file that is not taken: told the way the token says (protocol 4.3). */
  | { kind: "refused"; token: UploadToken; problem: Problem; returns: Return | null };

/** One request's file on its way in. */
export type Reception = {
  /** Known before a byte of the file was read; the rest need not be read. */
  readonly answer?: Answer;
  /** @throws Problem where the file cannot be taken: give it to `refuse`. */
  take(piece: Uint8Array): Promise<void>;
  /** The request is read to its end. */
  finish(params: Params): Promise<Answer>;
  /** The file cannot be taken; what that means for the upload is done. */
  refuse(problem: Problem, params: Params): Promise<Answer>;
  /** Lets go of everything. Call it always, in the end. */
  close(): Promise<void>;
};

export type Incoming = {
  /** The parameters that are known when the file begins. */
  params: Params;
  /** Parameters may still come behind the file. */
  moreParams: boolean;
  /** The file's name as its part says. */
  partName: string | undefined;
  /** The web origin that the request comes from. */
  origin: string | null;
  /** Bytes of the request's body, where it said so. */
  bodyLength: number | undefined;
};

export type RedeemContext = {
  records: Records;
  files: Files;
  active: Active;
  completer: Completer;
  secret: SiteSecret;
  types: readonly string[];
  maxSize: number;
  graceMs: number;
  now: () => number;
};

export type Redeemer = ReturnType<typeof createRedeemer>;

/** Redeeming upload tokens: section 4 of the protocol, without HTTP. */
export function createRedeemer(context: RedeemContext) {
  return {
    /** A file begins. */
    receive: async (incoming: Incoming): Promise<Reception> => {
      const { params } = incoming;
      const chunk = params.has("upload_token")
        ? readChunk(params, filenameOf(params, incoming.partName))
        : undefined;
      if (chunk) return receiveChunk(context, chunk, params, incoming.origin);
      return receiveWhole(context, incoming);
    },

    /** A request that has no file. */
    withoutFile: async (params: Params, origin: string | null): Promise<Answer> => {
      const token = await findToken(context.records, params.get("upload_token"), origin);
      const problem = new Problem("no_file", "The file is missing: send it in the field 'file'.");
      if (readChunk(params, filenameOf(params, undefined))) {
        throw new Problem("invalid_input", problem.message);
      }
      requireStart(token, context.now());
      const incoming = {
        params,
        moreParams: false,
        partName: undefined,
        origin,
        bodyLength: undefined,
      };
      const reception = await receiveWhole(context, incoming);
      try {
        return await reception.refuse(problem, params);
      } finally {
        await reception.close();
      }
    },

    /** GET: is this chunk there? A finished upload answers its outcome (protocol 4.2). */
    ask: async (params: Params, origin: string | null): Promise<Answer> => {
      const { records, now } = context;
      const token = await findToken(records, params.get("upload_token"), origin);
      const chunk = readChunk(params, filenameOf(params, undefined));
      if (!chunk) {
        throw new Problem(
          "invalid_input",
          "GET asks whether a chunk is stored: resumableChunkNumber, resumableChunkSize, resumableTotalSize and resumableIdentifier are needed.",
        );
      }
      return ask(context, token, chunk, params, now());
    },
  };
}

async function ask(
  context: RedeemContext,
  token: UploadToken,
  chunk: Chunk,
  params: Params,
  now: number,
): Promise<Answer> {
  const { records, completer, active } = context;
  const uploadToken = params.get("upload_token") ?? "";
  const upload = await records.uploads.byIdentity(token.id, chunk.identity);
  if (upload?.state === "finished") {
    return { kind: "finished", finished: await completer.outcomeOf(upload, token, uploadToken) };
  }
  if (upload?.state !== "receiving") {
    requireStart(token, now);
    if ((await records.tokens.free(token.id, now)) === 0) throw refusedToken.used();
    return { kind: "missing" };
  }
  requireGoingOn(token, now, context.graceMs);
  const size = chunk.identity.totalSize;
  if (upload.received === size) {
    const session = active.join(upload.id);
    try {
      const extra = extraOf(params);
      const finished = await completer.complete(session, upload, size, token, uploadToken, extra);
      return { kind: "finished", finished };
    } catch (error) {
      // After a failed upload GET answers 204.
      if (error instanceof Problem && error.code === "file_not_supported")
        return { kind: "missing" };
      throw error;
    } finally {
      active.leave(session);
    }
  }
  if (!(await records.uploads.holdsUse(upload.id, now))) {
    if ((await records.tokens.free(token.id, now)) === 0) throw refusedToken.used();
  }
  for (const length of chunk.lengths) {
    if (await records.uploads.hasStored(upload.id, { start: chunk.start, length })) {
      return { kind: "stored" };
    }
  }
  return { kind: "missing" };
}

/** The file's name: Resumable.js's own word for it, else the part's (protocol 4). */
export function filenameOf(params: Params, partName: string | undefined): string {
  return cleanFilename(params.get("resumableFilename") || partName);
}

/** Bytes of extra parameters that one request may add: they are kept, and repeated in the callback. */
const MAX_EXTRA = 64 * 1024;

/** @throws Problem invalid_input where there is too much of them to be repeated */
export function extraOf(params: Params): Extra {
  const extra: Extra = {};
  let size = 0;
  for (const [name, value] of params) {
    if (name === "upload_token" || !isExtra(name)) continue;
    size += name.length + value.length;
    Object.defineProperty(extra, name, { value, enumerable: true, configurable: true });
  }
  if (size > MAX_EXTRA) {
    throw new Problem(
      "invalid_input",
      `The extra parameters are too large: at most ${MAX_EXTRA} characters together.`,
    );
  }
  return extra;
}
