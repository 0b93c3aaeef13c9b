import { desc, eq, inArray } from "drizzle-orm";
import type { UnderWay, UploadRecords } from "../records.ts";
import type { Db } from "./db.ts";
import { toUpload } from "./row.ts";
import { uploads, uploadTokens } from "./schema.ts";

/** Rows that are looked at in one slice: about a millisecond's work. */
const SLICE = 500;

type Row = { id: number; owner: number };

/**
 * Uploads that are receiving or finalizing, newest first.
 * @param turn asked for before each slice but the first
 */
export function uploadsUnderWay(db: Db, turn: () => Promise<void>): UploadRecords["underWay"] {
  // In the indexes' own words (states.ts). A token has some thousand of these at most.
  const live = "u.state in ('receiving', 'finalizing') and u.kept_until is null";
  const owned =
    "select u.id, t.user_id as owner from uploads u join upload_tokens t on t.id = u.token_id";
  // Prepared when they are asked for, which is seldom: each takes memory.
  const allBehind = () =>
    db.$client.prepare<[number], Row>(
      `${owned} where ${live} and u.id < ? order by u.id desc limit ${SLICE}`,
    );
  const ofTokenBehind = () =>
    db.$client.prepare<[number, number], Row>(
      `${owned} where u.token_id = ? and u.state <> 'finished' and ${live} and u.id < ?
        order by +u.id desc limit ${SLICE}`,
    );

  function sliceOf(tokenId: number | undefined): (before: number) => Row[] {
    if (tokenId === undefined) {
      const all = allBehind();
      return (before) => all.all(before);
    }
    const some = ofTokenBehind();
    return (before) => some.all(tokenId, before);
  }

  function read(ids: readonly number[]): UnderWay[] {
    return db
      .select({ upload: uploads, direct: uploadTokens.direct })
      .from(uploads)
      .innerJoin(uploadTokens, eq(uploadTokens.id, uploads.tokenId))
      .where(inArray(uploads.id, [...ids]))
      .orderBy(desc(uploads.id))
      .all()
      .flatMap(({ upload, direct }) => {
        const { state, ...row } = toUpload(upload);
        const isLive = state === "receiving" || state === "finalizing";
        return isLive ? [{ ...row, state, direct: direct === true }] : [];
      });
  }

  return async ({ tokenId, userId, after, limit }) => {
    let before = after ?? Number.MAX_SAFE_INTEGER;
    const slice = sliceOf(tokenId);
    const found: number[] = [];
    for (;;) {
      const rows = slice(before);
      for (const { id, owner } of rows) {
        if (userId === undefined || owner === userId) found.push(id);
        if (found.length > limit) break;
      }
      const last = rows.at(-1)?.id;
      if (last === undefined || found.length > limit || rows.length < SLICE) break;
      before = last;
      await turn();
    }
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const isMore = last !== undefined && found.length > limit;
    return { uploads: shown.length === 0 ? [] : read(shown), ...(isMore && { next: last }) };
  };
}
