import type { Db } from "./db.ts";
import { readFact, writeFact } from "./facts.ts";
import { albumIdsOf } from "./facets.ts";

/** The last upload token that was made before there were albums, by its id. */
const EARLIER_TOKENS = "last token before albums";

/**
 * Which of the albums that a photo or a token names are there. Photos and tokens of versions without albums have named them by
 * numbers of their own choice: such an album is made where it is named, once, and never again when it was deleted.
 */
export function createAlbumNames(db: Db) {
  const state = db.$client
    .prepare<[number], number | null>("select deleted_at is not null from albums where id = ?")
    .pluck();
  const insert = db.$client.prepare(
    `insert into albums (id, token, user_id, title, description, hidden, created_at)
      values (?, lower(hex(randomblob(16))), 0, ?, '', 0, ?)`,
  );
  const earlier = Number(readFact(db, EARLIER_TOKENS) ?? 0);

  return {
    /** Whether a token of this id may name albums that were never made. */
    mayBeNamedBy: (tokenId: number): boolean => tokenId <= earlier,
    /**
     * Those albums of an `album_id` that are there.
     * @param make makes one that never was
     */
    those: (albumId: string, make: boolean, now: number): string => {
      if (albumId === "") return albumId;
      return albumIdsOf(albumId)
        .filter((id) => {
          const deleted = state.get(id);
          if (deleted !== undefined) return deleted === 0;
          if (make) insert.run(id, `Album ${id}`, now);
          return make;
        })
        .join(",");
    },
    /** The last token that may name albums. */
    lastEarlierToken: earlier,
  };
}

/** Notes, once, which tokens were made before there were albums. Before anything else is made by this version. */
export function noteEarlierTokens(db: Db): void {
  if (readFact(db, EARLIER_TOKENS) !== undefined) return;
  const last = db.$client
    .prepare<[], number | null>("select max(id) from upload_tokens")
    .pluck()
    .get();
  writeFact(db, EARLIER_TOKENS, String(last ?? 0));
}
