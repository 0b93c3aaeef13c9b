import type { Static, TObject } from "@sinclair/typebox";
import type { Storage } from "../archive/storage.ts";
import type { PingbackTo } from "../callback/pingback.ts";
import type { Events } from "../events.ts";
import type { Files } from "../files/files.ts";
import type { Problem, TokenKind } from "../problem.ts";
import type { Level, Records } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import type { Params } from "../upload/params.ts";
import type { Passphrases } from "../upload/passphrase.ts";
import type { UploadContext } from "../upload/types.ts";
import type { Caller } from "./caller.ts";
import type { SiteNames, Version } from "./envelope.ts";
import type { Output } from "./output.ts";
import type { Downloads } from "./serving/downloads.ts";
import type { Topic } from "./topics.ts";

/** What the methods of a site work with, the same for all of them. */
export type MethodContext = {
  records: Records;
  files: Files;
  events: Events;
  /** Opens upload tokens that have a passphrase. */
  passphrases: Passphrases;
  /** Who is at work on uploads, and what they may take of the disk: for one that is cancelled. */
  uploads: Pick<UploadContext, "locks" | "quota" | "deletions" | "process" | "syncer">;
  /** Seals upload tokens, so that a link can be shown again. */
  secret: SiteSecret;
  /** Links to archives of photos. */
  downloads: Downloads;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Address under which browsers reach the site, without a slash at its end. */
  publicUrl: () => string;
  /** Bytes of the largest file that the site takes. */
  maxSize: number;
  /** Media types and ranges that the site takes. */
  types: readonly string[];
  /** Nobody is told whether a file says where it was taken (REDEEM_STRIP_GPS). */
  stripGps: boolean;
  /** Published photos are listed for everybody (REDEEM_PUBLIC_LIST). */
  publicList: boolean;
  pingbackTo: PingbackTo;
  /** Called when a pingback was recorded. */
  onDelivery: () => void;
  /** What the folder holds, as it was counted last. */
  storage: Storage;
  /** What whoever runs the server is told of it. */
  server: {
    version: string;
    /** Milliseconds since 1970. */
    startedAt: number;
    /** Whether there is an ffmpeg, which videos and some pictures need for their thumbnails. */
    ffmpeg: boolean;
    /** Bytes of the disk that stay free (REDEEM_RESERVE). */
    reserve: number;
  };
  /** How answers name the site. */
  site: SiteNames;
  /** How long after its end an upload token still counts for what was begun with it, in milliseconds (REDEEM_GRACE). */
  graceMs: number;
};

/** One call of a method whose level its caller has. */
export type Call<Input extends TObject = TObject> = {
  /** The parameters that the method names, read and in range. */
  input: Static<Input>;
  /** All others, as they came. */
  others: Params;
  caller: Caller;
  /** The web origin of another site's page that the request comes from, if a browser said so. */
  origin: string | null;
  /** The address that it comes from, as far as that is known (client-address.ts). */
  client: string | undefined;
  version: Version;
};

/** A refusal that the document shows. */
export type MethodRefusal = {
  problem: () => Problem;
  /** A sentence: when it comes. */
  when: string;
};

/**
 * A method of the API, declared once: both versions, GET and POST, the reading of its parameters, the check of its
 * caller, the envelopes and what `/openapi.json` says come from this (serve-method.ts, docs/describe-method.ts).
 */
export type Method<Input extends TObject = TObject, Result = unknown> = {
  /** Behind `/api/` and `/api/2/`: `photo/list`. */
  path: string;
  /** Where it is not in both. */
  versions?: readonly Version[];
  /** The level that a caller needs. */
  level: Level;
  /** A level that only some calls need, which `run` asks for (`requireLevel`), and when. */
  sometimes?: { level: Level; when: string };
  /** The heading that it stands under in the document. */
  topic: Topic;
  /** A few words. */
  summary: string;
  /** Markdown: what it is for, and what its parameters cannot say of themselves. */
  description: string;
  /**
   * Its parameters. Each has a `description` and `examples`; `allowed` is for error messages, where the schema itself does
   * not say well what a value may be, and `mayBeEmpty` for text that is not absent where it is empty (parameters.ts);
   * `secret: true` leaves the value out of error messages; `several: true` puts values that an address repeats into lines of one.
   */
  input: Input;
  /**
   * Parameters of the vendor's that are not supported, each with a sentence that says why: a call that gives one a value is
   * refused, since an answer that took no account of it would be a wrong one.
   */
  unsupported?: Readonly<Record<string, string>>;
  output: Output<Result>;
  /** A call and its answer, for the document of a site at an address. */
  example: {
    input: Partial<Static<Input>> & Record<string, unknown>;
    output(address: string, version: Version): NoInfer<Result>;
  };
  /** What it refuses beside what every method does: wrong parameters, credentials and levels. */
  refusals?: readonly MethodRefusal[];
  /** Its `return_url` is called with the outcome of an upload: by what kind of token. */
  returns?: TokenKind;
  /** @throws Problem where it refuses: v1 answers that with 200, v2 with the problem's status (protocol 2) */
  run(call: Call<Input>, context: MethodContext): Promise<NoInfer<Result>>;
};

/** What is said of a method that is served in a way of its own. */
export type DescribedMethod = Omit<Method, "run">;

/** The versions that a method is served in. */
export function versionsOf({ versions = [1, 2] }: Pick<Method, "versions">): readonly Version[] {
  return versions;
}

/** Takes the types of `run` from the schemas: a handler that does not fit them does not compile. */
export function defineMethod<Input extends TObject, Result>(
  method: Method<Input, Result>,
): Method<Input, Result> {
  return method;
}

/** The address of a method in a version, from the host's root. */
export function methodPath(path: string, version: Version): string {
  return `/api/${version === 2 ? "2/" : ""}${path}`;
}
