import type { TObject } from "@sinclair/typebox";
import type { TokenKind } from "../../problem.ts";
import type { Level, Records } from "../../records/records.ts";
import type { Params } from "../../upload/params.ts";
import type { Claim, Unlock } from "../../upload/types.ts";
import type { Caller, Credentials } from "../caller.ts";
import type { Version } from "../envelope.ts";
import type { Topic } from "../topics.ts";

/** What a method that takes a file works with, beside what receives it. */
export type WhoseContext = {
  records: Records;
  now: () => number;
  credentials: Credentials;
  /** Bytes of the largest file that the site takes. */
  maxSize: number;
  /** Media types and ranges that the site takes. */
  types: readonly string[];
};

/** The same, for one request. */
export type ClaimContext = WhoseContext & { unlock: Unlock };

/**
 * A method that takes a file, whole or in chunks, declared once: both versions, all verbs, receiving (upload/), answers and what
 * `/openapi.json` says come from this (serve-file-method.ts, docs/describe-file-method.ts).
 */
export type FileMethod = {
  /** Behind `/api/` and `/api/2/`. */
  path: string;
  /** v1 JSON: the key of what was made. */
  key: "upload" | "photo";
  /** For people, with success. */
  message: string;
  /**
   * How a request is answered whose file is not received: by a line, as section 4 of the protocol has it, or in an
   * envelope, as by other methods. A chunk, and what may be tried again, always by a line.
   */
  refuses: "lines" | "envelopes";
  /** A form may ask for a page of words as its answer (protocol 4.3). */
  page?: true;
  /** Its parameters beside the file and a chunk's. */
  fields: TObject;
  /**
   * Who sends a request.
   * @param params the query, and the fields before the file
   * @throws Problem where its credential is wrong
   */
  caller(request: Request, params: Params, context: WhoseContext): Promise<Caller>;
  /** Whose the caller's file is. @throws Problem where the caller's level is too low, before a byte of the file is read */
  claim(context: ClaimContext, caller: Caller, version: Version): Claim;
  docs: FileMethodDocs;
};

/** What the document says of it. */
export type FileMethodDocs = {
  /** Name of the operation. */
  operation: string;
  topic: Topic;
  summary: string;
  /** Markdown: what it is for. */
  description: string;
  /** What a whole file needs, in words. */
  needs: string;
  /** Words of curl that say whose the file is, in a form. */
  curl: string;
  /** The same for a body that is the file: words before it, and the query's beginning. */
  octets: { words: string; query: string };
  /** What Resumable.js is told to send with each chunk, in JavaScript; where a browser has it. */
  script?: string;
  /** What may be redeemed; undefined where only a credential will do. */
  token: TokenKind | undefined;
  /** The credentials that it takes. */
  security: Record<string, string[]>[];
  /** The level that a credential needs; undefined where it takes none. */
  level?: Level;
  /** What any other field is; undefined where nothing is made of it. */
  others?: string;
};
