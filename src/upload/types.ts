import type { Return } from "../callback/address.ts";
import type { PingbackTo } from "../callback/pingback.ts";
import type { Events } from "../events.ts";
import type { Files } from "../files/files.ts";
import type { Problem } from "../problem.ts";
import type { NewUploadToken, Photo, Records, UploadToken } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import type { Chunk } from "./chunk.ts";
import type { ContentRange } from "./content-range.ts";
import type { Deletions } from "./deletions.ts";
import type { SaidDigests } from "./digests.ts";
import type { UploadLocks } from "./locks.ts";
import type { MakingTurn } from "./making-order.ts";
import type { Params } from "./params.ts";
import type { DiskQuota } from "./quota.ts";
import type { Syncer } from "./syncer.ts";

/**
 * How a request says whose upload its file is: by a token, or by its caller's own credential. What it says may come behind
 * the file of a form, but for what has to be known before a byte is read.
 */
export type Claim = {
  /** Parameters that say it. Behind a chunk they must not say something else than before it. */
  names: readonly string[];
  /** Whether these parameters say it already. */
  isIn(params: Params): boolean;
  /**
   * Of a whole file, or of a request without one.
   * @throws Problem where the parameters say nothing, or nothing that is known
   */
  ofFile(params: Params, origin: string | null): Promise<Owner>;
  /** Of a chunk, whose upload is found again by its identity. @throws Problem */
  ofChunk(params: Params, origin: string | null, chunk: Chunk): Promise<Owner>;
  /** Of the chunk that GET asks for; undefined where nothing has come yet. @throws Problem */
  ofQuestion(params: Params, origin: string | null, chunk: Chunk): Promise<Owner | undefined>;
};

/** One request that sends a file, as the receiving code sees it: no HTTP. */
export type Redemption = {
  claim: Claim;
  /** The parameters that are known when the file begins; all of them where there is no file. */
  params: Params;
  /** The file's name as its part says, or the request's Content-Disposition. */
  partName: string | undefined;
  /** The part of the file that the request's Content-Range says it is. */
  range: ContentRange | undefined;
  /** What its headers say of hashes: `digestsOf` adds what its parameters say. */
  digests?: SaidDigests | undefined;
  /** The web origin of another site's page that the request comes from, if a browser said so. */
  origin: string | null;
  /** When its photo may be made, where it is one of several files. */
  turn?: MakingTurn;
};

/** The file of a request, to be read once and in order. */
export type Body = {
  /** Bytes of the whole request, where it said so: of a form more than the file's. */
  length: number | undefined;
  /** Parameters may still come behind the file. */
  moreParams: boolean;
  /**
   * The file's bytes, to its end. A piece is valid until the next one is asked for. Where they end early that is
   * thrown, as a Problem which says why: silent for too long, too slow; or as Bun's AbortError: cut.
   */
  bytes: AsyncIterable<Uint8Array>;
  /**
   * Reads what is behind the file, and passes over what was not read of it.
   * @throws Problem where the rest cannot be read, or has what cannot be answered
   */
  rest(): Promise<Rest>;
  /** Lets the reading end with a problem from a moment on, in milliseconds of performance.now(); undefined lifts the limit. */
  endBy(at: number | undefined, why: () => Problem): void;
};

/** What is known of a request that has been read to its end. */
export type Rest = {
  /** All parameters. */
  params: Params;
  /** There were other files behind the one that was read, and nobody knows which one is meant. */
  moreFiles: boolean;
};

/**
 * Refuses a request whose token has a passphrase, and that does not open it (passphrase.ts).
 * @throws Problem passphrase_required, wrong_passphrase, too_many_attempts
 */
export type Unlock = (owner: Pick<Owner, "token" | "uploadToken">, params: Params) => Promise<void>;

/** Who redeems: the record of a token, and its text, which only the caller knows. */
export type Owner = {
  token: UploadToken;
  /** Empty for a direct token. */
  uploadToken: string;
  /** Of a whole file without a token: its direct token, which is put on record when its upload begins. */
  unsaved?: NewUploadToken;
};

/** A file that has become a photo, and the request that carries this outcome to the backend, where one is wanted. */
export type Finished = { token: UploadToken; photo: Photo; returns: Return | null };

/** What a request comes to. Everything else is thrown as a Problem. */
export type Answer =
  /** The chunk is stored; others are missing. */
  | { kind: "stored" }
  /** The chunk that was asked for is not there. */
  | { kind: "missing" }
  | { kind: "finished"; finished: Finished }
  /** A whole file that is not taken: the outcome goes to the backend the way the token says (protocol 4.3). */
  | { kind: "refused"; token: UploadToken; problem: Problem; returns: Return | null };

/** What the receiving functions work with. */
export type UploadContext = {
  records: Records;
  files: Files;
  locks: UploadLocks;
  syncer: Syncer;
  quota: DiskQuota;
  deletions: Deletions;
  secret: SiteSecret;
  events: Events;
  /** Names this process in the leases that it takes. */
  process: string;
  /** Host of the site's public address. */
  domain: string;
  /** Media types that the server takes (REDEEM_TYPES). */
  types: readonly string[];
  /** Largest file, in bytes (REDEEM_MAX_SIZE). */
  maxSize: number;
  /** How long an undecided body may take, in milliseconds (REDEEM_UNDECIDED_LIMIT). */
  undecidedMs: number;
  /** How long after its token's end an upload that has begun may go on, in milliseconds (REDEEM_GRACE). */
  graceMs: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Who is told what becomes of photos. */
  pingbackTo: PingbackTo;
  /** Called when a background callback, or a pingback, was recorded. */
  onDelivery: () => void;
};
