/** Everything that can go wrong on purpose, with the HTTP status that v2 and plain answers give it. */
const STATUS = {
  invalid_input: 400,
  no_file: 400,
  digest_mismatch: 400,
  missing_authentication: 401,
  invalid_signature: 401,
  session_ended: 401,
  permission_denied: 403,
  wrong_csrf: 403,
  origin_refused: 403,
  passphrase_required: 403,
  wrong_passphrase: 403,
  invalid_upload_token: 404,
  no_such_photo: 404,
  no_such_album: 404,
  no_such_upload_token: 404,
  no_such_delivery: 404,
  no_such_key: 404,
  request_timeout: 408,
  file_too_large: 413,
  file_not_supported: 415,
  too_many_attempts: 429,
  error_processing_upload: 500,
  upload_cancelled: 500,
  temporarily_unavailable: 503,
  insufficient_storage: 507,
} as const;

const OF_THE_FILE: ReadonlySet<string> = new Set([
  "no_file",
  "digest_mismatch",
  "file_too_large",
  "file_not_supported",
  "error_processing_upload",
]);

export type ProblemCode = keyof typeof STATUS;

/** Seconds after which what may succeed later is to be tried again. */
const WAITS: Partial<Record<ProblemCode, number>> = {
  request_timeout: 1,
  temporarily_unavailable: 1,
  insufficient_storage: 60,
};

/**
 * A failure whose message the caller may read. Anything else that is thrown is a defect or the
 * machine's fault, and reaches nobody but the log (http/app.ts).
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  /** Seconds after which the same request may be made again, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter ?? WAITS[code];
  }

  get status(): number {
    return STATUS[this.code];
  }

  /** Whether the file itself will not do, so that sending it again cannot help. */
  get ofTheFile(): boolean {
    return OF_THE_FILE.has(this.code);
  }

  /** Whether an upload that meets it is refused for good, and its backend told: for its file, or since the photo that it replaces has gone. */
  get refusesUpload(): boolean {
    return this.ofTheFile || this.code === "no_such_photo";
  }

  /** Whether the same request may succeed later: nothing about the file itself is wrong. */
  get temporary(): boolean {
    return this.status === 408 || this.status === 503 || this.status === 507;
  }
}

/** What redeems: an upload token makes photos, a replace token gives one photo new bytes. */
export type TokenKind = "upload" | "replace";

/** The sentences of the token table in the protocol, 4.1. */
export const refusedToken = {
  unknown: (kind: TokenKind = "upload") =>
    new Problem("invalid_upload_token", `The ${kind} token is invalid.`),
  used: (kind: TokenKind = "upload") =>
    new Problem("invalid_upload_token", `The ${kind} token has already been used.`),
  expired: (kind: TokenKind = "upload") =>
    new Problem("invalid_upload_token", `The ${kind} token has expired.`),
};

/** What chunks are told whose upload was cancelled, from its uploader's side (protocol 4.8). */
export function uploadCancelled(): Problem {
  return new Problem("upload_cancelled", "The upload was cancelled.");
}

/** What a method is told that is about a photo which is not there, or in the trash. */
export function noSuchPhoto(): Problem {
  return new Problem("no_such_photo", "There is no such photo.");
}

export function noSuchAlbum(): Problem {
  return new Problem("no_such_album", "There is no such album.");
}

/** What the operating system says when there is no room: the disk is full, or the user's quota is. */
export function isOutOfSpace(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT" || code === "SQLITE_FULL";
}
