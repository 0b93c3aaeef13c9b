import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { rowsOf } from "../support/database.ts";
import { until } from "../support/remains.ts";
import type { Living } from "./living.ts";

/**
 * What was made of photos beside their uploads, while the server and with it the media process was killed: everything is made in
 * the end, or given up with a reason; and nothing is left of photos that were removed, or whose bytes were replaced.
 * @returns what is not so, in words: none is none
 */
export async function mediaMade(living: Living): Promise<string[]> {
  const count = (from: string) =>
    rowsOf<{ count: number }>(living, `select count(*) as count from ${from}`)[0]?.count ?? 0;
  // A server of an earlier version makes none.
  if (count("sqlite_master where name = 'media_jobs'") === 0) return [];
  const found: string[] = [];
  await until(
    "facts and thumbnails are made",
    () => count("media_jobs where state in ('waiting', 'running')") === 0,
    10 * 60_000,
  ).catch((error: Error) => found.push(error.message));
  const wrong = rowsOf<{ id: number; state: string | null }>(
    living,
    `select p.id, j.state from photos p join originals o on o.id = p.original_id
       left join media_jobs j on j.original_id = o.id
      where j.state is null or (j.state = 'none' and j.reason is null) or (j.state = 'ready' and
        not exists (select 1 from thumbnails t where t.original_id = o.id))`,
  );
  for (const { id, state } of wrong) {
    found.push(`photo ${id}: no thumbnails and no reason (${state ?? "not in the queue"})`);
  }
  const made = rowsOf<{ path: string; size: number }>(
    living,
    `select p.tree_id || '/' || p.id || '/' || o.file || '-' || t.format || '.webp' as path, t.size
       from thumbnails t join originals o on o.id = t.original_id join photos p on p.original_id = o.id`,
  );
  const folder = join(living.folder, "thumbs");
  for (const { path, size } of made) {
    const there = Bun.file(join(folder, path));
    if (!(await there.exists())) found.push(`thumbs/${path} is missing`);
    else if (there.size !== size) found.push(`thumbs/${path} has ${there.size} bytes, not ${size}`);
  }
  // A job is on record as done before the folder goes that it was made in.
  const works = () => readdir(join(folder, "work")).catch(() => []);
  await until("no thumbnails are being made", async () => (await works()).length === 0)
    // Told below, with what was found.
    .catch(() => undefined);
  const known = new Set(made.map(({ path }) => path));
  // What was replaced a moment ago is kept for a minute, for whoever is about to open it: `redeem verify` counts it apart, too.
  const waiting = rowsOf<{ path: string }>(
    living,
    "select tree_id || '/' || photo_id || '/' || file || '-' as path from removals",
  ).map(({ path }) => path);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    const isWaiting = waiting.some((begin) => path.startsWith(begin));
    if (entry.isFile() && !known.has(path) && !isWaiting) {
      found.push(`thumbs/${path} is of no photo`);
    }
    if (entry.isDirectory() && path.startsWith("work/")) found.push(`left behind: thumbs/${path}`);
  }
  return found;
}
