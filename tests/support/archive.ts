import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { originalName } from "../../src/files/names.ts";
import { rowsOf } from "./database.ts";
import { png } from "./media.ts";
import { fileForm, photoIn, redeem, type PhotoIds } from "./redeem.ts";
import type { TestSite } from "./site.ts";

/** A photo, as it was answered, with the upload token that it came with and its bytes. */
export type Uploaded = PhotoIds & { uploadToken: string; bytes: Uint8Array<ArrayBuffer> };

/** A photo that comes with an upload token of its own, which has these parameters. */
export async function uploaded(
  test: TestSite,
  parameters: Record<string, string | number> = {},
  bytes = png(300),
): Promise<Uploaded> {
  const uploadToken = await test.token(parameters);
  const ids = await photoIn(await redeem(test, fileForm(uploadToken, bytes, "the cat.png")));
  return { ...ids, uploadToken, bytes };
}

export type Listed = Record<string, unknown> & { photo_id: number };

/** What the list says of a photo to whoever has its token; undefined where it is not in it. */
export async function rowOf(
  test: TestSite,
  { photo_id: id, token }: PhotoIds,
): Promise<Listed | undefined> {
  const answer = await test.call(`/api/2/photo/list?photo_id=${id}&token=${token}`);
  return ((await answer.json()) as { data: Listed[] }).data[0];
}

export function fetchOriginal(test: Pick<TestSite, "call">, of: PhotoIds): Promise<Response> {
  return test.call(`/${of.tree_id}/${of.photo_id}/${of.token}/original`);
}

/** Every file that lies below a folder of the site, by its path in it. */
export async function filesIn(
  { folder }: Pick<TestSite, "folder">,
  name: "photos" | "uploads" | "lost",
): Promise<string[]> {
  const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, name).length + 1));
}

/**
 * What does not agree of photos on record and files on the disk: photos without bytes, and bytes without a photo. Files that
 * are to be deleted are neither.
 */
export async function disagreements(of: Pick<TestSite, "folder">): Promise<string[]> {
  const recorded = rowsOf<{ tree: number; id: number; file: string }>(
    of,
    `select tree_id as tree, photos.id, originals.file from photos join originals on originals.id = original_id`,
  );
  // As they are called among the photos, and among the uploads.
  const removals = new Set(
    rowsOf<{ tree: number; id: number; file: string }>(
      of,
      "select tree_id as tree, photo_id as id, file from removals",
    ).flatMap(({ tree, id, file }) => [`${tree}/${id}/${originalName(file)}`, file]),
  );
  const lying = new Set(await filesIn(of, "photos"));
  const staged = new Set(await filesIn(of, "uploads"));
  const wrong: string[] = [];
  for (const { tree, id, file } of recorded) {
    const place = `${tree}/${id}/${originalName(file)}`;
    if (!lying.delete(place) && !staged.delete(file)) wrong.push(`photo ${id} has no bytes`);
    if (removals.has(place)) wrong.push(`the bytes of photo ${id} are to be deleted`);
  }
  const unfinished = rowsOf<{ file: string }>(
    of,
    "select coalesce(file, id) as file from uploads where state <> 'finished'",
  );
  for (const { file } of unfinished) staged.delete(`${file}`);
  for (const path of [...lying, ...staged]) {
    if (!removals.has(path)) wrong.push(`${path} is of no photo`);
  }
  return [...wrong, ...(await filesIn(of, "lost")).map((path) => `${path} was put aside`)];
}
