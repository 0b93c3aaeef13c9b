import type { TokenChange, Upload } from "../records.ts";
import type { Db } from "./db.ts";

/** The files of a token that an upload is one of. */
export type UploadNames = {
  tokenId: number;
  filename: string;
  /** Null for a whole file. */
  identifier: string | null;
};

/** What was changed, with its upload token, of what the token gives the photo of an upload. */
export function tokenChanges(db: Db) {
  // An index look-up each: a token may have thousands of changes of single files.
  const query = db.$client.prepare<[UploadNames], { change: string }>(`
    select id, change from token_updates
      where token_id = @tokenId and identifier is null and filename is null
    union all select id, change from token_updates
      where token_id = @tokenId and identifier = @identifier
    union all select id, change from token_updates
      where token_id = @tokenId and identifier is null and filename = @filename
    order by id`);

  function ofNames(names: UploadNames): TokenChange {
    const changes = query.all(names).map(({ change }) => JSON.parse(change) as TokenChange);
    return Object.assign({}, ...changes) as TokenChange;
  }

  return {
    ofNames,
    /** The newest of each parameter. */
    of: ({ tokenId, filename, identity }: Upload): TokenChange =>
      ofNames({ tokenId, filename, identifier: identity?.identifier ?? null }),
  };
}
