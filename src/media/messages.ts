import { Type, type Static } from "@sinclair/typebox";
import type { ThumbnailFormat } from "./thumbnail-formats.ts";

/** What the server and a media process say to each other: a line of JSON each. */

/** An original to look at. The process gets no more than this. */
export type MediaOrder = {
  path: string;
  size: number;
  /** By content. */
  type: string;
  /** Where thumbnails are written. */
  folder: string;
  /** The path of ffmpeg, where there is one. */
  ffmpeg: string | null;
};

const text = Type.Union([Type.String({ maxLength: 200 }), Type.Null()]);
const number = Type.Union([Type.Number(), Type.Null()]);

/** In this order; the last one of an original is `made` or `failed`. What a process says is not trusted: it has read the file. */
export const mediaSaying = Type.Union([
  Type.Object({
    kind: Type.Literal("facts"),
    facts: Type.Object({
      width: number,
      height: number,
      orientation: number,
      duration: number,
      videoCodec: text,
      audioCodec: text,
      frameRate: number,
      capturedAt: number,
      camera: text,
      hasGps: Type.Union([Type.Boolean(), Type.Null()]),
    }),
  }),
  Type.Object({
    kind: Type.Literal("made"),
    thumbnails: Type.Array(
      Type.Object({
        format: Type.Unsafe<ThumbnailFormat>(Type.String({ pattern: "^[a-z0-9]{1,20}$" })),
        width: Type.Integer({ minimum: 1, maximum: 10_000 }),
        height: Type.Integer({ minimum: 1, maximum: 10_000 }),
      }),
      { maxItems: 20 },
    ),
    reason: Type.Union([
      Type.Literal("not_supported"),
      Type.Literal("no_ffmpeg"),
      Type.Literal("too_large"),
      Type.Literal("unreadable"),
      Type.Null(),
    ]),
  }),
  /** Worth another try. */
  Type.Object({ kind: Type.Literal("failed"), error: Type.String({ maxLength: 500 }) }),
]);

export type MediaSaying = Static<typeof mediaSaying>;
