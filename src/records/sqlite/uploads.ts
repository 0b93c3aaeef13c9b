import { and, eq, gt, isNotNull, sql } from "drizzle-orm";
import type {
  Photo,
  Transacted,
  UploadDecision,
  UploadKey,
  UploadRecords,
  UploadView,
} from "../records.ts";
import { uploadChanges } from "./changes.ts";
import { durably, immediately, type Db } from "./db.ts";
import { saidDigests } from "./digests.ts";
import { extras } from "./extras.ts";
import type { Finders } from "./find.ts";
import type { PhotoIndex } from "./photo-index.ts";
import { reservedCount, unfinishedCount, usesCount } from "./reserved.ts";
import { uploads } from "./schema.ts";
import { uploadsUnderWay } from "./under-way.ts";
import { FINISHED_IN_CHUNKS, HOLDS, LIVE, LIVE_OF_TOKEN } from "./states.ts";

/**
 * @param turn asked for before slices of what is long
 * @param onPhoto called with each photo that was made, or got a new original, when its transaction has ended
 */
export function uploadRecords(
  db: Db,
  finders: Finders,
  index: PhotoIndex,
  turn: () => Promise<void>,
  onPhoto: (photo: Photo) => void,
): UploadRecords {
  const find = finders.uploads;
  const kept = extras(db);
  const viewOf = uploadViews(db, finders);
  const apply = uploadChanges(db, finders, kept, index);
  const touch = db
    .update(uploads)
    .set({ lastByteAt: sql`${sql.placeholder("now")}` })
    .where(and(eq(uploads.id, sql.placeholder("id")), LIVE, HOLDS))
    .prepare();

  function transact<Value>(
    key: UploadKey,
    now: number,
    decide: (view: UploadView) => UploadDecision<Value>,
  ): Transacted<Value> & { isMade: boolean } {
    return db.transaction((tx) => {
      const view = viewOf(key, now);
      const { changes, value } = decide(view);
      const at = { tx, now, tokenId: "id" in key ? undefined : key.tokenId };
      let progress = { upload: view.upload, photo: view.photo, isMade: false };
      for (const change of changes) progress = apply(at, progress, change);
      return { value, ...progress };
    }, immediately);
  }

  return {
    byIdentity: async (tokenId, identity) => find.byIdentity(tokenId, identity),
    byId: async (id) => find.byId(id),
    transact: async (key, now, decide, { durable = false } = {}) => {
      const { value, upload, photo, isMade } = durable
        ? durably(db, () => transact(key, now, decide))
        : transact(key, now, decide);
      if (photo && isMade) onPhoto(photo);
      return { value, upload, photo };
    },
    touch: async (id, now) => touch.run({ id, now }).changes > 0,
    ...saidDigests(db),
    extra: async (id) => kept.of(id),
    underWay: uploadsUnderWay(db, turn),
    prospects: prospects(db, finders),
  };
}

function uploadViews(db: Db, { uploads: find, photos: photo, tokens: token }: Finders) {
  const reserved = reservedCount(db);
  const unfinished = unfinishedCount(db);

  return (key: UploadKey, now: number): UploadView => {
    const upload = uploadOf(key);
    const tokenId = "id" in key ? upload?.tokenId : key.tokenId;
    const owner = tokenId === undefined ? undefined : token.byId(tokenId);
    const replaces = owner?.replaces ?? null;
    return {
      upload,
      photo: upload?.state === "finished" ? photo.byUpload(upload.id) : undefined,
      token: owner,
      replaced: replaces === null ? undefined : photo.byId(replaces),
      reserved: tokenId === undefined ? 0 : reserved({ tokenId, now, except: upload?.id ?? 0 }),
      unfinished: "id" in key ? 0 : unfinished(key.tokenId),
    };
  };

  function uploadOf(key: UploadKey) {
    if ("id" in key) return find.byId(key.id);
    return key.identity ? find.byIdentity(key.tokenId, key.identity) : undefined;
  }
}

function prospects(db: Db, { tokens: token }: Finders): UploadRecords["prospects"] {
  const uses = usesCount(db);
  const unfinished = db
    .select({ id: uploads.id })
    .from(uploads)
    .where(and(LIVE_OF_TOKEN, isNotNull(uploads.identifier)))
    .limit(1)
    .prepare();
  const finished = db
    .select({ id: uploads.id })
    .from(uploads)
    .where(
      and(
        eq(uploads.tokenId, sql.placeholder("tokenId")),
        FINISHED_IN_CHUNKS,
        gt(uploads.lastByteAt, sql.placeholder("since")),
      ),
    )
    .limit(1)
    .prepare();
  return async (tokenId, now, finishedSince) => ({
    free: uses(token.byId(tokenId), now).free,
    unfinishedChunked: unfinished.get({ tokenId }) !== undefined,
    finishedChunked: finished.get({ tokenId, since: finishedSince }) !== undefined,
  });
}
