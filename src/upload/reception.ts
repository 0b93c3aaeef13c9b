import type { Return } from "../callback/address.ts";
import type { Files } from "../files/files.ts";
import type { Problem } from "../problem.ts";
import type { Records, UploadToken } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import type { Active } from "./active.ts";
import type { ContentRange } from "./content-range.ts";
import type { Completer, Finished } from "./complete.ts";
import type { Params } from "./params.ts";
import type { DiskQuota } from "./quota.ts";
import type { Syncer } from "./syncer.ts";

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
  /**
   * Something of the request has come, of its file or of what is behind it.
   * @throws Problem where it may not go on
   */
  more?(): void;
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
  /** The file's name as its part says, or the request's Content-Disposition. */
  partName: string | undefined;
  /** The part of the file that the request's Content-Range says it is. */
  range?: ContentRange | undefined;
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
  syncer: Syncer;
  secret: SiteSecret;
  types: readonly string[];
  maxSize: number;
  quota: DiskQuota;
  /** How long a body may take while it is not known what it belongs to (REDEEM_UNDECIDED_LIMIT). */
  undecidedMs: number;
  graceMs: number;
  now: () => number;
};
