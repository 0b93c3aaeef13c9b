import { isRecognizable, rangeMeets } from "../media/types.ts";
import { Problem } from "../problem.ts";
import { isExtra } from "../callback/address.ts";
import { oneLine } from "../photo/text.ts";
import type { AskField, Extra } from "../records/records.ts";
import { ASK_FIELDS } from "../records/tokens.ts";
import { NOTHING_SAID, readMetadata, readUrl, type Said } from "./metadata.ts";
import { quote, readExtra, type Params } from "./params.ts";
import type { Grant } from "./token.ts";

/** What a backend may ask for (protocol 3), read and in range. */
export type Wanted = Said & {
  return_url?: string | undefined;
  background_return_p?: boolean | undefined;
  valid_minutes?: number | undefined;
  max_uploads?: number | undefined;
  max_size?: number | undefined;
  types?: string | undefined;
  origin?: string | undefined;
  sender?: string | undefined;
  ask?: string | undefined;
};

export type GrantLimits = {
  maxSize: number;
  types: readonly string[];
  /** Where none is asked for: 180 in v1, 360 in v2. */
  validMinutes: number;
  now: number;
};

/**
 * What is granted for what was asked.
 * @throws Problem invalid_input naming the parameter and what it may be
 */
export function toGrant(wanted: Wanted, userId: number, extra: Extra, limits: GrantLimits): Grant {
  const { published, ...metadata } = { ...NOTHING_SAID, ...readMetadata(wanted, limits.now) };
  return {
    ...metadata,
    publish: published,
    validMinutes: wanted.valid_minutes ?? limits.validMinutes,
    maxUploads: wanted.max_uploads ?? 1,
    userId,
    returnUrl: wanted.return_url ? readUrl("return_url", wanted.return_url) : "",
    backgroundReturn: wanted.background_return_p ?? false,
    maxSize: wanted.max_size === undefined ? null : readMaxSize(wanted.max_size, limits.maxSize),
    types: wanted.types ? readTypes(wanted.types, limits.types) : null,
    origin: wanted.origin ? readOrigin(wanted.origin) : null,
    extra,
    replaces: null,
    sender: wanted.sender === undefined ? "" : oneLine(wanted.sender),
    ask: wanted.ask === undefined ? [] : readAsk(wanted.ask),
    // Whoever issues the token hashes its passphrase, which is slow on purpose: it is awaited there.
    passphraseHash: null,
  };
}

/** The parameters that are none of the method's own, to be repeated in the callback. */
export function extraBeside(params: Params, known: readonly string[]): Extra {
  const extra = new Map([...params].filter(([name]) => isExtra(name) && !known.includes(name)));
  return readExtra(extra);
}

function readMaxSize(bytes: number, max: number): number {
  if (bytes <= max) return bytes;
  throw new Problem(
    "invalid_input",
    `max_size must be a whole number from 1 to ${max}, not "${bytes}".`,
  );
}

/** A media type, a range of one kind, or of all. */
const MEDIA_TYPE = /^(\*\/\*|[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*))$/;

function readTypes(text: string, server: readonly string[]): string[] {
  const types = text
    .split(",")
    .map((type) => type.trim().toLowerCase())
    .filter((type) => type !== "");
  const good = (type: string) =>
    MEDIA_TYPE.test(type) && isRecognizable(type) && rangeMeets(type, server);
  if (types.length > 0 && types.length <= 50 && types.every(good)) return types;
  throw new Problem(
    "invalid_input",
    `types must be media types or ranges within ${server.join(",")}, not ${quote(text)}.`,
  );
}

function readAsk(text: string): AskField[] {
  const asked = text
    .split(",")
    .map((field) => field.trim().toLowerCase())
    .filter((field) => field !== "");
  if (asked.every((field) => (ASK_FIELDS as readonly string[]).includes(field))) {
    return ASK_FIELDS.filter((field) => asked.includes(field));
  }
  throw new Problem(
    "invalid_input",
    `ask must be ${ASK_FIELDS.join(" or ")}, or both, comma separated, not ${quote(text)}.`,
  );
}

function readOrigin(text: string): string {
  const url = URL.parse(text.trim());
  if (url && /^https?:$/.test(url.protocol) && url.origin === text.trim().toLowerCase()) {
    return url.origin;
  }
  throw new Problem(
    "invalid_input",
    `origin must be a web origin, such as https://www.example.com, not ${quote(text)}.`,
  );
}
