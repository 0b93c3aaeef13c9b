import { and, eq, sql } from "drizzle-orm";
import type { Identity, Photo, Upload, UploadToken } from "../records.ts";
import type { Db } from "./db.ts";
import { toUpload } from "./row.ts";
import { originals, photos, uploads, uploadTokens } from "./schema.ts";

export type Finders = ReturnType<typeof finders>;

/** The look-ups that several parts of the records share: each statement that is prepared takes memory. */
export function finders(db: Db) {
  return { uploads: uploadFinder(db), photos: photoFinder(db), tokens: tokenFinder(db) };
}

/** Looks up uploads. */
function uploadFinder(db: Db) {
  const byId = db
    .select()
    .from(uploads)
    .where(eq(uploads.id, sql.placeholder("id")))
    .prepare();
  const byIdentity = db
    .select()
    .from(uploads)
    .where(
      and(
        eq(uploads.tokenId, sql.placeholder("tokenId")),
        eq(uploads.identifier, sql.placeholder("identifier")),
        eq(uploads.totalSize, sql.placeholder("totalSize")),
        eq(uploads.chunkSize, sql.placeholder("chunkSize")),
        eq(uploads.filename, sql.placeholder("filename")),
      ),
    )
    .prepare();
  return {
    byId: (id: number): Upload | undefined => {
      const row = byId.get({ id });
      return row && toUpload(row);
    },
    byIdentity: (tokenId: number, identity: Identity): Upload | undefined => {
      const row = byIdentity.get({ tokenId, ...identity });
      return row && toUpload(row);
    },
  };
}

/** Photos with their current originals. */
export function selectPhotos(db: Db) {
  return db
    .select({
      id: photos.id,
      treeId: photos.treeId,
      token: photos.token,
      tokenId: photos.tokenId,
      userId: photos.userId,
      title: photos.title,
      description: photos.description,
      tags: photos.tags,
      albumId: photos.albumId,
      published: photos.published,
      publishDate: photos.publishDate,
      absoluteUrl: photos.absoluteUrl,
      createdAt: photos.createdAt,
      updatedAt: photos.updatedAt,
      deletedAt: photos.deletedAt,
      takenAt: photos.takenAt,
      original: {
        id: originals.id,
        photoId: originals.photoId,
        version: originals.version,
        uploadId: originals.uploadId,
        file: originals.file,
        filename: originals.filename,
        type: originals.type,
        size: originals.size,
        createdAt: originals.createdAt,
        sha256: originals.sha256,
      },
    })
    .from(photos)
    .innerJoin(originals, eq(originals.id, photos.originalId));
}

/** Looks up photos. */
function photoFinder(db: Db) {
  const byId = selectPhotos(db)
    .where(eq(photos.id, sql.placeholder("id")))
    .prepare();
  const byUpload = selectPhotos(db)
    .where(
      sql`${photos.id} = (select made.photo_id from ${originals} as made
        where made.upload_id = ${sql.placeholder("uploadId")})`,
    )
    .prepare();
  const placeOf = db
    .select({
      treeId: photos.treeId,
      photoId: originals.photoId,
      file: originals.file,
      size: originals.size,
    })
    .from(originals)
    .innerJoin(photos, eq(photos.id, originals.photoId))
    .where(eq(originals.uploadId, sql.placeholder("uploadId")))
    .prepare();
  return {
    placeOf: (uploadId: number) => placeOf.get({ uploadId }),
    byId: (id: number): Photo | undefined => byId.get({ id }),
    byUpload: (uploadId: number): Photo | undefined => byUpload.get({ uploadId }),
  };
}

/** Looks up upload tokens. */
function tokenFinder(db: Db) {
  const byHash = db
    .select()
    .from(uploadTokens)
    .where(eq(uploadTokens.hash, sql.placeholder("hash")))
    .prepare();
  const byId = db
    .select()
    .from(uploadTokens)
    .where(eq(uploadTokens.id, sql.placeholder("id")))
    .prepare();
  return {
    byHash: (hash: string): UploadToken | undefined => {
      const row = byHash.get({ hash });
      return row && withoutSecrets(row);
    },
    byId: (id: number): UploadToken | undefined => {
      const row = byId.get({ id });
      return row && withoutSecrets(row);
    },
    sealed: (id: number): string | null | undefined => byId.get({ id })?.sealedToken,
  };
}

export function withoutSecrets(row: typeof uploadTokens.$inferSelect): UploadToken {
  const { hash, sealedToken, ...token } = row;
  const { direct, sender, ask } = token;
  return { ...token, direct: direct === true, sender: sender ?? "", ask: ask ?? [] };
}
