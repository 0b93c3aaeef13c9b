import { Type, type Static } from "@sinclair/typebox";
import { parseTags } from "../photo/tags.ts";
import { textOfHtml } from "../photo/text.ts";
import { isPublished } from "../records/photos.ts";
import type { Media, Photo } from "../records/records.ts";
import { ansiDate, englishDay, englishTime } from "./dates.ts";
import { describeFacts, factFields } from "./fact-fields.ts";
import { describeThumbnails, thumbnailFields } from "./thumbnail-fields.ts";

/** What names a photo, and opens it. */
export const photoIds = Type.Object({
  photo_id: Type.Integer({ minimum: 1 }),
  tree_id: Type.Integer({ minimum: 1 }),
  token: Type.String({ description: "The photo's own secret: 32 characters 0-9A-Za-z." }),
});

const yes = (description: string) => Type.Boolean({ description });
const never = yes("Always 0: Redeem stores files as they came. Other servers of this API have it.");
const date = (description: string) =>
  Type.String({ description: `${description}, \`YYYY-MM-DD HH:MM:SS\` (UTC).` });

/** What is told of a photo: the vendor's names, as far as there is something to say (protocol 6). */
export const photoFields = Type.Object({
  ...photoIds.properties,
  title: Type.String({ description: "Plain text." }),
  published_p: yes("Whether everybody may see it now."),
  publish_date_ansi: date("When it was or will be published"),
  one: Type.String({
    description:
      "Its canonical address: `absolute_url`, or else that of the file, from the host's root, with the path of REDEEM_PUBLIC_URL.",
  }),
  creation_date_ansi: date("When its upload was complete"),
  creation_date__date: Type.String({ description: "The day of that in English." }),
  creation_date__time: Type.String({ description: "The time of that in English (UTC)." }),
  original_date_ansi: date(
    "When it was taken, as its file says; or else when its upload was complete",
  ),
  original_date__date: Type.String({ description: "The day of that in English." }),
  original_date__time: Type.String({ description: "The time of that in English (UTC)." }),
  number_of_albums: Type.Integer({ description: "How many albums it is in." }),
  number_of_tags: Type.Integer({ description: "How many tags it has." }),
  video_p: yes("Whether it is a video."),
  audio_p: yes("Whether it is audio: where the operator takes such files."),
  video_encoded_p: never,
  text_only_p: never,
  user_id: Type.Integer({ description: "The owner: the id of an API key; 0 is the operator." }),
  album_id: Type.String({ description: "Album ids, comma separated." }),
  absolute_url: Type.String({ description: "As get-upload-token was given it." }),
  original_filename: Type.String({ description: "The file's name as its owner had it." }),
  original_type: Type.String({ description: "Media type, judged by the file's content." }),
  original_size: Type.Integer({ description: "Bytes." }),
  original_sha256: Type.String({
    description:
      "SHA-256 of the file, hexadecimal. Empty for a moment after the upload: it is computed behind the answer.",
  }),
  ...factFields.properties,
  original_download: Type.String({
    description: "Address of the file, from the host's root, with the path of REDEEM_PUBLIC_URL.",
  }),
  original_version: Type.Integer({
    description:
      "Another one when the bytes are replaced. With `?v=` and this behind `original_download`, browsers keep the file.",
  }),
  ...thumbnailFields.properties,
  content: Type.String({ element: true, description: "The description: safe HTML." }),
  content_text: Type.String({
    element: true,
    description: "The description as plain text, in one line.",
  }),
  tags: Type.String({
    element: true,
    description: "Space separated; a tag with spaces is quoted.",
  }),
});

/**
 * Where the files of a photo are, from the host's root: the name of a format comes behind it (protocol 8).
 * @param base path of the public address, which a proxy takes off
 */
export function pathOfPhoto({ treeId, id, token }: Photo, base: string): string {
  return `${base}/${treeId}/${id}/${token}`;
}

/**
 * @param base path of the public address, which a proxy takes off
 * @param now milliseconds since 1970
 * @param media what was made of it
 */
export function describePhoto(
  photo: Photo,
  base: string,
  now: number,
  media: Media = { state: "pending", reason: null, facts: null, thumbnails: [] },
): Static<typeof photoFields> {
  const path = pathOfPhoto(photo, base);
  const created = ansiDate(photo.createdAt);
  const { filename, type, size, sha256 } = photo.original;
  const taken = photo.takenAt ?? photo.createdAt;
  return {
    photo_id: photo.id,
    tree_id: photo.treeId,
    token: photo.token,
    title: photo.title,
    published_p: isPublished(photo, now),
    publish_date_ansi: photo.publishDate === null ? created : ansiDate(photo.publishDate),
    one: photo.absoluteUrl || `${path}/original`,
    creation_date_ansi: created,
    creation_date__date: englishDay(photo.createdAt),
    creation_date__time: englishTime(photo.createdAt),
    original_date_ansi: ansiDate(taken),
    original_date__date: englishDay(taken),
    original_date__time: englishTime(taken),
    number_of_albums: photo.albumId === "" ? 0 : photo.albumId.split(",").length,
    number_of_tags: parseTags(photo.tags).length,
    video_p: type.startsWith("video/"),
    audio_p: type.startsWith("audio/"),
    video_encoded_p: false,
    text_only_p: false,
    user_id: photo.userId,
    album_id: photo.albumId,
    absolute_url: photo.absoluteUrl,
    original_filename: filename,
    original_type: type,
    original_size: size,
    original_sha256: sha256 ?? "",
    ...describeFacts(media.facts),
    original_download: `${path}/original`,
    original_version: photo.original.id,
    ...describeThumbnails(path, photo.original.id, media),
    content: photo.description,
    content_text: textOfHtml(photo.description),
    tags: photo.tags,
  };
}
