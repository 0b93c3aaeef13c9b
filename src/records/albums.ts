import type { Photo } from "./photos.ts";

export type Album = {
  id: number;
  /** Opens its photos, and the album where it is hidden. */
  token: string;
  /** The owner: the id of an API key; 0 is the operator. */
  userId: number;
  title: string;
  /** Safe HTML. */
  description: string;
  /** Shown to nobody without its token or a key. */
  hidden: boolean;
  createdAt: number;
  updatedAt: number | null;
};

export type NewAlbum = Omit<Album, "id" | "updatedAt">;

export type AlbumOrder = "created" | "edited" | "title";

export type AlbumFilter = {
  albumId?: number;
  userId?: number;
  /** Albums that this photo is in. */
  photoId?: number;
  /** Has each of these words in its title or description, the last perhaps not to its end. */
  search?: string;
  /** Hidden ones as well. */
  hidden: boolean;
  order: AlbumOrder;
  ascending: boolean;
  offset: number;
  limit: number;
};

/** An album with what is in it: of photos outside the trash, all or the published ones. */
export type AlbumWithPhotos = { album: Album; photos: number; cover: Photo | undefined };

export interface AlbumRecords {
  add(album: NewAlbum): Promise<Album>;
  byId(id: number): Promise<Album | undefined>;
  /** False where there is no such album. */
  update(
    id: number,
    set: Partial<Pick<Album, "title" | "description" | "hidden">>,
    now: number,
  ): Promise<boolean>;
  /**
   * Deletes an album: from now on it is not there, and when this answers no photo names it any more. Its photos stay.
   * False where there is no such album.
   */
  delete(id: number, now: number): Promise<boolean>;
  /** Goes on with deleting where the last process ended in the middle. */
  finishDeleting(): Promise<void>;
  /** Those of these albums that are not there. */
  missing(ids: readonly number[]): Promise<number[]>;
  /** @param publishedAt counts and shows photos that are published at this moment; undefined: all */
  list(
    filter: AlbumFilter,
    publishedAt: number | undefined,
  ): Promise<{ albums: AlbumWithPhotos[]; total: number }>;
}
