import { Type } from "@sinclair/typebox";
import { DEFAULT_TYPES } from "../media/types.ts";
import { HOUR, MINUTE, setting } from "./setting.ts";

/** Characters of an operator's key at least: a shorter one may be guessed. */
export const LEAST_KEY = 16;

const SECRET = Type.String({ pattern: "^[\\x21-\\x7e]+$" });

/** Who may call and from where, what is taken, and whom the server calls itself. */
export const accessSettings = {
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
};
