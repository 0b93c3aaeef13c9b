import type { Happening } from "../callback/pingback.ts";
import { changeTags } from "../photo/tags.ts";
import { noSuchPhoto, Problem } from "../problem.ts";
import { isPublished } from "../records/photos.ts";
import type { Photo, PhotoChange, PhotoDecision, PhotoMetadata } from "../records/records.ts";

/** What becomes of a photo: decisions that the records apply inside one transaction each (PhotoRecords.transact). */

/** There is nothing to be decided of. @throws Problem no_such_photo */
export type PhotoRule = (photo: Photo | undefined) => PhotoDecision<Happening | "unchanged">;

/** The photo that is shown, or would be if it were published. @throws Problem no_such_photo where it is in the trash, too */
export function requireShown(photo: Photo | undefined): Photo {
  if (!photo || photo.deletedAt !== null) throw noSuchPhoto();
  return photo;
}

/**
 * What new metadata changes of a photo (protocol 6, `update`): what is not said stays, and what is so already is no change.
 * A time of publication that is over or taken back leaves the photo published or not, as it is at this moment.
 */
export function changesOf(
  photo: Photo,
  said: Partial<PhotoMetadata>,
  now: number,
): readonly PhotoChange[] {
  const set = { ...said };
  if (set.publishDate === null && set.published === undefined) {
    set.published = isPublished(photo, now);
  }
  const differs = (Object.keys(set) as (keyof PhotoMetadata)[]).some(
    (name) => set[name] !== photo[name],
  );
  return differs ? [{ kind: "update", set }] : [];
}

export function decideUpdate(said: Partial<PhotoMetadata>, now: number): PhotoRule {
  return (photo) => {
    const changes = changesOf(requireShown(photo), said, now);
    return { changes, value: changes.length > 0 ? "updated" : "unchanged" };
  };
}

/** What is done to many photos at once (protocol 6, `change-many`), each as it is then. Albums are ids, tags texts of tags. */
export type ManyChange = {
  addTags: string;
  removeTags: string;
  addAlbums: readonly string[];
  removeAlbums: readonly string[];
  /** Undefined: as it is. */
  publish: boolean | undefined;
  /** It goes to the trash, or comes out of it. */
  trash: "in" | "out" | undefined;
};

/** Characters of tags, and albums of a photo, as other methods take them (protocol 3). */
const LIMITS = { tags: 4096, albums: 100 };

/**
 * A photo that is so already is no failure: whoever lost the answer asks again. So is one that is to go to the trash and is
 * there. @throws Problem no_such_photo; invalid_input where it would have too many tags or albums
 */
export function decideMany(change: ManyChange, now: number): PhotoRule {
  return (photo) => {
    if (!photo) throw noSuchPhoto();
    if (photo.deletedAt !== null && change.trash === undefined) throw noSuchPhoto();
    if (photo.deletedAt !== null && change.trash === "in")
      return { changes: [], value: "unchanged" };
    const update = changesOf(photo, saidOf(photo, change), now);
    if (change.trash === "in") return { changes: [...update, { kind: "trash" }], value: "trashed" };
    if (photo.deletedAt !== null) {
      return { changes: [{ kind: "restore" }, ...update], value: "restored" };
    }
    return { changes: update, value: update.length > 0 ? "updated" : "unchanged" };
  };
}

function saidOf(photo: Photo, change: ManyChange): Partial<PhotoMetadata> {
  const tags = changeTags(photo.tags, { add: change.addTags, remove: change.removeTags });
  const had = photo.albumId === "" ? [] : photo.albumId.split(",");
  const kept = had.filter((id) => !change.removeAlbums.includes(id));
  const albums = [...new Set([...kept, ...change.addAlbums])];
  if (tags.length > LIMITS.tags && tags.length > photo.tags.length) {
    throw new Problem(
      "invalid_input",
      `The photo would have more than ${LIMITS.tags} characters of tags.`,
    );
  }
  if (albums.length > LIMITS.albums && albums.length > had.length) {
    throw new Problem("invalid_input", `The photo would be in more than ${LIMITS.albums} albums.`);
  }
  return {
    tags,
    albumId: albums.join(","),
    ...(change.publish !== undefined && { published: change.publish, publishDate: null }),
  };
}

/** @param mayGo a further condition, of the photo as it is then: where it does not hold there is no such photo for the caller */
export function decideTrash(mayGo: (photo: Photo) => boolean = () => true): PhotoRule {
  return (photo) => {
    if (!mayGo(requireShown(photo))) throw noSuchPhoto();
    return { changes: [{ kind: "trash" }], value: "trashed" };
  };
}

/** A photo that is not in the trash stays as it is: its caller may have lost the answer. */
export function decideRestore(): PhotoRule {
  return (photo) => {
    if (!photo) throw noSuchPhoto();
    if (photo.deletedAt === null) return { changes: [], value: "unchanged" };
    return { changes: [{ kind: "restore" }], value: "restored" };
  };
}

/** For good, from the trash or not. */
export function decideRemoval(): PhotoRule {
  return (photo) => {
    if (!photo) throw noSuchPhoto();
    return { changes: [{ kind: "remove" }], value: "removed" };
  };
}

/** For good, where it is in the trash since before then: somebody may have restored it meanwhile. */
export function decideExpiry(before: number): PhotoRule {
  return (photo) => {
    const isOld = photo !== undefined && photo.deletedAt !== null && photo.deletedAt < before;
    if (!isOld) return { changes: [], value: "unchanged" };
    return { changes: [{ kind: "remove" }], value: "removed" };
  };
}
