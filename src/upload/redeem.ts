import { Problem, refusedToken } from "../problem.ts";
import type { UploadToken } from "../records/records.ts";
import { readChunk, type Chunk } from "./chunk.ts";
import type { ContentRange } from "./content-range.ts";
import { extraOf, filenameOf, type Params } from "./params.ts";
import { receiveChunk } from "./receive-chunk.ts";
import { receiveFile } from "./receive-file.ts";
import type { Answer, Incoming, Reception, RedeemContext } from "./reception.ts";
import { findToken, requireGoingOn, requireStart } from "./token.ts";

export type Redeemer = ReturnType<typeof createRedeemer>;

/** Redeeming upload tokens: section 4 of the protocol, without HTTP. */
export function createRedeemer(context: RedeemContext) {
  let open = 0;

  async function begin(incoming: Incoming): Promise<Reception> {
    const { params } = incoming;
    const chunk = params.has("upload_token")
      ? readChunk(params, filenameOf(params, incoming.partName), incoming.range)
      : undefined;
    if (chunk) return receiveChunk(context, chunk, params, incoming.origin);
    return receiveFile(context, incoming);
  }

  return {
    /** Files that are coming in, or have not been let go of yet. */
    open: () => open,

    /** A file begins. */
    receive: async (incoming: Incoming): Promise<Reception> => {
      open += 1;
      try {
        const reception = await begin(incoming);
        return { ...reception, close: () => reception.close().finally(() => (open -= 1)) };
      } catch (error) {
        open -= 1;
        throw error;
      }
    },

    /** A request that has no file. */
    withoutFile: async (
      params: Params,
      origin: string | null,
      range?: ContentRange,
    ): Promise<Answer> => {
      const token = await findToken(context.records, params.get("upload_token"), origin);
      const problem = new Problem("no_file", "The file is missing: send it in the field 'file'.");
      if (readChunk(params, filenameOf(params, undefined), range)) {
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
      const reception = await receiveFile(context, incoming);
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
          "GET asks whether a chunk is stored: resumableChunkNumber, resumableChunkSize, resumableTotalSize and resumableIdentifier are needed, or what flow.js or Dropzone calls them.",
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
      context.quota.forget(upload.id);
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
  // Where two plans are possible at the end of a file, the client may say which is its own.
  const told = chunk.toldLength ?? 0;
  const lengths = chunk.lengths.includes(told) ? [told] : chunk.lengths;
  for (const length of lengths) {
    if (await records.uploads.hasStored(upload.id, { start: chunk.start, length })) {
      return { kind: "stored" };
    }
  }
  return { kind: "missing" };
}
