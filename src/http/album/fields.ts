import { Type, type Static } from "@sinclair/typebox";
import { TITLE_LENGTH } from "../../api-limits.ts";
import { textOfHtml } from "../../photo/text.ts";
import type { Album, AlbumWithPhotos } from "../../records/records.ts";
import { ansiDate, englishDay, englishTime } from "../dates.ts";
import { EXAMPLE } from "../examples.ts";
import { pathOfPhoto } from "../photo-fields.ts";

const DESCRIPTION_LENGTH = 65_536;

export const titleInput = Type.String({
  maxLength: TITLE_LENGTH,
  description: "Title. All HTML tags are removed.",
  examples: [EXAMPLE.album.title],
});

/** What of an album may be said beside its title. */
export const albumInput = {
  description: Type.Optional(
    Type.String({
      maxLength: DESCRIPTION_LENGTH,
      description:
        "Description. Safe tags are kept, as in `get-upload-token`; if any other tag is present, all HTML is removed.",
      examples: [EXAMPLE.album.description],
    }),
  ),
  hide_p: Type.Optional(
    Type.Boolean({
      description:
        "1: the album is shown to nobody without its token or an API key. Its photos are published like any others: what nobody is to see is not published. Default 0.",
      examples: [true],
    }),
  ),
};

export const albumIdInput = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "The album.",
  examples: [EXAMPLE.album.id],
});

const cover = "Of its newest photo, where there is one that the caller may see:";
const own = "Only for level `read`, or whoever has given the token:";

/** What is told of an album: the vendor's names, and ours for photos. */
export const albumFields = Type.Object({
  album_id: Type.Integer({ minimum: 1 }),
  title: Type.String({ description: "Plain text." }),
  pretty_date: Type.String({ description: "The day it was made, in English." }),
  pretty_time: Type.String({ description: "The time of that in English (UTC)." }),
  creation_date_ansi: Type.String({
    description: "When it was made, `YYYY-MM-DD HH:MM:SS` (UTC).",
  }),
  editing_date_ansi: Type.String({
    description: "When it was changed last, or made, `YYYY-MM-DD HH:MM:SS` (UTC).",
  }),
  user_id: Type.Integer({ description: "The owner: the id of an API key; 0 is the operator." }),
  number_of_photos: Type.Integer({ description: "Photos in it that the caller may see." }),
  cover_photo_id: Type.Optional(Type.Integer({ description: `${cover} its \`photo_id\`.` })),
  cover_tree_id: Type.Optional(Type.Integer({ description: `${cover} its \`tree_id\`.` })),
  cover_token: Type.Optional(Type.String({ description: `${cover} its \`token\`.` })),
  cover_original_download: Type.Optional(
    Type.String({ description: `${cover} the address of its file, from the host's root.` }),
  ),
  token: Type.Optional(
    Type.String({ description: `${own} the album's secret, which opens its photos.` }),
  ),
  hide_p: Type.Optional(Type.Boolean({ description: `${own} whether it is hidden.` })),
  content: Type.String({ element: true, description: "The description: safe HTML." }),
  content_text: Type.String({
    element: true,
    description: "The description as plain text, in one line.",
  }),
});

/**
 * @param base path of the public address, which a proxy takes off
 * @param whole what only level `read` is told as well
 */
export function describeAlbum(
  { album, photos, cover: photo }: AlbumWithPhotos,
  base: string,
  whole: boolean,
): Static<typeof albumFields> {
  return {
    album_id: album.id,
    title: album.title,
    pretty_date: englishDay(album.createdAt),
    pretty_time: englishTime(album.createdAt),
    creation_date_ansi: ansiDate(album.createdAt),
    editing_date_ansi: ansiDate(album.updatedAt ?? album.createdAt),
    user_id: album.userId,
    number_of_photos: photos,
    ...(photo && {
      cover_photo_id: photo.id,
      cover_tree_id: photo.treeId,
      cover_token: photo.token,
      cover_original_download: `${pathOfPhoto(photo, base)}/original`,
    }),
    ...(whole && secretsOf(album)),
    content: album.description,
    content_text: textOfHtml(album.description),
  };
}

const secretsOf = ({ token, hidden }: Album) => ({ token, hide_p: hidden });
