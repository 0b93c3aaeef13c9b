import { Type } from "@sinclair/typebox";
import { setting } from "./setting.ts";

/** Where the server listens, and what its pages look like. */
export const siteSettings = {
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
          "Picture beside the site's name on the pages: path of a PNG, JPEG, WebP or SVG file of at most 512 kB, read at the start",
      }),
    ),
    "text",
  ),
};
