/** A photo, or video: what was collected, whatever its bytes are at the moment. */
export type Photo = {
  id: number;
  treeId: number;
  /** The secret in its address. */
  token: string;
  tokenId: number;
  userId: number;
  title: string;
  description: string;
  tags: string;
  albumId: string;
  published: boolean;
  publishDate: number | null;
  absoluteUrl: string;
  createdAt: number;
  /** Its bytes as they are now. */
  original: Original;
};

/** The bytes of a photo at a time. They never change: a photo whose bytes are replaced gets another original. */
export type Original = {
  id: number;
  photoId: number;
  /** 1 for the first of its photo. */
  version: number;
  uploadId: number;
  /** Names its file on the disk, and is the upload's. */
  file: string;
  /** As its owner knows it. */
  filename: string;
  /** By content. */
  type: string;
  /** In bytes. */
  size: number;
  createdAt: number;
};

/**
 * The moment from which a photo is published, in milliseconds since 1970: -Infinity where it always was; null where
 * it never will be.
 */
export function publishedFrom({
  published,
  publishDate,
}: Pick<Photo, "published" | "publishDate">): number | null {
  return published ? -Infinity : publishDate;
}

/** Whether everybody may see the photo in the list at this moment. */
export function isPublished(photo: Pick<Photo, "published" | "publishDate">, now: number): boolean {
  const from = publishedFrom(photo);
  return from !== null && from <= now;
}

export type NewPhoto = Pick<Photo, "token" | "treeId">;

/** The rest comes from its upload. */
export type NewOriginal = Pick<Original, "type" | "size">;

export type PhotoFilter = {
  photoId?: number;
  tokenId?: number;
  /** Published ones only, at this moment. */
  publishedAt?: number;
  offset: number;
  limit: number;
};

export interface PhotoRecords {
  byId(id: number): Promise<Photo | undefined>;
  /** The photo that an upload made, or made a new original for; with its bytes as they are now. */
  byUpload(uploadId: number): Promise<Photo | undefined>;
  /** Newest first. */
  list(filter: PhotoFilter): Promise<{ photos: Photo[]; total: number }>;
}
