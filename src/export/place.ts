import { existsSync } from "node:fs";
import { join } from "node:path";
import { nameWithExtension } from "../media/extension.ts";
import type { Manifest } from "../records/manifest.ts";
import type { Photo } from "../records/records.ts";
import { nameKey, safeFileName, safeFolderName } from "./names.ts";

/** The folder of photos that are in no album. */
export const NO_ALBUM = "No album";

/** An album as photos name it, and its title; the title is undefined where there is no such album. */
export type AlbumTitle = { id: string; title: string | undefined };

/** The metadata beside a file. */
export function metadataPath(path: string): string {
  return `${path}.json`;
}

/** An album's folder, which it keeps while its title stays. Of two albums with one title the later one has its id in the name. */
export function folderFor(manifest: Manifest, album: AlbumTitle | undefined): string {
  const id = album?.id ?? "";
  const title = album ? (album.title ?? `Album ${album.id}`) : NO_ALBUM;
  const known = manifest.folderOf(id);
  if (known?.title === title) return known.folder;
  const safe = safeFolderName(title, `Album ${id}`);
  for (const name of numbered(safe, safeFolderName(id, "album"), "")) {
    // "No album" is that of photos in none, whatever an album is called.
    if (id !== "" && nameKey(name) === nameKey(NO_ALBUM)) continue;
    if (manifest.giveFolder(id, title, name, nameKey(name))) return name;
  }
  throw new Error("no name is free");
}

/**
 * The path of a photo in the export's folder: its file's own name, and where another photo has that, the same with its id.
 * It stays the same in every later run, as long as the photo's album and name do. Call it inside a transaction.
 * @param root the export's folder, in which somebody may have put files of their own
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
    // Of two names that differ in case alone some systems make one file.
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

/** `party.jpg`, `party (12).jpg`, `party (12.2).jpg` and so on. */
export function* numbered(stem: string, id: string, extension: string): Generator<string> {
  yield stem + extension;
  yield `${stem} (${id})${extension}`;
  for (let count = 2; ; count += 1) yield `${stem} (${id}.${count})${extension}`;
}
