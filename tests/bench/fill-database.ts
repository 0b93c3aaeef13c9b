import { join } from "node:path";
import Database from "better-sqlite3";
import { openData } from "../../src/data-folder.ts";

/** Uploads under way, each with so many chunks: 5,000,000 chunks where there are 1,000,000 tokens. */
const CHUNKS_OF_ONE = 100;
const TOKENS_FOR_ONE = 20;

/** Since their last byte: the room on the disk that was kept for them is free again. */
const HOUR_MS = 60 * 60_000;

/**
 * A database with many upload tokens, and five times as many chunks. Straight in SQL: through
 * `Records` it would take an hour.
 * @returns how many chunks there are
 */
export async function fillDatabase(folder: string, tokens: number): Promise<number> {
  // Makes the file, with the schema of this version.
  const { records } = await openData(folder);
  await records.close();
  const db = new Database(join(folder, "redeem.db"));
  db.pragma("synchronous = OFF");
  const uploads = Math.max(1, tokens / TOKENS_FOR_ONE);
  const numbers =
    "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ?)";
  const now = Date.now();
  db.transaction(() => {
    db.prepare(
      `insert into upload_tokens (hash, created_at, valid_minutes, valid_until, max_uploads, title,
         description, tags, album_id, user_id, publish, absolute_url, return_url, background_return, extra)
       ${numbers} select hex(randomblob(32)), ?, 360, ?, 1, 'A title', 'A description', '', '', 0, 1, '', '', 0, '{}'
       from numbers`,
    ).run(tokens, now, now + 360 * 60_000);
    db.prepare(
      `insert into uploads (token_id, identifier, total_size, chunk_size, filename, state, received,
         created_at, last_byte_at, extra, told)
       ${numbers} select n, 'identifier-' || n, 209715200, 1048576, n || '.mp4', 'receiving', 104857600, ?, ?, '{}', '{}'
       from numbers`,
    ).run(uploads, now, now - HOUR_MS);
    db.prepare(
      `insert into chunks (upload_id, start, length)
       ${numbers}, places(p) as (select 0 union all select p + 1 from places where p + 1 < ?)
       select n, p * 1048576, 1048576 from numbers, places`,
    ).run(uploads, CHUNKS_OF_ONE);
  })();
  db.close();
  return uploads * CHUNKS_OF_ONE;
}
