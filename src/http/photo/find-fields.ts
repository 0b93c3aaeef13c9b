import { Type, type Static } from "@sinclair/typebox";
import { SEARCH_LENGTH } from "../../api-limits.ts";
import { parseTags, tagKey } from "../../photo/tags.ts";
import { Problem } from "../../problem.ts";
import { sameSecret } from "../../random.ts";
import { asksForIndex } from "../../records/photos.ts";
import type { PhotoOrder, PhotoQuestion, Records } from "../../records/records.ts";
import { findOwner } from "../../upload/token.ts";
import { hasLevel, requireLevel, type Caller } from "../caller.ts";
import type { Call, MethodContext } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { requireIndexed } from "../indexed.ts";
import { flagInput, idInput, oneWordOf, orderInput } from "../paging.ts";
import { commonSpan, LAST_SECOND, spanOf, timeOf } from "./list-days.ts";

/** More are no question that somebody asks. */
const MOST_TAGS = 20;

const ORDERS: Record<string, PhotoOrder> = {
  published: "published",
  uploaded: "created",
  created: "created",
  taken: "taken",
  title: "title",
};

const part = (minimum: number, maximum: number, description: string, example: number) =>
  Type.Optional(Type.Integer({ minimum, maximum, description, examples: [example] }));

const moment = (description: string, example: number) =>
  Type.Optional(
    Type.Integer({ minimum: -LAST_SECOND, maximum: LAST_SECOND, description, examples: [example] }),
  );

const { createdAt } = EXAMPLE.photo;

/** What photos are found by (protocol 6), for all methods that find some. */
export const findFields = {
  album_id: idInput("Photos of this album.", EXAMPLE.album.id),
  photo_id: idInput("This photo only.", EXAMPLE.photo.id),
  token: Type.Optional(
    Type.String({
      maxLength: 100,
      description:
        "With `photo_id` the photo's own token: it opens an unpublished photo too. With `album_id` the album's: it opens a hidden album too.",
      examples: [EXAMPLE.photo.token],
    }),
  ),
  upload_token: Type.Optional(
    Type.String({
      maxLength: 100,
      description: "Photos that came with this upload token.",
      examples: [EXAMPLE.uploadToken],
    }),
  ),
  token_id: idInput(
    "Photos that came with the upload token of this id (`upload-token/list`). Needs level `read`.",
    EXAMPLE.token.id,
  ),
  user_id: part(0, Number.MAX_SAFE_INTEGER, "Photos of this owner.", EXAMPLE.photo.userId),
  tags: Type.Optional(
    Type.String({
      maxLength: 4096,
      description: `Photos with these tags, space separated; a tag with spaces is quoted. At most ${MOST_TAGS}. Case does not matter.`,
      examples: ['party "by the lake"'],
    }),
  ),
  tag: Type.Optional(
    Type.String({
      maxLength: 4096,
      several: true,
      description: "One such tag, as it is; in the address it may be repeated.",
      examples: ["by the lake"],
    }),
  ),
  tag_mode: oneWordOf(
    ["and", "all", "any"],
    "Whether a photo has all of the tags (default), or any of them.",
    "any",
  ),
  search: Type.Optional(
    Type.String({
      maxLength: SEARCH_LENGTH,
      description:
        "Photos with these words in title, description, tags or file name. Of the last one the beginning will do. Case and accents do not matter.",
      examples: ["summer par"],
    }),
  ),
  year: part(1970, 9999, "Photos that came in this year (UTC).", 2026),
  month: part(1, 12, "In this month of the year.", 11),
  day: part(1, 31, "On this day of the month.", 23),
  created_from: moment(
    "Photos that came at this moment or later, in Unix seconds.",
    Math.floor(createdAt / 1000) - 86_400,
  ),
  created_until: moment("Photos that came before this moment.", Math.floor(createdAt / 1000) + 1),
  taken_from: moment(
    "Photos that were taken at this moment or later; those of which nobody knows when, if they came then.",
    Math.floor(createdAt / 1000) - 86_400,
  ),
  taken_until: moment(
    "Photos that were taken before this moment, or came before it.",
    Math.floor(createdAt / 1000) + 1,
  ),
  video_p: flagInput("1: videos only. 0: no videos."),
  audio_p: flagInput("1: audio only. 0: no audio."),
  include_unpublished_p: flagInput("1: unpublished photos as well. Needs level `read`."),
  published_p: flagInput(
    "0: unpublished photos alone, those with a later publish date too. 1: published ones alone. Needs level `read`.",
  ),
  deleted_p: flagInput("1: photos in the trash, and no others. Needs level `write`."),
};

