import { Type, type TSchema } from "@sinclair/typebox";
import { DEFAULT_TYPES } from "./media/types.ts";

/** How the value of a setting is read from its text (config.ts). */
export type Reader =
  "text" | "secret" | "flag" | "number" | "bytes" | "duration" | "list" | "addresses";

/**
 * Every setting: its variable, type, default and sentence. `redeem help` and the README's table are
 * made from this, so that a setting is described once.
 */
export type Setting<Schema extends TSchema> = Schema & {
  /** How the value is read: what the error calls it, and what it becomes. */
  reads: Reader;
};

function setting<Schema extends TSchema>(schema: Schema, reads: Reader) {
  return { ...schema, reads } as Setting<Schema>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Characters of an operator's key at least: a shorter one may be guessed. */
export const LEAST_KEY = 16;

const SECRET = Type.String({ pattern: "^[\\x21-\\x7e]+$" });

export const settings = Type.Object({
  REDEEM_HOST: setting(
    Type.String({
      default: "0.0.0.0",
      pattern: "^(\\*|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+|[0-9A-Za-z]([0-9A-Za-z._-]*))$",
      allowed:
        "an address or host name of this machine, without port or brackets, such as 127.0.0.1, ::1 or localhost; 0.0.0.0 or :: for all",
      description: "Address to listen on; 127.0.0.1 behind a proxy on the same machine",
    }),
    "text",
  ),
  REDEEM_PORT: setting(
    Type.Integer({
      default: 2323,
      minimum: 0,
      maximum: 65535,
      description: "Port to listen on; 0 takes a free one",
    }),
    "number",
  ),
  REDEEM_DATA: setting(
    Type.String({
      default: "./data",
      minLength: 1,
      description: "Folder of the database and the files",
    }),
    "text",
  ),
  REDEEM_PUBLIC_URL: setting(
    Type.Optional(
      Type.String({
        pattern: "^https?://[^\\s/?#]+(/[^\\s?#]*)?$",
        allowed: "an http or https address without query",
        description: "Address under which browsers reach Redeem; a path is allowed",
        unset: "http://localhost:PORT",
      }),
    ),
    "text",
  ),
  REDEEM_SITE_NAME: setting(
    Type.String({
      default: "Redeem",
      minLength: 1,
      description: "Name shown on the upload page and in answers",
    }),
    "text",
  ),
  REDEEM_ACCENT: setting(
    Type.Optional(
      Type.String({
        pattern: "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$",
        allowed: "a colour such as #0b6b63 or #07c",
        description:
          "Colour of buttons and links on the pages, as `#rrggbb`; it is made darker or lighter where it could not be read",
        unset: "the pages' own",
      }),
    ),
    "text",
  ),
  REDEEM_LOGO: setting(
    Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Picture beside the site's name on the pages: path of a PNG, JPEG, WebP or SVG file of at most 512 KB, read at the start",
      }),
    ),
    "text",
  ),
  REDEEM_API_KEY: setting(
    Type.Optional(
      Type.String({
        ...SECRET,
        allowed: `at least ${LEAST_KEY} visible ASCII characters, without spaces`,
        description: `An API key of level super, beside those in the database; at least ${LEAST_KEY} characters`,
      }),
    ),
    "secret",
  ),
  REDEEM_MAX_SIZE: setting(
    Type.Integer({
      default: 100 * 1024 ** 3,
      shown: "100GiB",
      minimum: 1,
      maximum: 1024 ** 4,
      description: "Largest file, in bytes, at most 1TiB",
    }),
    "bytes",
  ),
  REDEEM_TYPES: setting(
    Type.Array(Type.String({ pattern: "^(\\*/\\*|[A-Za-z]+/(\\*|[A-Za-z0-9][A-Za-z0-9.+-]*))$" }), {
      default: [...DEFAULT_TYPES],
      shown: "what browsers and cameras make",
      minItems: 1,
      allowed:
        "media types that content shows, or ranges of them, such as image/*,video/mp4,application/pdf; application/octet-stream is what nothing is recognized in, */* is all",
      description:
        "Media types or ranges that are taken, judged by content, such as `image/*,application/pdf`; `*/*` takes everything",
    }),
    "list",
  ),
  REDEEM_SESSION: setting(
    Type.Integer({
      default: 30 * 24 * HOUR,
      shown: "30d",
      minimum: 10 * MINUTE,
      maximum: 365 * 24 * HOUR,
      description:
        "How long a sign-in at `/archive` lasts, 10m to 365d; one that is not used for 7 days ends before that",
    }),
    "duration",
  ),
  REDEEM_CORS_ORIGINS: setting(
    Type.Array(Type.String({ pattern: "^(\\*|null|https?://[^\\s/?#*]+)$" }), {
      default: ["*"],
      allowed: "* or web origins, such as https://www.example.com",
      description: "Web origins whose pages may send files; * is any",
    }),
    "list",
  ),
  REDEEM_PUBLIC_LIST: setting(
    Type.Boolean({
      default: false,
      shown: "0",
      description: "1: `list` shows published photos to everybody; 0: to API keys alone",
    }),
    "flag",
  ),
  REDEEM_CALLBACK_PRIVATE: setting(
    Type.Boolean({
      default: false,
      shown: "0",
      description: "1: background callbacks may go to private and loopback addresses",
    }),
    "flag",
  ),
  REDEEM_PINGBACK_URL: setting(
    Type.Array(Type.String({ pattern: "^https?://[^\\s/?#]+([/?][^\\s#]*)?$" }), {
      default: [],
      shown: "none",
      maxItems: 10,
      allowed:
        "at most 10 http or https addresses, comma separated, such as https://www.example.com/photos; a comma in one is written %2C",
      description:
        "Addresses, comma separated, that are told of each photo that is made, changed, replaced or deleted (a POST, signed like callbacks)",
    }),
    "addresses",
  ),
  REDEEM_TLS_CERT: setting(
    Type.Optional(
      Type.String({ minLength: 1, description: "Certificate chain (PEM file): serve HTTPS" }),
    ),
    "text",
  ),
  REDEEM_TLS_KEY: setting(
    Type.Optional(
      Type.String({ minLength: 1, description: "Private key of the certificate (PEM file)" }),
    ),
    "text",
  ),
  REDEEM_TRUST_PROXY: setting(
    Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 10,
      description:
        "How many proxies in front tell the truth in `X-Forwarded-For`, for addresses in the log and the limit of wrong keys at sign-in",
    }),
    "number",
  ),
  REDEEM_STALL: setting(
    Type.Integer({
      default: MINUTE,
      shown: "60s",
      minimum: 1000,
      maximum: 4 * MINUTE,
      description: "A request that sends nothing for this long is ended, 1s to 4m",
    }),
    "duration",
  ),
  REDEEM_GRACE: setting(
    Type.Integer({
      default: 24 * HOUR,
      shown: "24h",
      minimum: 0,
      description: "How long a started upload may go on after its token has expired",
    }),
    "duration",
  ),
  REDEEM_KEEP_UNFINISHED: setting(
    Type.Integer({
      default: 24 * HOUR,
      shown: "24h",
      minimum: 10 * MINUTE,
      description: "Unfinished uploads are deleted after this long without a byte, at least 10m",
    }),
    "duration",
  ),
  REDEEM_KEEP_RECORDS: setting(
    Type.Integer({
      default: 30 * 24 * HOUR,
      shown: "30d",
      minimum: 24 * HOUR,
      description:
        "Expired tokens that were never used or whose photos are gone, and ended callbacks, are deleted after this",
    }),
    "duration",
  ),
  REDEEM_KEEP_DELETED: setting(
    Type.Integer({
      default: 30 * 24 * HOUR,
      shown: "30d",
      minimum: 0,
      description: "Deleted photos stay in the trash for this long; 0: until the next sweep",
    }),
    "duration",
  ),
  REDEEM_RESERVE: setting(
    Type.Integer({
      default: 256 * 1024 ** 2,
      shown: "256MiB",
      minimum: 0,
      description: "Disk space that uploads leave free",
    }),
    "bytes",
  ),
  REDEEM_UNDECIDED: setting(
    Type.Integer({
      default: 4 * 1024 ** 3,
      shown: "4GiB",
      minimum: 1024 ** 2,
      description:
        "Disk space for files whose upload token or parameters come behind them, at least 1MiB; never more than a quarter of what is free",
    }),
    "bytes",
  ),
  REDEEM_UNDECIDED_LIMIT: setting(
    Type.Integer({
      default: 30 * MINUTE,
      shown: "30m",
      minimum: 1000,
      description:
        "How long such a request may take, at least 1s; eight times as long where its token came first",
    }),
    "duration",
  ),
  REDEEM_STOP_LIMIT: setting(
    Type.Integer({
      default: 30_000,
      shown: "30s",
      minimum: 0,
      description: "How long requests under way may go on when the server is told to stop",
    }),
    "duration",
  ),
  REDEEM_MEDIA_WORKERS: setting(
    Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 64,
      description:
        "How many thumbnails are made at the same time, each in a process of its own that runs while there are any to make; 0 makes none",
    }),
    "number",
  ),
  REDEEM_FFMPEG: setting(
    Type.Optional(
      Type.String({
        minLength: 1,
        allowed: "the path of ffmpeg, or off",
        description:
          "Path of `ffmpeg`, which thumbnails of videos and of HEIC and AVIF pictures are made with; `off` for none",
        unset: "the one in PATH",
      }),
    ),
    "text",
  ),
  REDEEM_STRIP_GPS: setting(
    Type.Boolean({
      default: false,
      shown: "0",
      description:
        "1: `list` does not say whether a file has a place (`original_gps_p`). Thumbnails never have one, and originals are left as they came, in any case",
    }),
    "flag",
  ),
  REDEEM_SYNC: setting(
    Type.Boolean({
      default: true,
      shown: "1",
      description: "0: do not wait for the disk; a power cut may then take what was answered",
    }),
    "flag",
  ),
  REDEEM_LOG: setting(
    Type.Union([Type.Literal("auto"), Type.Literal("text"), Type.Literal("json")], {
      default: "auto",
      allowed: "auto, text or json",
      description: "Log lines for people (text) or programs (json); auto: text on a terminal",
    }),
    "text",
  ),
});
