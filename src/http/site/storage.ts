import { Type, type Static } from "@sinclair/typebox";
import type { CountedStorage } from "../../archive/storage.ts";
import type { Share } from "../../records/records.ts";
import { SHARES } from "../../records/usage.ts";
import { unixSeconds } from "../dates.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";

const share = (id: "album_id" | "token_id") =>
  Type.Object({
    [id]: Type.Integer(
      id === "token_id" ? { description: "0: files that came without an upload token." } : {},
    ),
    title: Type.String(),
    bytes: Type.Integer(),
    photos: Type.Integer(),
  });

const fields = Type.Object({
  used: Type.Integer({
    description: "Bytes: `originals`, `trash`, `thumbnails` and `unfinished` together.",
  }),
  free: Type.Integer({ description: "Bytes that can still be written to the disk." }),
  reserve: Type.Integer({ description: "Bytes of these that stay free (REDEEM_RESERVE)." }),
  originals: Type.Integer({ description: "Bytes of photos outside the trash." }),
  trash: Type.Integer({ description: "Bytes of photos in the trash." }),
  thumbnails: Type.Integer(),
  unfinished: Type.Integer({ description: "What has come of files that are sent in chunks." }),
  photos: Type.Integer({ description: "Outside the trash." }),
  trashed_photos: Type.Integer(),
  by_album: Type.Array(share("album_id"), {
    description: `The ${SHARES} with the most bytes. A photo in two albums counts in both.`,
  }),
  by_token: Type.Array(share("token_id"), {
    description: `The ${SHARES} upload tokens with the most bytes.`,
  }),
  at: Type.Integer({
    description:
      "When this was counted, but for `free`. Unix seconds; 0 where that has not ended yet, and all of it is 0: ask again in a moment.",
  }),
});

/** `site/storage`: what takes the disk's room (protocol 6.3). */
export const siteStorage = defineMethod({
  path: "site/storage",
  versions: [2],
  level: "admin",
  topic: "site",
  summary: "What takes the disk's room",
  description: `Bytes and photos in all, by album and by upload token. They are counted beside requests, at most every two seconds and with very many
photos every few minutes; \`at\` says when.`,
  input: Type.Object({}),
  output: object({ name: "SiteStorage", key: "storage", message: "", fields }),
  example: {
    input: {},
    output: () => describe(example, { free: 41_250_000_000, reserve: 1024 ** 3 }),
  },
  run: async (_, { storage, files, server }) => {
    const counted = await storage.counted();
    return describe(counted, { free: files.staging.space(), reserve: server.reserve });
  },
});

const example: CountedStorage = {
  photos: 1204,
  originals: 5_120_400_000,
  trashedPhotos: 3,
  trash: 12_000_000,
  thumbnails: 301_000_000,
  unfinished: 1024 ** 2,
  byAlbum: [{ id: EXAMPLE.album.id, title: "Summer", bytes: 4_000_100_000, photos: 900 }],
  byToken: [{ id: EXAMPLE.token.id, title: "Summer party", bytes: 2_481_022, photos: 1 }],
  at: EXAMPLE.token.createdAt,
};

function describe(
  counted: CountedStorage | undefined,
  disk: { free: number; reserve: number },
): Static<typeof fields> {
  const { originals = 0, trash = 0, thumbnails = 0, unfinished = 0 } = counted ?? {};
  return {
    used: originals + trash + thumbnails + unfinished,
    ...disk,
    originals,
    trash,
    thumbnails,
    unfinished,
    photos: counted?.photos ?? 0,
    trashed_photos: counted?.trashedPhotos ?? 0,
    by_album: shares("album_id", counted?.byAlbum),
    by_token: shares("token_id", counted?.byToken),
    at: unixSeconds(counted?.at ?? null),
  };
}

function shares(id: "album_id" | "token_id", of: readonly Share[] = []) {
  return of.map(({ id: named, ...rest }) => ({ [id]: named, ...rest }));
}
