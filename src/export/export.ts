import { existsSync, statSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findOriginal } from "../files/find-original.ts";
import { deleteEmptyFolder, isMissing, lengthAt } from "../files/move.ts";
import { hashSecret } from "../random.ts";
import type { Exported, Manifest } from "../records/manifest.ts";
import type { Original, Photo, Records } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import { copyWhole, syncFolder, writeWhole } from "./copy.ts";
import { folderFor, metadataPath, pathFor, type AlbumTitle } from "./place.ts";

/** The folder within an export's folder that holds its manifest, and files that are being written. */
export const OWN_FOLDER = ".redeem-export";

/** Photos that are read, named and noted together; and how many of these are copied at the same time. */
const TOGETHER = 64;
const PARALLEL = 8;

/** How often a photo is looked up again if its file is not where it was on record: it may be on its way to another place. */
const LOOKS = 3;

/** What is exported, and where to. */
export type ExportOptions = {
  records: Pick<Records, "photos">;
  manifest: Manifest;
  /** The data folder. */
  data: string;
  /** The folder to export to, which exists. */
  root: string;
  /** Whether photos in the trash are exported, too. */
  withTrash: boolean;
  /** Whether a photo is to be exported. */
  wants: (photo: Photo) => boolean;
  /** The albums of a photo; its file goes into the folder of the first one. */
  albumsOf: (photo: Photo) => Promise<AlbumTitle[]>;
  /** The metadata that is written beside the photo's file, without its path. */
  describe: (photo: Photo, albums: readonly AlbumTitle[]) => Promise<object>;
  onProgress: (progress: ExportProgress) => void;
  /** Told of a photo that could not be exported; the others are. */
  onProblem: (photo: Photo, path: string, why: string) => void;
  /** Told of a photo that was exported before and has been removed since, or is in the trash; its file stays. */
  onGone: (exported: Exported, inTrash: boolean) => void;
};

/** How far a run of an export has come. */
export type ExportProgress = {
  /** Photos whose files are there now, complete. */
  photos: number;
  /** Files among them that were copied in this run, and their bytes. */
  copied: number;
  bytes: number;
  /** Photos whose files were there before, and whose metadata has been written again. */
  updated: number;
  /** Photos that could not be exported, for a reason of their own. */
  failed: number;
  /** Photos that were exported before and are in the trash or gone. */
  gone: number;
};

/**
 * Copies photos into a folder, each with its metadata, and continues where an earlier run has stopped. However a run ends, the
 * files that it leaves are complete. Names are given in the order of the photos' ids, so that they do not depend on how often a
 * run was interrupted.
 * @throws Error of the system if nothing more can be written, such as ENOSPC
 */
export async function exportPhotos(options: ExportOptions): Promise<ExportProgress> {
  const { records, manifest, root, withTrash, onGone, onProgress } = options;
  await mkdir(join(root, OWN_FOLDER), { recursive: true, mode: 0o700 });
  const progress = { photos: 0, copied: 0, bytes: 0, updated: 0, failed: 0, gone: 0 };
  for (let last = 0; ;) {
    const page = await records.photos.after(last, TOGETHER);
    const until = page.length < TOGETHER ? Number.MAX_SAFE_INTEGER : (page.at(-1)?.id ?? last);
    const ids = new Map(page.map((photo) => [photo.id, photo]));
    for (const exported of manifest.between(last, until)) {
      const photo = ids.get(exported.photoId);
      if (photo && (photo.deletedAt === null || withTrash)) continue;
      progress.gone += 1;
      onGone(exported, photo !== undefined);
    }
    await exportSome(
      page.filter((photo) => isWanted(photo, options)),
      options,
      progress,
    );
    onProgress(progress);
    if (page.length < TOGETHER) return progress;
    await nextTurn();
    last = until;
  }
}

function isWanted(photo: Photo, { withTrash, wants }: ExportOptions): boolean {
  return (photo.deletedAt === null || withTrash) && wants(photo);
}

type Planned = { photo: Photo; path: string; albums: readonly AlbumTitle[] };
type Done = Planned & { metadataHash: string };

