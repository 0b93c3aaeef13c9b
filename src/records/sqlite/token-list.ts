import { and, desc, inArray, isNull, lt } from "drizzle-orm";
import { wordMatcher } from "../../photo/words.ts";
import { tokenStanding } from "../tokens.ts";
import type { TokenFilter, TokenRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { withoutSecrets } from "./find.ts";
import { uploadTokens } from "./schema.ts";

/** Rows that are looked at in one slice: a millisecond's work, or two with words. */
const SLICE = 500;

/** What a filter looks at: the other columns are read of those alone that meet it. */
const LOOKED_AT = {
  id: uploadTokens.id,
  userId: uploadTokens.userId,
  title: uploadTokens.title,
  sender: uploadTokens.sender,
  maxUploads: uploadTokens.maxUploads,
  consumed: uploadTokens.consumed,
  validUntil: uploadTokens.validUntil,
  revokedAt: uploadTokens.revokedAt,
};

type Row = Pick<typeof uploadTokens.$inferSelect, keyof typeof LOOKED_AT>;

/**
 * Upload and replace tokens, newest first, behind one another by their ids. How a token stands depends on the time, so that no
 * index knows it: rows are looked at in slices until a page is full.
 * @param turn asked for before each slice but the first
 */
export function tokenPages(db: Db, turn: () => Promise<void>): TokenRecords["page"] {
  const slice = (before: number) =>
    db
      .select(LOOKED_AT)
      .from(uploadTokens)
      .where(and(isNull(uploadTokens.direct), lt(uploadTokens.id, before)))
      .orderBy(desc(uploadTokens.id))
      .limit(SLICE)
      .all();
  const read = (ids: readonly number[]) =>
    db
      .select()
      .from(uploadTokens)
      .where(inArray(uploadTokens.id, [...ids]))
      .orderBy(desc(uploadTokens.id))
      .all()
      .map(withoutSecrets);

  return async (filter) => {
    const { tokenId, limit } = filter;
    const isMeant = matching(filter);
    let before = filter.after ?? Number.MAX_SAFE_INTEGER;
    if (tokenId !== undefined) before = Math.min(before, tokenId + 1);
    const found: number[] = [];
    for (;;) {
      const rows = slice(before);
      for (const row of rows) {
        if (isMeant(row)) found.push(row.id);
        if (found.length > limit) break;
      }
      const last = rows.at(-1)?.id ?? 0;
      if (found.length > limit || rows.length < SLICE) break;
      if (tokenId !== undefined && last <= tokenId) break;
      before = last;
      await turn();
    }
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const isMore = last !== undefined && found.length > limit;
    return { tokens: shown.length === 0 ? [] : read(shown), ...(isMore && { next: last }) };
  };
}

function matching({ tokenId, userId, state, search }: TokenFilter): (row: Row) => boolean {
  const hasWords = search === undefined ? undefined : wordMatcher(search);
  return (row) => {
    if (tokenId !== undefined && row.id !== tokenId) return false;
    if (userId !== undefined && row.userId !== userId) return false;
    if (state && tokenStanding(row, state.now) !== state.is) return false;
    return hasWords?.(`${row.title} ${row.sender ?? ""}`) ?? true;
  };
}
