import { Type, type Static } from "@sinclair/typebox";
import { publicPathOf } from "../../config.ts";
import { parseTags, tagKey } from "../../photo/tags.ts";
import { Problem, refusedToken } from "../../problem.ts";
import { sameSecret } from "../../random.ts";
import { asksForIndex } from "../../records/photos.ts";
import type { PhotoFilter, PhotoOrder, Records } from "../../records/records.ts";
import { findOwner } from "../../upload/token.ts";
import { hasLevel, requireLevel, type Caller } from "../caller.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { requireIndexed } from "../indexed.ts";
import { pageOf } from "../output.ts";
import { idInput, oneWordOf, orderInput, pageInput } from "../paging.ts";
import { withoutPlace } from "../fact-fields.ts";
import { describePhoto, photoFields } from "../photo-fields.ts";
import { timeOf } from "./list-days.ts";
import { readPlace, writePlace } from "./list-place.ts";

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

const flag = (description: string) =>
  Type.Optional(Type.Boolean({ description, examples: [true] }));

const input = Type.Object({
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
      maxLength: 1000,
      description:
        "Photos with these words in title, description, tags or file name. Of the last one the beginning will do. Case and accents do not matter.",
      examples: ["summer par"],
    }),
  ),
  year: part(1970, 9999, "Photos that came in this year (UTC).", 2026),
  month: part(1, 12, "In this month of the year.", 11),
  day: part(1, 31, "On this day of the month.", 23),
  video_p: flag("1: videos only. 0: no videos."),
  audio_p: flag("1: audio only. 0: no audio."),
  include_unpublished_p: flag("1: unpublished photos as well. Needs level `read`."),
  deleted_p: flag("1: photos in the trash, and no others. Needs level `write`."),
  orderby: oneWordOf(
    Object.keys(ORDERS),
    "The order. Default `published`; of a photo of which nobody knows when it was `taken` the time when it came counts.",
    "taken",
    " (views, comments, words and rating are not supported)",
  ),
  order: orderInput("Default `desc`: the newest first, titles from Z to A."),
  after: Type.Optional(
    Type.String({
      maxLength: 8192,
      pattern: "^[\\w-]+$",
      allowed: "what an answer gave as next",
      description:
        "The `next` of an answer: the photos behind its own, wherever they stand by now. Not together with `p`.",
      examples: [writePlace("published", { key: EXAMPLE.photo.createdAt, id: EXAMPLE.photo.id })],
    }),
  ),
  ...pageInput("Photos"),
});

type Input = Static<typeof input>;

/** `list`: what was uploaded, a page at a time, by all that it may be asked for (protocol 6). */
export const list = defineMethod({
  path: "photo/list",
  level: "anonymous",
  sometimes: {
    level: "read",
    when: "with `include_unpublished_p`, or where the archive is not public",
  },
  topic: "photos",
  summary: "List photos and videos",
  description: `Published photos and videos, newest first, a page at a time: those that meet all that is asked for. An API key of level \`read\` is needed, unless the
operator has made the archive public (\`REDEEM_PUBLIC_LIST=1\`). Unpublished ones are shown to such a key with
\`include_unpublished_p\`. Whoever knows a photo's \`photo_id\` and \`token\` is shown that photo, without a key and
published or not; and whoever knows an album's \`album_id\` and \`token\` its published photos, hidden album or not.

Pages are numbered (\`p\`), or each says what the next one is: its \`next\` is given as \`after\`. By that way none is shown twice
or passed over while photos come and go.`,
  input,
  unsupported: { video_encoded_p: "Redeem stores videos as they came." },
  output: pageOf({ name: "Photo", key: "photo", fields: photoFields }),
  example: {
    input: { tags: "party", size: 50 },
    output: (address) => {
      const base = publicPathOf(address);
      const photo = describePhoto(EXAMPLE.photo, base, EXAMPLE.photo.createdAt, EXAMPLE.media);
      return { items: [photo], page: 1, size: 50, total: 1 };
    },
  },
  refusals: [{ problem: refusedToken.unknown, when: "The `upload_token` is not known." }],
  run: async ({ input: asked, caller, version }, context) => {
    const { records, now, publicUrl, publicList, stripGps } = context;
    const page = asked.p ?? 1;
    const size = asked.size ?? 20;
    const order = ORDERS[asked.orderby ?? "published"] ?? "published";
    const none = { items: [], page, size, total: 0 };
    const opened = await openedBy(records, asked, caller);
    if (opened === "nothing") return none;
    if (opened === undefined && !publicList) requireLevel(caller, "read", version);
    if (asked.include_unpublished_p) requireLevel(caller, "read", version);
    if (asked.deleted_p) requireLevel(caller, "write", version);
    const filter = { ...filterOf(asked), order, offset: (page - 1) * size, limit: size };
    if (asked.order === "asc") filter.ascending = true;
    if (asked.upload_token) {
      filter.tokenId = (await findOwner(records, asked.upload_token, null)).token.id;
    }
    if (asked.after !== undefined) {
      if (page > 1) throw new Problem("invalid_input", "p and after cannot be used together.");
      filter.after = readPlace(order, asked.after);
    }
    if (opened !== "photo" && !asked.include_unpublished_p && !asked.deleted_p) {
      filter.publishedAt = now();
    }
    if (asksForIndex(filter)) await requireIndexed(records);
    const { photos, total, next } = await records.photos.list(filter);
    const media = await records.media.of(photos.map(({ original }) => original.id));
    const base = publicPathOf(publicUrl());
    const items = photos.map((photo) => {
      const made = media.get(photo.original.id);
      return describePhoto(photo, base, now(), stripGps && made ? withoutPlace(made) : made);
    });
    return { items, page, size, total, next: next && writePlace(order, next) };
  },
});

/**
 * What the token in a call opens: a photo's own, a credential by itself, or an album's; undefined where there is none, and
 * "nothing" where it is wrong, or an album is hidden from the caller.
 */
async function openedBy(
  records: Records,
  { album_id: albumId, photo_id: photoId, token }: Input,
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
function filterOf(asked: Input): Omit<PhotoFilter, "offset" | "limit"> {
  const filter: Omit<PhotoFilter, "offset" | "limit"> = {};
  if (asked.photo_id !== undefined) filter.photoId = asked.photo_id;
  if (asked.album_id !== undefined) filter.albumId = asked.album_id;
  if (asked.user_id !== undefined) filter.userId = asked.user_id;
  if (asked.search !== undefined) filter.search = asked.search;
  if (asked.video_p !== undefined) filter.video = asked.video_p;
  if (asked.audio_p !== undefined) filter.audio = asked.audio_p;
  if (asked.deleted_p) filter.inTrash = true;
  const created = timeOf(asked.year, asked.month, asked.day);
  if (created) filter.created = created;
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
