import { isRecognizable, rangeMeets } from "../media/types.ts";
import { oneLine, plainText, safeDescription } from "../photo/text.ts";
import { Problem } from "../problem.ts";
import { isExtra } from "../callback/address.ts";
import type { Extra } from "../records/records.ts";
import { quote, readExtra, type Params } from "./params.ts";
import type { Grant } from "./token.ts";

/** What a backend may ask for (protocol 3), read and in range. */
export type Wanted = {
  return_url?: string | undefined;
  background_return_p?: boolean | undefined;
  album_id?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  tags?: string | undefined;
  publish?: boolean | undefined;
  publish_date?: string | undefined;
  absolute_url?: string | undefined;
  valid_minutes?: number | undefined;
  max_uploads?: number | undefined;
  max_size?: number | undefined;
  types?: string | undefined;
  origin?: string | undefined;
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
  const publishDate = wanted.publish_date ? readDate(wanted.publish_date, limits.now) : null;
  return {
    validMinutes: wanted.valid_minutes ?? limits.validMinutes,
    maxUploads: wanted.max_uploads ?? 1,
    title: plainText(wanted.title ?? ""),
    description: safeDescription(wanted.description ?? ""),
    tags: oneLine(wanted.tags ?? ""),
    albumId: (wanted.album_id ?? "").replace(/\s/g, ""),
    userId,
    publish: publishDate === null && (wanted.publish ?? true),
    publishDate,
    absoluteUrl: wanted.absolute_url ? readUrl("absolute_url", wanted.absolute_url) : "",
    returnUrl: wanted.return_url ? readUrl("return_url", wanted.return_url) : "",
    backgroundReturn: wanted.background_return_p ?? false,
    maxSize: wanted.max_size === undefined ? null : readMaxSize(wanted.max_size, limits.maxSize),
    types: wanted.types ? readTypes(wanted.types, limits.types) : null,
    origin: wanted.origin ? readOrigin(wanted.origin) : null,
    extra,
    replaces: null,
  };
}

/** The parameters that are none of the method's own, to be repeated in the callback. */
export function extraBeside(params: Params, known: readonly string[]): Extra {
  const extra = new Map([...params].filter(([name]) => isExtra(name) && !known.includes(name)));
  return readExtra(extra);
}

function readUrl(name: string, text: string): string {
  const url = URL.parse(text.trim());
  if (url && (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "") {
    // As it was given, save for what no header may hold.
    return /^[\x21-\x7e]+$/.test(text.trim()) ? text.trim() : url.href;
  }
  throw new Problem(
    "invalid_input",
    `${name} must be an http or https address, not ${quote(text)}.`,
  );
}

function readDate(text: string, now: number): number {
  const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/;
  const [, day, time = "00:00:00", zone = "Z"] = form.exec(text.trim()) ?? [];
  const at = day ? Date.parse(`${day}T${time}${zone}`) : Number.NaN;
  // 31 February is read as March by some: what comes out must be what went in.
  const exists = day !== undefined && isDay(day) && Number.isFinite(at);
  if (exists && at > now) return at;
  throw new Problem(
    "invalid_input",
    `publish_date must be a future time, as ISO 8601 or YYYY-MM-DD HH:MM:SS (UTC), not ${quote(text)}.`,
  );
}

function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(day);
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
