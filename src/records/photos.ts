import type { NewPingback } from "./deliveries.ts";

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
  /** When its metadata or its bytes were changed last; null where they never were. */
  updatedAt: number | null;
  /** In the trash since then: shown to nobody, and removed after a while. */
  deletedAt: number | null;
  /** When it was taken, as its file says; null where that is not known. */
  takenAt: number | null;
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
  /** SHA-256 of the bytes, hexadecimal; null until it is known. */
  sha256: string | null;
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
export type NewOriginal = Pick<Original, "type" | "size"> & Partial<Pick<Original, "sha256">>;

/** Of `taken`: of photos of which that is not known, when they came. */
export type PhotoOrder = "created" | "published" | "taken" | "title";

/** Where a photo stands in an order: what it is put in order by, and its id. */
export type PhotoPlace = { key: string | number; id: number };

/** From, inclusively, until, exclusively, in milliseconds since 1970. */
export type TimeSpan = { from: number; until: number };

/** Photos that meet all that is said. Those in the trash meet it only where `inTrash` is said. */
export type PhotoFilter = {
  photoId?: number;
  tokenId?: number;
  /** Published ones only, at this moment. */
  publishedAt?: number;
  /** Those that are not published at this moment. */
  unpublishedAt?: number;
  albumId?: number;
  userId?: number;
  /** Has all of these, or any; as `tagKey` has them. Of no tags at all: any photo, or none. */
  tags?: { mode: "all" | "any"; keys: readonly string[] };
  /** Has these words in its title, description, tags or file name, the last perhaps not to its end. */
  search?: string;
  video?: boolean;
  audio?: boolean;
  /** Came in this time. */
  created?: TimeSpan;
  /** Was taken in this time; of a photo of which that is not known, came in it. */
  taken?: TimeSpan;
  inTrash?: true;
  /** Default: created. */
  order?: PhotoOrder;
  /** Default: the newest, latest or last first. */
  ascending?: true;
  /** Begins behind this place. */
  after?: PhotoPlace;
  /** Ends with the last that is not behind this place. */
  until?: PhotoPlace;
  /** Of those that are asked for, to pass over. */
  offset: number;
  limit: number;
};

/** What a filter asks for, whatever part of it is looked at. */
export type PhotoQuestion = Omit<PhotoFilter, "offset" | "limit" | "after" | "until">;

/** Whether a filter asks for what photos of earlier versions have not at once (`whenIndexed`). */
export function asksForIndex(filter: PhotoQuestion): boolean {
  const { albumId, userId, tags, search, video, audio } = filter;
  return [albumId, userId, tags, search, video, audio].some((asked) => asked !== undefined);
}

export type PhotoPage = {
  photos: Photo[];
  /** How many there are on all pages, whatever `after` and `offset` are. */
  total: number;
  /** The place of the last of them, where more follow. */
  next?: PhotoPlace;
};

/** Photos that follow one another in an order and belong to one day. */
export type PhotoSegment = {
  /** `2026-11-27`: of what the order goes by. Empty in the order of titles. */
  day: string;
  count: number;
  /** The place behind which its photos stand, which is no photo's own. They end with the place of the next segment. */
  after: PhotoPlace;
};

/** Where segments are cut, beside the ends of days. */
export type SegmentCut = {
  /** Photos of a segment at most. */
  most: number;
  /** Minutes that the clocks by which days are told are ahead of UTC. */
  utcOffset: number;
  /** IANA name of their time zone, such as `Europe/Berlin`; without one they are always so far ahead. */
  timeZone?: string;
};

/** What is said of a photo, and may be changed. */
export type PhotoMetadata = Pick<
  Photo,
  "title" | "description" | "tags" | "albumId" | "published" | "publishDate" | "absoluteUrl"
>;

/** What a decision about a photo changes, in this order. None: nothing is written. */
export type PhotoChange =
  | { kind: "update"; set: Partial<PhotoMetadata> }
  /** When it was taken, as its file says. */
  | { kind: "taken"; at: number | null }
  /** It goes to the trash. */
  | { kind: "trash" }
  /** It comes out of the trash. */
  | { kind: "restore" }
  /**
   * It is gone, with all that is on record of it, and its files are on the list of removals. Uploads under way that would have
   * given it a new original fail.
   */
  | { kind: "remove" }
  /** Pingbacks, made from what the photo is then; of one that is removed, from what it was. */
  | { kind: "pingbacks"; of: (photo: Photo) => readonly NewPingback[] };

export type PhotoDecision<Value> = { changes: readonly PhotoChange[]; value: Value };

