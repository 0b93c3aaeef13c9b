import type {
  DirectDecision,
  DirectView,
  NewUploadToken,
  Photo,
  TokenMetadata,
  Upload,
} from "../records/records.ts";
import { LAPSE_MS } from "../records/uploads.ts";
import { AGAIN_MS, isPresent, isReplaced, isUnderWay } from "./rules.ts";

/**
 * How files are told apart that a caller sends in chunks without a token: pure functions over what was read, like rules.ts.
 * What the caller, the photo that is replaced and the identity of 4.2 have in common is one file, while it is under way;
 * afterwards the same again is another one (protocol 6, upload).
 */

/** How long a direct token may start its upload, from its begin or its last chunk, in minutes. */
export const DIRECT_MINUTES = 24 * 60;

/**
 * What becomes of the direct token of a chunk.
 * @param wanted a new token, for where this chunk begins another file
 * @param given what of the metadata this request says: the newer word counts, while there is no photo
 * @param start the offset of the chunk
 */
export function decideDirect(
  { token, upload, photo }: DirectView,
  wanted: NewUploadToken,
  given: Partial<TokenMetadata>,
  start: number,
): DirectDecision {
  const now = wanted.createdAt;
  if (!token) return { do: "begin", token: wanted };
  if (upload?.state === "finished") {
    const again = isAnsweredAgain(upload, photo, now);
    return again ? { do: "go on", set: {} } : { do: "begin", token: wanted };
  }
  // After a refusal, chunks from the middle may still be on their way: only a first chunk can begin another file.
  if (upload?.state === "failed" && start === 0) return { do: "begin", token: wanted };
  // The token may be there before its upload: of chunks that come at the same moment the first one is about to begin it.
  if (!upload && Math.abs(now - token.createdAt) >= LAPSE_MS) return { do: "begin", token: wanted };
  const set: Partial<TokenMetadata & { validUntil: number }> = changesOf(token, given);
  // An upload goes on for as long as its caller sends chunks.
  if (token.validUntil - now < (DIRECT_MINUTES / 2) * 60_000) set.validUntil = wanted.validUntil;
  return { do: "go on", set };
}

/** Whether GET finds a direct token's upload: one that is over is another file's. */
export function isAskedAbout({ token, upload, photo }: DirectView, now: number): boolean {
  if (!token || !upload) return false;
  if (upload.state !== "finished") return isUnderWay(upload.state);
  return isAnsweredAgain(upload, photo, now);
}

/**
 * Whether chunks of a file that is complete are that file still: its last answer may be lost, and is given again, for a while. A
 * photo that was deleted is not asked for.
 */
function isAnsweredAgain(upload: Upload, photo: Photo | undefined, now: number): boolean {
  if (!isPresent(photo) || Math.abs(now - upload.lastByteAt) >= AGAIN_MS) return false;
  return !isReplaced(upload, photo);
}

function changesOf(token: TokenMetadata, given: Partial<TokenMetadata>): Partial<TokenMetadata> {
  const names = Object.keys(given) as (keyof TokenMetadata)[];
  const changed = names.filter((name) => given[name] !== token[name]);
  return Object.fromEntries(changed.map((name) => [name, given[name]]));
}