/** The order that they are in. */
export const orderFields = {
  orderby: oneWordOf(
    Object.keys(ORDERS),
    "The order. Default `published`; of a photo of which nobody knows when it was `taken` the time when it came counts.",
    "taken",
    " (views, comments, words and rating are not supported)",
  ),
  order: orderInput("Default `desc`: the newest first, titles from Z to A."),
};

const fields = Type.Object({ ...findFields, ...orderFields });

type Asked = Static<typeof fields>;

/**
 * What a call asks for, as far as its caller may.
 * @returns undefined where that is nothing: a token is wrong, or an album hidden from the caller
 * @throws Problem where the caller's level will not do, and invalid_input
 */
export async function readFind(
  { input: asked, caller, version }: Pick<Call<typeof fields>, "input" | "caller" | "version">,
  { records, now, publicList }: MethodContext,
): Promise<(PhotoQuestion & { order: PhotoOrder }) | undefined> {
  const opened = await openedBy(records, asked, caller);
  if (opened === "nothing") return undefined;
  if (opened === undefined && !publicList) requireLevel(caller, "read", version);
  // Which photos came together is not told with photos that everybody sees.
  const forReaders = [asked.token_id, asked.published_p];
  if (asked.include_unpublished_p || forReaders.some((said) => said !== undefined)) {
    requireLevel(caller, "read", version);
  }
  if (asked.deleted_p) requireLevel(caller, "write", version);
  const order = ORDERS[asked.orderby ?? "published"] ?? "published";
  const filter = { ...filterOf(asked), order };
  if (asked.order === "asc") filter.ascending = true;
  if (asked.upload_token) {
    const { token } = await findOwner(records, asked.upload_token, null);
    if (filter.tokenId !== undefined && filter.tokenId !== token.id) return undefined;
    filter.tokenId = token.id;
  }
  const { published_p: published } = asked;
  const isAny = opened === "photo" || asked.include_unpublished_p || asked.deleted_p;
  if (published ?? !isAny) filter.publishedAt = now();
  if (published === false) filter.unpublishedAt = now();
  if (asksForIndex(filter)) await requireIndexed(records);
  return filter;
}

/**
 * What the token in a call opens: a photo's own, a credential by itself, or an album's; undefined where there is none, and
 * "nothing" where it is wrong, or an album is hidden from the caller.
 */
async function openedBy(
  records: Records,
  { album_id: albumId, photo_id: photoId, token }: Asked,
  caller: Caller,
): Promise<"photo" | "album" | "nothing" | undefined> {
  if (albumId !== undefined) {
    const album = await records.albums.byId(albumId);
    if (token !== undefined) return album && sameSecret(album.token, token) ? "album" : "nothing";
    if (album?.hidden && !hasLevel(caller, "read")) return "nothing";
    return undefined;
  }
  if (photoId === undefined || token === undefined) return undefined;
  const photo = await records.photos.byId(photoId);
  return photo && sameSecret(photo.token, token) ? "photo" : "nothing";
}

/** What is asked for, as far as it needs nobody's leave. @throws Problem invalid_input */
function filterOf(asked: Asked): PhotoQuestion {
  const filter: PhotoQuestion = {};
  if (asked.photo_id !== undefined) filter.photoId = asked.photo_id;
  if (asked.album_id !== undefined) filter.albumId = asked.album_id;
  if (asked.token_id !== undefined) filter.tokenId = asked.token_id;
  if (asked.user_id !== undefined) filter.userId = asked.user_id;
  if (asked.search !== undefined) filter.search = asked.search;
  if (asked.video_p !== undefined) filter.video = asked.video_p;
  if (asked.audio_p !== undefined) filter.audio = asked.audio_p;
  if (asked.deleted_p) filter.inTrash = true;
  const created = commonSpan(
    timeOf(asked.year, asked.month, asked.day),
    spanOf("created", asked.created_from, asked.created_until),
  );
  if (created) filter.created = created;
  const taken = spanOf("taken", asked.taken_from, asked.taken_until);
  if (taken) filter.taken = taken;
  if (asked.tags !== undefined || asked.tag !== undefined) {
    const mode = asked.tag_mode === "any" ? "any" : "all";
    filter.tags = { mode, keys: tagKeys(asked.tags ?? "", asked.tag ?? "") };
  }
  return filter;
}

/** @param lines of one tag each */
function tagKeys(tags: string, lines: string): string[] {
  const single = lines.split("\n").map((line) => line.replace(/\s+/gu, " ").trim());
  const keys = [...new Set([...parseTags(tags), ...single.filter(Boolean)].map(tagKey))];
  if (keys.length > 0 && keys.length <= MOST_TAGS) return keys;
  throw new Problem("invalid_input", `tags must be 1 to ${MOST_TAGS} tags, not ${keys.length}.`);
}