/** The file of an original that no photo has any more, until it is deleted. */
export type Removal = { id: number; treeId: number; photoId: number; file: string; size: number };

export interface RemovalRecords {
  /** Files that were taken from their photos before then, the longest ago first, in slices. */
  before(at: number): AsyncIterable<Removal[]>;
  /** Those that were this photo's. */
  ofPhoto(photoId: number): Promise<Removal[]>;
  /** Which of these files are on the list. */
  among(files: readonly string[]): Promise<Set<string>>;
  /** Takes times after now, by a clock that was ahead, for now. In slices; yields how many. */
  clampFuture(now: number): AsyncIterable<number>;
  /** Their files are deleted. */
  done(ids: readonly number[]): Promise<void>;
}

/** The bytes of a photo, in the way that files are looked for. */
export type StoredOriginal = Pick<Original, "id" | "photoId" | "file" | "size" | "sha256"> & {
  treeId: number;
};

/** Originals that photos have now, also photos in the trash: for those who read all of them. */
export interface OriginalRecords {
  /**
   * Those of the originals behind an id, by id, that photos still have.
   * @param unhashed only those whose hash is not known
   * @returns undefined where no original is behind that id; `last` is the id to go on from
   */
  after(
    id: number,
    limit: number,
    unhashed: boolean,
  ): Promise<{ originals: StoredOriginal[]; last: number } | undefined>;
  /** Undefined where no photo has it any more. */
  byId(id: number): Promise<StoredOriginal | undefined>;
  /** The last id that an original was given. */
  lastId(): Promise<number>;
  /** How many there are, and their bytes: a look at each. Not for the thread that receives. */
  total(): Promise<{ count: number; bytes: number }>;
  /** The hash of its bytes is known now. One that is known already stays. */
  noteHash(id: number, sha256: string): Promise<void>;
  /** What may lie in a photo's folder: the file of the original that it has now, and those that wait for their removal. */
  filesOf(photoId: number): Promise<{ treeId: number; file: string }[]>;
}

export interface PhotoRecords {
  /** Also one in the trash. */
  byId(id: number): Promise<Photo | undefined>;
  /**
   * One transaction on a photo, which is on the disk when this answers: what `decide` sees stays true until what it decides
   * is written. It must be a pure function, which may be asked again. Where it throws, nothing is written, and this throws
   * the same.
   * @returns the photo as it is now; undefined where there was none, or it is removed
   */
  transact<Value>(
    id: number,
    now: number,
    decide: (photo: Photo | undefined) => PhotoDecision<Value>,
  ): Promise<{ value: Value; photo: Photo | undefined }>;
  /** The same for each of a few photos, all in one transaction: where `decide` throws for one, none is changed. */
  transactEach<Value>(
    ids: readonly number[],
    now: number,
    decide: (photo: Photo | undefined) => PhotoDecision<Value>,
  ): Promise<{ value: Value; photo: Photo | undefined }[]>;
  /** Photos that are in the trash since before then, the longest ago first, by id. */
  trashedBefore(at: number, limit: number): Promise<number[]>;
  /** Takes those that came into the trash after now, by a clock that was ahead, for come now. In slices; yields how many. */
  clampTrash(now: number): AsyncIterable<number>;
  /** The photo that an upload made, or made a new original for; with its bytes as they are now. Undefined where it was removed. */
  byUpload(uploadId: number): Promise<Photo | undefined>;
  /**
   * Where the file of the original belongs that an upload made, be it the photo's still or not, and how long it is.
   * Undefined where it made none, or its photo was removed.
   */
  placeOf(
    uploadId: number,
  ): Promise<({ treeId: number } & Pick<Original, "photoId" | "file" | "size">) | undefined>;
  /** The upload that made the photo, whatever has replaced its bytes since; undefined where there is no such photo. */
  firstUpload(photoId: number): Promise<number | undefined>;
  /** Those with ids above this one, in their order; also those in the trash. For whoever goes through all of them. */
  after(id: number, limit: number): Promise<Photo[]>;
  /** Where it asks for albums, owners, tags, words or kinds of file it waits for `whenIndexed`. */
  list(filter: PhotoFilter): Promise<PhotoPage>;
  /** All photos of a filter in its order, cut into segments, in slices. It waits as `list` does. */
  segments(filter: PhotoQuestion, cut: SegmentCut): Promise<PhotoSegment[]>;
  /** Photos of earlier versions can be found by all that a filter may say. The first who asks begins with it. */
  whenIndexed(): Promise<void>;
  /** Reads what a search by first letters needs of very many photos before it is asked for, when all are indexed. */
  prepareSearch(): Promise<void>;
}
