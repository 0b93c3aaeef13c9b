import { Type } from "@sinclair/typebox";
import { SEARCH_LENGTH } from "../../api-limits.ts";
import { publicPathOf } from "../../config.ts";
import { isPublished } from "../../records/photos.ts";
import type { AlbumOrder } from "../../records/records.ts";
import { sameSecret } from "../../random.ts";
import { hasLevel, requireLevel } from "../caller.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { requireIndexed } from "../indexed.ts";
import { pageOf } from "../output.ts";
import { idInput, oneWordOf, orderInput, pageInput } from "../paging.ts";
import { albumFields, describeAlbum } from "./fields.ts";

const ORDERS: Record<string, AlbumOrder> = {
  title: "title",
  editing_date: "edited",
  creation_date: "created",
};

/** `album/list` (protocol 6). */
export const albumList = defineMethod({
  path: "album/list",
  level: "anonymous",
  sometimes: {
    level: "read",
    when: "with `include_hidden_p`, or where the archive is not public",
  },
  topic: "albums",
  summary: "List albums",
  description: `Albums, the newest first, with the number of their photos and the newest of these. An API key of level \`read\`
is needed, unless the operator has made the archive public (\`REDEEM_PUBLIC_LIST=1\`); it sees unpublished photos as well. Whoever knows an album's
\`album_id\` and \`token\` is shown that album without a key, hidden or not.`,
  input: Type.Object({
    album_id: idInput("This album only.", EXAMPLE.album.id),
    token: Type.Optional(
      Type.String({
        maxLength: 100,
        description: "The album's own token: with `album_id` it opens a hidden album too.",
        examples: [EXAMPLE.album.token],
      }),
    ),
    user_id: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Albums of this owner.",
        examples: [EXAMPLE.album.userId],
      }),
    ),
    photo_id: idInput("Albums that this photo is in.", EXAMPLE.photo.id),
    search: Type.Optional(
      Type.String({
        maxLength: SEARCH_LENGTH,
        description:
          "Albums with these words in title or description. Of the last one the beginning will do.",
        examples: ["summer"],
      }),
    ),
    include_hidden_p: Type.Optional(
      Type.Boolean({
        description: "1: hidden albums as well. Needs level `read`.",
        examples: [true],
      }),
    ),
    orderby: oneWordOf(
      Object.keys(ORDERS),
      "The order. Default `creation_date`.",
      "title",
      " (sortkey is not supported)",
    ),
    order: orderInput("Default `desc`: the newest first, titles from Z to A."),
    ...pageInput("Albums"),
  }),
  output: pageOf({ name: "Album", key: "album", fields: albumFields }),
  example: {
    input: { search: "summer" },
    output: (address) => {
      const cover = { ...EXAMPLE.photo, albumId: String(EXAMPLE.album.id) };
      const album = { album: EXAMPLE.album, photos: 1, cover };
      const item = describeAlbum(album, publicPathOf(address), true);
      return { items: [item], page: 1, size: 20, total: 1 };
    },
  },
  run: async ({ input, caller, version }, { records, now, publicUrl, publicList }) => {
    const page = input.p ?? 1;
    const size = input.size ?? 20;
    const none = { items: [], page, size, total: 0 };
    const opened = input.token !== undefined && input.album_id !== undefined;
    if (input.token !== undefined && input.album_id !== undefined) {
      const album = await records.albums.byId(input.album_id);
      if (!album || !sameSecret(album.token, input.token)) return none;
    }
    if (input.include_hidden_p || (!opened && !publicList)) requireLevel(caller, "read", version);
    const mayRead = hasLevel(caller, "read");
    const publishedAt = mayRead ? undefined : now();
    if (input.photo_id !== undefined && publishedAt !== undefined) {
      const photo = await records.photos.byId(input.photo_id);
      if (!photo || photo.deletedAt !== null || !isPublished(photo, publishedAt)) return none;
    }
    await requireIndexed(records);
    const { albums, total } = await records.albums.list(
      {
        ...(input.album_id !== undefined && { albumId: input.album_id }),
        ...(input.user_id !== undefined && { userId: input.user_id }),
        ...(input.photo_id !== undefined && { photoId: input.photo_id }),
        ...(input.search !== undefined && { search: input.search }),
        hidden: opened || (input.include_hidden_p ?? false),
        order: ORDERS[input.orderby ?? "creation_date"] ?? "created",
        ascending: input.order === "asc",
        offset: (page - 1) * size,
        limit: size,
      },
      publishedAt,
    );
    const base = publicPathOf(publicUrl());
    const items = albums.map((album) => describeAlbum(album, base, opened || mayRead));
    return { items, page, size, total };
  },
});
