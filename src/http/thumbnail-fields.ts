import { Type, type Static } from "@sinclair/typebox";
import {
  FORMAT_NAMES,
  THUMBNAIL_FORMATS,
  type ThumbnailFormat,
} from "../media/thumbnail-formats.ts";
import type { Media, MediaReason } from "../records/records.ts";

/** Why a photo has no thumbnails, for people (protocol 6). */
export const MEDIA_REASONS: Record<MediaReason, string> = {
  not_supported: "no thumbnails are made of files of this type",
  no_ffmpeg: "thumbnails of this type are made with ffmpeg, which the server does not have",
  too_large: "it has more pixels or bytes than are decoded",
  unreadable: "it is damaged, or of a kind that cannot be decoded",
  gave_up: "making them failed several times",
};

const NAMES = { width: "Pixels", height: "Pixels", size: "Bytes" };

function fieldsOf(format: ThumbnailFormat) {
  const { side, square } = THUMBNAIL_FORMATS[format];
  const what = square
    ? `the thumbnail of at most ${side} × ${side} pixels, cut out of the middle`
    : `the thumbnail of at most ${side} pixels to each side`;
  const numbers = Object.entries(NAMES).map(([name, unit]) => [
    `${format}_${name}`,
    Type.Optional(Type.Integer({ minimum: 1, description: `${unit}, of ${what}.` })),
  ]);
  const download = Type.String({ description: `Address, from the host's root, of ${what}.` });
  return [...numbers, [`${format}_download`, Type.Optional(download)]];
}

type Field = `${ThumbnailFormat}_${"width" | "height" | "size"}`;
type Fields = Partial<Record<Field, number> & Record<`${ThumbnailFormat}_download`, string>>;

/** What is told of a photo's thumbnails: the vendor's names for them, and how they stand **[ours]** (protocol 6). */
export const thumbnailFields = Type.Object({
  thumbnails_state: Type.Union(
    [Type.Literal("pending"), Type.Literal("ready"), Type.Literal("none")],
    {
      description:
        "`ready`: they are there, each with its fields. `pending`: not made yet; ask again (a server with `REDEEM_MEDIA_WORKERS=0` makes none). `none`: there will be none, and `thumbnails_reason` says why.",
    },
  ),
  thumbnails_reason: Type.Optional(
    Type.Union(
      Object.keys(MEDIA_REASONS).map((reason) => Type.Literal(reason as MediaReason)),
      {
        description: Object.entries(MEDIA_REASONS)
          .map(([reason, words]) => `\`${reason}\`: ${words}.`)
          .join(" "),
      },
    ),
  ),
  ...(Object.fromEntries(FORMAT_NAMES.flatMap(fieldsOf)) as object),
});

/**
 * @param path of the photo's addresses
 * @param originalId named in the addresses, which therefore change with the bytes and may be kept for ever
 */
export function describeThumbnails(
  path: string,
  originalId: number,
  { state, reason, thumbnails }: Pick<Media, "state" | "reason" | "thumbnails">,
): Static<typeof thumbnailFields> & Fields {
  const fields = thumbnails.flatMap(({ format, width, height, size }) => [
    [`${format}_width`, width],
    [`${format}_height`, height],
    [`${format}_size`, size],
    [`${format}_download`, `${path}/${format}?v=${originalId}`],
  ]);
  return {
    thumbnails_state: state,
    ...(reason !== null && { thumbnails_reason: reason }),
    ...(Object.fromEntries(fields) as Fields),
  };
}
