import { noSuchPhoto, Problem, refusedToken } from "../problem.ts";
import { undo } from "./cancel.ts";
import { decideQuestion } from "./chunk-rules.ts";
import { readChunk, type Chunk } from "./chunk.ts";
import { finalize } from "./finalize.ts";
import { findUpload } from "./find-upload.ts";
import { missingFile } from "./limits.ts";
import { outcomeOf } from "./outcome.ts";
import { extraOf, filenameOf, type Params } from "./params.ts";
import { receiveChunk } from "./receive-chunk.ts";
import { receiveFile } from "./receive-file.ts";
import { holdsUse } from "./rules.ts";
import { hasLostPhoto, kindOf, noUse } from "./token.ts";
import type { Answer, Body, Claim, Owner, Redemption, UploadContext } from "./types.ts";
import { beginWhole, refuseWhole } from "./whole-upload.ts";

export type Redeemer = ReturnType<typeof createRedeemer>;

/** Receiving files, whosever they are: section 4 of the protocol, without HTTP. */
export function createRedeemer(context: UploadContext) {
  let open = 0;
  return {
    /** Files that are being received. */
    open: () => open,

    /** A file comes in, whole or as a chunk of one. */
    receive: async (redemption: Redemption, body: Body): Promise<Answer> => {
      open += 1;
      try {
        const { claim, params, partName, range } = redemption;
        // Which upload a chunk belongs to depends on its token. While the token has not come, the file may be anything.
        const chunk = claim.isIn(params)
          ? readChunk(params, filenameOf(params, partName), range)
          : undefined;
        return chunk
          ? await receiveChunk(context, redemption, chunk, body)
          : await receiveFile(context, redemption, body);
      } finally {
        open -= 1;
      }
    },

    /**
     * A request that has no file.
     * @param notChosen it is a form with a place for one that was left empty
     */
    withoutFile: (redemption: Redemption, notChosen: boolean): Promise<Answer> =>
      withoutFile(context, redemption, notChosen),

    /** GET: is this chunk there? A finished upload answers its outcome (protocol 4.2). */
    ask: async (claim: Claim, params: Params, origin: string | null): Promise<Answer> => {
      const chunk = await readQuestion(claim, params, origin);
      const owner = await claim.ofQuestion(params, origin, chunk);
      return owner ? ask(context, owner, chunk, params) : { kind: "missing" };
    },
  };
}

/** Which chunk is asked about. @throws Problem of the token where that is wrong, else of the question */
async function readQuestion(claim: Claim, params: Params, origin: string | null): Promise<Chunk> {
  try {
    const chunk = readChunk(params, filenameOf(params, undefined));
    if (chunk) return chunk;
    throw new Problem("invalid_input", NO_QUESTION);
  } catch (error) {
    await claim.ofFile(params, origin);
    throw error;
  }
}

const NO_QUESTION =
  "GET asks whether a chunk is stored: resumableChunkNumber, resumableChunkSize, resumableTotalSize and resumableIdentifier are needed, or what flow.js or Dropzone calls them.";

async function withoutFile(
  context: UploadContext,
  { claim, params, origin, range, partName }: Redemption,
  notChosen: boolean,
): Promise<Answer> {
  const owner = await claim.ofFile(params, origin);
  const why = notChosen ? "notChosen" : params.has("file") ? "text" : "absent";
  const problem = new Problem("no_file", missingFile[why]);
  if (readChunk(params, filenameOf(params, partName), range)) {
    throw new Problem("invalid_input", problem.message);
  }
  // A file without a token has no backend that would be told: answering is enough.
  if (owner.unsaved) throw problem;
  const extra = extraOf(owner.token, params);
  await using whole = await beginWhole(context, owner, {
    filename: "",
    received: 0,
    expected: 0,
    complete: extra,
  });
  return await refuseWhole(context, whole, problem, extra);
}

async function ask(
  context: UploadContext,
  owner: Owner,
  chunk: Chunk,
  params: Params,
): Promise<Answer> {
  const { records, graceMs } = context;
  const { token } = owner;
  const now = context.now();
  const upload = await findUpload(records, token.id, chunk.identity);
  const holds = upload !== undefined && holdsUse(upload, now);
  const free = holds ? 1 : await records.tokens.free(token.id, now);
  const question = decideQuestion(token, upload, { holds, free }, chunk, graceMs, now);
  if (question.do !== "answer" && (await hasLostPhoto(records, token))) throw noSuchPhoto();
  switch (question.do) {
    case "expired":
      throw refusedToken.expired(kindOf(token));
    case "used":
      // What holds the use may be over, and not deleted yet.
      if (await context.deletions.retry(token.id)) return ask(context, owner, chunk, params);
      throw noUse(token, "used", false);
    case "missing":
      return { kind: "missing" };
    case "look up":
      for (const length of question.lengths) {
        const range = { start: chunk.start, length };
        if (upload && (await records.chunks.has(upload.id, range))) return { kind: "stored" };
      }
      return { kind: "missing" };
    case "answer":
    case "finalize":
      break;
  }
  if (!upload) return { kind: "missing" };
  if (question.do === "answer") {
    return { kind: "finished", finished: await outcomeOf(context, owner, upload) };
  }
  // Whoever asks for a file that is all there wants it, also where it was cancelled a moment ago.
  if (upload.keptUntil !== null && !(await undo(context, upload)))
    throw noUse(token, "held", false);
  using work = context.locks.join(upload.id);
  try {
    const { totalSize } = chunk.identity;
    const extra = extraOf(token, params);
    const finished = await finalize(context, work, owner, upload, totalSize, { extra });
    return { kind: "finished", finished };
  } catch (error) {
    // After a failed upload GET answers 204.
    if (error instanceof Problem && error.ofTheFile) return { kind: "missing" };
    throw error;
  }
}
