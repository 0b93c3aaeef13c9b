import { existsSync } from "node:fs";
import { join } from "node:path";
import { nameWithExtension } from "../media/extension.ts";
import type { Manifest } from "../records/manifest.ts";
import type { Photo } from "../records/records.ts";
import { nameKey, safeFileName, safeFolderName } from "./names.ts";

/** The folder of photos that are in no album. */
export const NO_ALBUM = "No album";

/** An album's id, and its title; undefined if there is no such album. */
export type AlbumTitle = { id: string; title: string | undefined };

/** The path of the metadata beside a file. */
export function metadataPath(path: string): string {
  return `${path}.json`;
}

/** The folder of an album, which stays the same while the album's title does. If another album has the name, the id is added to it. */
export function folderFor(manifest: Manifest, album: AlbumTitle | undefined): string {
  const id = album?.id ?? "";
  const title = album ? (album.title ?? `Album ${album.id}`) : NO_ALBUM;
  const known = manifest.folderOf(id);
  if (known?.title === title) return known.folder;
  const safe = safeFolderName(title, `Album ${id}`);
  for (const name of numbered(safe, safeFolderName(id, "album"), "")) {
    // The folder "No album" is kept for photos in none, even if an album has that title.
    if (id !== "" && nameKey(name) === nameKey(NO_ALBUM)) continue;
    if (manifest.giveFolder(id, title, name, nameKey(name))) return name;
  }
  throw new Error("no name is free");
}

/**
 * The path of a photo in the export's folder: its file name, with the photo's id added if another photo has that name.
 * It stays the same in every later run as long as the photo's album and name do. Call it within a transaction of the manifest.
 * @param root the export's folder, in which somebody may have put other files
 */
export function pathFor(manifest: Manifest, root: string, folder: string, photo: Photo): string {
  const { id, original } = photo;
  const fallback = `photo-${id}`;
  const name = nameWithExtension(original.filename || fallback, original.type);
  const { stem, extension } = safeFileName(name, fallback);
  const wanted = `${folder}/${stem}${extension}`;
  const known = manifest.byId(id);
  if (known?.wanted === wanted) return known.path;
  if (known && nameKey(known.wanted) === nameKey(wanted)) {
    // The new name differs only in case, which is the same file on some systems: the old path stays.
    manifest.noteWanted(id, wanted);
    return known.path;
  }
  for (const candidate of numbered(stem, String(id), extension)) {
    const path = `${folder}/${candidate}`;
    const keys = [nameKey(path), nameKey(metadataPath(path))] as const;
    const owners = keys.map((key) => manifest.ownerOf(key));
    if (owners.some((owner) => owner !== undefined && owner !== id)) continue;
    const isNew = owners.every((owner) => owner === undefined);
    const isThere = [path, metadataPath(path)].some((one) => existsSync(join(root, one)));
    if (isNew && isThere) continue;
    manifest.givePath(id, wanted, path, keys);
    return path;
  }
  throw new Error("no name is free");
}

/** Candidates for a name: `party.jpg`, `party (12).jpg`, `party (12.2).jpg` and so on. */
export function* numbered(stem: string, id: string, extension: string): Generator<string> {
  yield stem + extension;
  yield `${stem} (${id})${extension}`;
  for (let count = 2; ; count += 1) yield `${stem} (${id}.${count})${extension}`;
}
