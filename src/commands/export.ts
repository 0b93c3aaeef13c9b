import { resolve } from "node:path";
import { publicPathOf } from "../config.ts";
import { exportPhotos, type ExportProgress } from "../export/export.ts";
import { NoExportFolder, openExportFolder } from "../export/folder.ts";
import { nameKey } from "../export/names.ts";
import type { AlbumTitle } from "../export/place.ts";
import { describePhoto } from "../http/photo-fields.ts";
import { hashSecret } from "../random.ts";
import type { Media, Photo, Records } from "../records/records.ts";
import { CommandError, UsageError } from "./fail.ts";
import { openFolder } from "./folder.ts";
import { FOLDER_OPTIONS, readGiven } from "./given.ts";
import { readLine, type Values } from "./line.ts";
import { addressOf } from "./link.ts";
import { createExportProgress, sizeOf } from "./export-progress.ts";
import { visible } from "./table.ts";

/** Albums that are read at once. */
const ALBUMS = 100;

/** Files of photos that were deleted are named, up to so many. */
const NAMED = 20;

/**
 * `redeem export FOLDER [--album ID|TITLE] [--since DATE] [--deleted]`: copies photos, under their own names, by album, each
 * with its metadata. Works while the server runs, and goes on where it stopped.
 */
export async function exportCommand(words: string[]): Promise<void> {
  const options = [...FOLDER_OPTIONS, "album", "since"];
  const { values, positionals } = readLine("export", words, options, 1, ["deleted"]);
  const [folder] = positionals;
  if (!folder) throw new UsageError("Where to? Usage: redeem export FOLDER");
  const since = readSince(values["since"]);
  const { config } = await readGiven(folderOf(values));
  // Before the process becomes the data folder's owner, whose working folder it is, too.
  const root = resolve(folder);
  const { records, secret } = await openFolder(config.REDEEM_DATA);
  try {
    const { openManifest, ManifestBusy } = await import("../records/sqlite/manifest.ts");
    const site = hashSecret(`export of ${secret.callback}`);
    const base = publicPathOf(await addressOf(records, config));
    const isAll = values["album"] === undefined && since === undefined;
    const total = isAll ? (await records.photos.list({ offset: 0, limit: 0 })).total : undefined;
    try {
      const manifest = await openExportFolder(root, config.REDEEM_DATA, site, openManifest);
      try {
        await run({
          records,
          manifest,
          data: config.REDEEM_DATA,
          root,
          base,
          since,
          total,
          values,
        });
      } finally {
        manifest.close();
      }
    } catch (error) {
      if (error instanceof NoExportFolder) throw new CommandError(error.message);
      if (error instanceof ManifestBusy) {
        throw new CommandError(`Another redeem export is at work in ${root}`);
      }
      throw inWords(error, root);
    }
  } finally {
    await records.close();
  }
}

function folderOf(values: Values): Values {
  return Object.fromEntries(FOLDER_OPTIONS.map((name) => [name, values[name]]));
}

function readSince(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return at;
  throw new UsageError(
    `--since must be a date such as 2026-01-31, or 2026-01-31T18:00:00Z, not ${JSON.stringify(text)}`,
  );
}

type Run = Pick<Parameters<typeof exportPhotos>[0], "manifest" | "data" | "root"> & {
  records: Records;
  base: string;
  since: number | undefined;
  /** Photos that there are; undefined where only some of them are wanted. */
  total: number | undefined;
  values: Values;
};

async function run({ records, base, since, total, values, ...where }: Run): Promise<void> {
  const titleOf = albumTitles(records);
  const album = await findAlbum(values["album"], records);
  const bar = createExportProgress(where.root, total);
  const gone: string[] = [];
  let result: ExportProgress;
  try {
    result = await exportPhotos({
      ...where,
      records,
      withTrash: values["deleted"] !== undefined,
      wants: (photo) =>
        (album === undefined || albumIds(photo).includes(album)) &&
        (since === undefined || Math.max(photo.createdAt, photo.updatedAt ?? 0) >= since),
      albumsOf: async (photo) => {
        const ids = albumIds(photo);
        // Whoever asks for an album finds its photos in its folder, whichever they are in beside it.
        if (album !== undefined)
          ids.sort((one, other) => Number(other === album) - Number(one === album));
        return Promise.all(ids.map(async (id) => ({ id, title: await titleOf(id) })));
      },
      describe: async (photo, albums) => {
        const { id } = photo.original;
        return metadataOf(photo, albums, base, (await records.media.of([id])).get(id));
      },
      onProgress: bar.show,
      onProblem: (photo, path, why) => bar.say(`Photo ${photo.id}, ${visible(path)}: ${why}`),
      onGone: ({ photoId, path }, inTrash) => {
        if (gone.length >= NAMED) return;
        gone.push(`  ${visible(path)} (photo ${photoId}${inTrash ? ", in the trash" : ""})`);
      },
    });
  } finally {
    bar.end();
  }
  process.stdout.write(`${summary(result, gone, where.root)}\n`);
  if (result.failed > 0) {
    throw new CommandError(
      `${photosIn(result.failed)} could not be exported (see above); run the same line again when that is mended`,
    );
  }
}

