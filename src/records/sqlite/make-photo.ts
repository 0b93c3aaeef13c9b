import type { Photo, Upload, UploadChange, UploadToken } from "../records.ts";
import type { Db } from "./db.ts";
import { withoutSecrets, type Finders } from "./find.ts";
import { mediaQueuer } from "./media-jobs.ts";
import { toUpload } from "./row.ts";
import { photoStatements } from "./photo-statements.ts";
import type { PhotoIndex } from "./photo-index.ts";
import { remover } from "./remove.ts";
import type { teller } from "./tell.ts";
import { tokenChanges } from "./token-changes.ts";

type PhotoChange = Extract<UploadChange, { kind: "photo" }>;

/**
 * Makes the photo of an upload, or a new original of the photo that it replaces, exactly once: the upload's
 * change to finished is the condition. Call it inside a transaction, which has to be undone where this throws.
 */
export function photoMaker(
  db: Db,
  find: Finders["photos"],
  tell: ReturnType<typeof teller>,
  index: PhotoIndex,
) {
  const statements = photoStatements(db);
  const remove = remover(db);
  const changes = tokenChanges(db);
  const media = mediaQueuer(db);
  const lastId = lastIdOf(db);

  function insertNew(
    upload: Upload,
    change: PhotoChange,
    token: UploadToken,
    originalId: number,
    now: number,
  ): number {
    const id = lastId("photos") + 1;
    const { treeId, token: secret } = change.photo(id);
    statements.insertPhoto.run({
      ...token,
      published: token.publish,
      ...changes.of(upload),
      tokenId: token.id,
      id,
      treeId,
      token: secret,
      originalId,
      now,
    });
    return id;
  }

  /** Answers the version that the new original of the photo is. The old one's file is removed, and what was made of it. */
  function replaceOld(before: Photo, originalId: number, now: number): number {
    const photoId = before.id;
    statements.replace.run({ originalId, photoId, now });
    remove.fileOf(before, now);
    media.delete(before.original.id);
    return (statements.lastVersion.get({ photoId })?.version ?? 0) + 1;
  }

  return (upload: Upload, change: PhotoChange, now: number): { upload: Upload; photo: Photo } => {
    const finished = statements.finish.get({ uploadId: upload.id, now });
    if (!finished)
      throw new Error(`Upload ${upload.id} is ${upload.state}: no photo is made of it`);
    const consumed = statements.consume.get({ tokenId: upload.tokenId });
    if (!consumed) throw new Error(`Upload ${upload.id} has no token`);
    const token = withoutSecrets(consumed);
    const originalId = lastId("originals") + 1;
    const before = upload.replaces === null ? undefined : find.byId(upload.replaces);
    if (upload.replaces !== null && !before) {
      throw new Error(`Photo ${upload.replaces}, which is to be replaced, is not there`);
    }
    const behind = before && index.changing(before);
    const [photoId, version] = before
      ? [before.id, replaceOld(before, originalId, now)]
      : [insertNew(upload, change, token, originalId, now), 1];
    const { id: uploadId, file, filename } = upload;
    const { type, size, sha256 = null } = change.original;
    const row = { originalId, photoId, version, uploadId, file, filename, type, size, sha256 };
    statements.insertOriginal.run({ ...row, now });
    media.add(originalId, now);
    const made = find.byId(photoId);
    if (!made) throw new Error(`Photo ${photoId} has no original`);
    const photo = behind ? (behind(made, now) ?? made) : index.make(made, now);
    const delivery = change.delivery(photo);
    if (delivery) tell.success(delivery, uploadId, now);
    if (change.pingbacks) tell.pingbacks(change.pingbacks(photo), photoId, now);
    return { upload: toUpload(finished), photo };
  };
}

/** Looks up the last id that was given in a table whose ids are never given twice; 0 where there was none. */
export function lastIdOf(db: Db) {
  const query = db.$client.prepare<[string], { seq: number }>(
    "select seq from sqlite_sequence where name = ?",
  );
  return (table: "photos" | "originals"): number => query.get(table)?.seq ?? 0;
}