async function exportSome(
  photos: readonly Photo[],
  options: ExportOptions,
  progress: ExportProgress,
): Promise<void> {
  const { manifest, root } = options;
  const albums = await Promise.all(photos.map((photo) => options.albumsOf(photo)));
  const planned = manifest.together(() =>
    photos.map((photo, index): Planned => {
      const own = albums[index] ?? [];
      const folder = folderFor(manifest, own[0]);
      return { photo, albums: own, path: pathFor(manifest, root, folder, photo) };
    }),
  );
  const done: Done[] = [];
  let ended: { error: unknown } | undefined;
  const waiting = planned.values();
  const work = async () => {
    for (const plan of waiting) {
      if (ended) return;
      try {
        const made = await exportOne(plan, options, progress);
        if (made) done.push(made);
      } catch (error) {
        ended ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  await note(done, options);
  if (ended) throw ended.error;
}

/** Exports one photo. @returns undefined if it could not be, for a reason of its own */
async function exportOne(
  plan: Planned,
  options: ExportOptions,
  progress: ExportProgress,
): Promise<Done | undefined> {
  const { manifest, root, onProblem, onProgress } = options;
  const known = manifest.byId(plan.photo.id);
  try {
    const { photo, copied } = await bring(plan, known, options);
    const text = `${JSON.stringify({ ...(await options.describe(photo, plan.albums)), exported_as: plan.path }, undefined, 2)}\n`;
    const metadataHash = hashSecret(text);
    const to = join(root, metadataPath(plan.path));
    const isOld = known?.metadataHash !== metadataHash || lengthAt(to) === undefined;
    if (isOld) await writeWhole(text, to, partialOf(root, photo, "json"));
    progress.photos += 1;
    if (copied) {
      progress.copied += 1;
      progress.bytes += photo.original.size;
    } else if (isOld) progress.updated += 1;
    onProgress(progress);
    return { ...plan, photo, metadataHash };
  } catch (error) {
    if (!isOfOne(error) || !(await takesFiles(root, plan.photo))) throw error;
    progress.failed += 1;
    onProblem(plan.photo, plan.path, whyNot(error));
    return undefined;
  }
}

/** Copies the photo's file to its place, unless it is there. @returns the photo as it is now: its bytes may have been replaced meanwhile */
async function bring(
  { photo: first, path }: Planned,
  known: Exported | undefined,
  options: ExportOptions,
): Promise<{ photo: Photo; copied: boolean }> {
  const { records, data, root } = options;
  const to = join(root, path);
  let photo = first;
  for (let looks = 1; ; looks += 1) {
    const { original, id: photoId, treeId } = photo;
    if (isThere(to, original, known)) return { photo, copied: false };
    try {
      const from = findOriginal(data, { ...original, photoId, treeId });
      if (from === undefined) throw new NotWhole();
      const partial = partialOf(root, photo, "part");
      await copyWhole(from, to, partial, original.createdAt);
      if (lengthAt(to) === original.size) return { photo, copied: true };
      throw new NotWhole();
    } catch (error) {
      const mayBeMoved = error instanceof NotWhole || (isMissing(error) && existsSync(root));
      if (!mayBeMoved) throw error;
      if (looks === LOOKS) throw new NotWhole();
    }
    const fresh = await records.photos.byId(photoId);
    if (!fresh || !isWanted(fresh, options)) throw new Deleted();
    photo = fresh;
  }
}

/** Whether the disk that is exported to takes a file: then a failure was the photo's own, and not the disk's. */
async function takesFiles(root: string, photo: Photo): Promise<boolean> {
  const partial = partialOf(root, photo, "part");
  return writeWhole("x", `${partial}.part`, partial).then(
    () => rm(`${partial}.part`, { force: true }).then(() => true),
    () => false,
  );
}

/** FAT, the file system of cameras and USB sticks, stores times in steps of two seconds. */
const CLOCK_MS = 2000;

/**
 * Whether the file at this path has the original's bytes. Files that an interrupted run has copied last are not in the manifest;
 * they are recognized by their size and time: the path is given to this photo only, and files there are complete.
 */
function isThere(path: string, original: Original, known: Exported | undefined): boolean {
  if (lengthAt(path) !== original.size) return false;
  if (known && known.originalId !== null) return known.originalId === original.id;
  return Math.abs(statSync(path).mtimeMs - original.createdAt) <= CLOCK_MS;
}

function partialOf(root: string, { id }: Photo, kind: "part" | "json"): string {
  return join(root, OWN_FOLDER, `${id}.${kind}`);
}

/** Notes what was exported in the manifest, after its files are on the disk; then deletes the files that these replace. */
async function note(done: readonly Done[], { manifest, root }: ExportOptions): Promise<void> {
  const folders = new Set(done.map(({ path }) => dirname(join(root, path))));
  await Promise.all([...folders].map(syncFolder));
  manifest.together(() => {
    for (const { photo, metadataHash } of done) {
      manifest.noteDone(photo.id, photo.original.id, metadataHash);
    }
  });
  for (const { photo } of done) {
    const old = manifest.leftoversOf(photo.id);
    if (old.length === 0) continue;
    for (const path of old) {
      for (const one of [path, metadataPath(path)]) await rm(join(root, one), { force: true });
      await deleteEmptyFolder(dirname(join(root, path)));
    }
    manifest.together(() => manifest.forgetLeftovers(photo.id));
  }
}

/** A photo's file is missing, or shorter than it should be. */
class NotWhole extends Error {}
/** A photo was deleted while it was being copied. */
class Deleted extends Error {}

/** Errors of the system that concern one file only, in words; others can be exported all the same. */
const OF_ONE: Readonly<Record<string, string>> = {
  EIO: "the disk does not give its bytes (EIO)",
  EFBIG: "the file is larger than the file system takes",
  ENAMETOOLONG: "the name is longer than the file system takes",
  EILSEQ: "the file system does not take the name",
  EISDIR: "a folder of that name is in its place",
  ENOTDIR: "a file is in the place of its folder",
};

function isOfOne(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return error instanceof NotWhole || error instanceof Deleted || Object.hasOwn(OF_ONE, code);
}

function whyNot(error: unknown): string {
  if (error instanceof Deleted) return "it was deleted meanwhile";
  if (error instanceof NotWhole) return "its file is missing in the data folder, or damaged";
  return OF_ONE[(error as { code?: string }).code ?? ""] ?? String(error);
}