/** The ids of a photo's albums, in the order in which they were given. */
function albumIds({ albumId }: Photo): string[] {
  return albumId
    .split(",")
    .map((id) => id.trim())
    .filter(Boolean);
}

/** Titles of albums by their ids, each looked up once; undefined where there is no such album. */
function albumTitles(records: Records): (id: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  return async (id) => {
    const title =
      known.get(id) ?? records.albums.byId(Number(id)).then((album) => album?.title || undefined);
    known.set(id, title);
    return title;
  };
}

/** The id of the album that is meant, by its id or its title. @throws CommandError where there is none, or there are several */
async function findAlbum(text: string | undefined, records: Records): Promise<string | undefined> {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && (await records.albums.byId(Number(text)))) return text;
  const wanted = nameKey(text);
  const found: number[] = [];
  for (let offset = 0; ; offset += ALBUMS) {
    const filter = {
      hidden: true,
      order: "created" as const,
      ascending: true,
      offset,
      limit: ALBUMS,
    };
    const { albums } = await records.albums.list(filter, undefined);
    for (const { album } of albums) if (nameKey(album.title) === wanted) found.push(album.id);
    if (albums.length < ALBUMS) break;
  }
  // Photos of earlier versions may name one that was never on record.
  if (found.length === 0 && /^\d+$/.test(text)) return text;
  if (found.length === 0) throw new CommandError(`There is no album ${JSON.stringify(text)}`);
  if (found.length > 1) {
    throw new CommandError(
      `There are ${found.length} albums ${JSON.stringify(text)}: name one by its id (${found.join(", ")})`,
    );
  }
  return String(found[0]);
}

/** What is written beside a photo: all that `list` says of it, and what only the archive knows. */
function metadataOf(
  photo: Photo,
  albums: readonly AlbumTitle[],
  base: string,
  media: Media | undefined,
): object {
  const { original } = photo;
  return {
    ...describePhoto(photo, base, Date.now(), media),
    albums: albums.map(({ id, title }) => ({ album_id: id, title: title ?? null })),
    original_number: original.version,
    original_sha256: original.sha256,
    created: iso(photo.createdAt),
    original_created: iso(original.createdAt),
    updated: iso(photo.updatedAt),
    publish_date: iso(photo.publishDate),
    deleted: iso(photo.deletedAt),
  };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function photosIn(count: number): string {
  return count === 1 ? "1 photo" : `${count} photos`;
}

function summary(result: ExportProgress, gone: readonly string[], root: string): string {
  const { photos, copied, bytes, updated } = result;
  const lines = [
    `${photosIn(photos)} ${photos === 1 ? "is" : "are"} in ${root}: ${copied} copied now (${sizeOf(bytes)}), ${photos - copied} there before${updated > 0 ? `, ${updated} of them with new metadata` : ""}.`,
  ];
  if (result.gone > 0) {
    lines.push(
      `${photosIn(result.gone)} exported before ${result.gone === 1 ? "is" : "are"} deleted by now, and left in the folder:`,
      ...gone,
    );
    if (result.gone > gone.length) lines.push(`  and ${result.gone - gone.length} more`);
  }
  return lines.join("\n");
}

/** What the person at the keyboard can do about an error of the disk that is exported to. */
function inWords(error: unknown, root: string): unknown {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (["ENOSPC", "EDQUOT", "SQLITE_FULL"].includes(code)) {
    return new CommandError(
      `The disk of ${root} is full. What is there is whole; make room and run the same line again: it goes on where it stopped`,
    );
  }
  if (code === "EROFS" || code === "SQLITE_READONLY" || code === "SQLITE_CANTOPEN") {
    return new CommandError(`${root} cannot be written (${code}); name a folder that can`);
  }
  if (code === "SQLITE_NOTADB" || code === "SQLITE_CORRUPT") {
    return new CommandError(
      `What was exported into ${root} cannot be told any more (${message}); export into an empty folder`,
    );
  }
  return error;
}
