import { Type } from "@sinclair/typebox";
import { setting } from "./setting.ts";

/** What is made of files, how safely they are kept, and the log. */
export const workingSettings = {
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
};
