import { noSuchPhoto, Problem, uploadCancelled } from "../problem.ts";
import type { ByteRange, Upload, UploadToken } from "../records/records.ts";
import { beyondEnd, overlapping, reaches, type Chunk } from "./chunk.ts";
import { tooLarge } from "./limits.ts";
import { isUnderWay, tokenState } from "./rules.ts";
import { isCancelled } from "./end-rules.ts";

/**
 * What is to be done with a chunk (protocol 4.1 and 4.2): pure functions over what was read, like rules.ts.
 */

/** Before a byte is read. */
export type Admission =
  /** The file is a photo already: the outcome. */
  | { do: "answer" }
  | { do: "expired" }
  /** Another chunk of a file that was refused for its type, or cancelled: it is answered the same, and no callback is made again. */
  | { do: "repeat refusal"; problem: Problem }
  /** The chunk, or its whole upload, is refused, and the backend gets a callback. */
  | { do: "refuse"; problem: Problem; scope: "upload" | "chunk" }
  /** A use of the token has to be had, or renewed. */
  | { do: "reserve" }
  /** Its upload holds a use, which was renewed a moment ago. */
  | { do: "go on"; upload: Upload };

export type AdmissionLimits = {
  /** Largest file that the token takes, in bytes. */
  maxSize: number;
  graceMs: number;
  /** The photo has gone that the token's files are for. */
  lostPhoto: boolean;
  /** A reservation that is younger needs no renewal yet, in milliseconds. */
  freshMs: number;
};

export function decideAdmission(
  token: UploadToken,
  known: Upload | undefined,
  chunk: Chunk,
  { maxSize, graceMs, freshMs, lostPhoto }: AdmissionLimits,
  now: number,
): Admission {
  if (known?.state === "finished") return { do: "answer" };
  const goesOn = known !== undefined && isUnderWay(known.state);
  const state = tokenState(token, now, graceMs);
  if (state !== "open" && !(state === "grace" && goesOn)) return { do: "expired" };
  // Only a file's beginning can show that it is another file now.
  if (chunk.start > 0 && known?.failure?.code === "file_not_supported") {
    const problem = new Problem("file_not_supported", known.failure.message);
    return { do: "repeat refusal", problem };
  }
  // The same file, chosen again, begins with its beginning; what else comes in was on its way when it was cancelled.
  if (chunk.start > 0 && !goesOn && isCancelled(known)) {
    return { do: "repeat refusal", problem: uploadCancelled() };
  }
  if (lostPhoto) return { do: "refuse", problem: noSuchPhoto(), scope: "upload" };
  const problem = tooLarge(chunk.identity.totalSize, maxSize) ?? beyondEnd(chunk);
  if (problem) return { do: "refuse", problem, scope: "chunk" };
  // One that was cancelled a moment ago goes on as one whose reservation has lapsed: this chunk came behind that.
  const isFresh = goesOn && known.keptUntil === null && Math.abs(now - known.lastByteAt) < freshMs;
  if (isFresh) return { do: "go on", upload: known };
  return { do: "reserve" };
}

/** What is done with the bytes of a chunk that was admitted. */
export type ChunkPlan =
  | { do: "write" }
  /** A chunk is stored here, and this one may have the same length or another: its bytes are counted. */
  | { do: "count"; stored: number }
  /** The chunk is stored, or its upload is a photo by now: it is answered without being read. */
  | { do: "answer" }
  /** Another request is receiving it at this moment. */
  | { do: "retry" }
  /** Its upload has ended since it was admitted: the chunk, sent again, begins another one. */
  | { do: "begin anew" }
  | { do: "refuse"; problem: Problem };

/**
 * @param upload as it is now
 * @param before of the stored chunks that begin before the end of the shortest length, the last one
 * @param locked whether this request has locked the chunk's bytes
 */
export function decideChunk(
  upload: Upload | undefined,
  before: ByteRange | undefined,
  locked: boolean,
  chunk: Chunk,
): ChunkPlan {
  if (isCancelled(upload)) return { do: "refuse", problem: uploadCancelled() };
  if (!upload || upload.state === "failed") return { do: "begin anew" };
  if (upload.state === "finished") return { do: "answer" };
  if (before?.start === chunk.start && chunk.lengths.includes(before.length)) {
    return chunk.lengths.length > 1 ? { do: "count", stored: before.length } : { do: "answer" };
  }
  if (!locked) return { do: "retry" };
  // Two plans for one byte: the first one stays.
  if (reaches(before, chunk.start)) return { do: "refuse", problem: overlapping(chunk) };
  return { do: "write" };
}

/** What a question for a chunk is answered (protocol 4.2, GET). */
export type Question =
  | { do: "answer" }
  | { do: "expired" }
  /** No use is left for it. */
  | { do: "used" }
  | { do: "missing" }
  /** Every byte is there: it is made a photo first. */
  | { do: "finalize" }
  /** Stored if one of these lengths is. */
  | { do: "look up"; lengths: number[] };

/**
 * @param holds whether the upload holds its use at this moment
 * @param free uses of the token that can be had
 */
export function decideQuestion(
  token: UploadToken,
  upload: Upload | undefined,
  { holds, free }: { holds: boolean; free: number },
  chunk: Chunk,
  graceMs: number,
  now: number,
): Question {
  if (upload?.state === "finished") return { do: "answer" };
  const state = tokenState(token, now, graceMs);
  const goesOn = upload !== undefined && isUnderWay(upload.state);
  if (state !== "open" && !(state === "grace" && goesOn)) return { do: "expired" };
  if (!goesOn) return free === 0 ? { do: "used" } : { do: "missing" };
  if (upload.received === chunk.identity.totalSize) return { do: "finalize" };
  if (!holds && free === 0) return { do: "used" };
  // Where two plans are possible at the end of a file, the client may say which is its own.
  const said = chunk.statedLength ?? 0;
  return { do: "look up", lengths: chunk.lengths.includes(said) ? [said] : chunk.lengths };
}

/** The problem of a request whose bytes are being received from another connection. */
export function beingReceived(part: "This chunk" | "A part of this chunk"): Problem {
  return new Problem(
    "temporarily_unavailable",
    `${part} is being received at this moment; try again.`,
  );
}

/** What a request is told whose upload has ended since it was admitted, for want of a single byte perhaps. */
export function endedMeanwhile(): Problem {
  return new Problem("temporarily_unavailable", "The upload has ended meanwhile; try again.");
}
