import { join } from "node:path";
import Database from "better-sqlite3";
import { openData } from "../../src/data-folder.ts";

const DAY = 24 * 60 * 60_000;

/** Words of titles and descriptions: the first are in many photos, the last in few. */
export const WORDS = Array.from({ length: 5000 }, (_, index) => wordOf(index));
export const TAGS = Array.from({ length: 2000 }, (_, index) => `tag-${wordOf(index)}`);
export const ALBUMS = 3000;
export const USERS = 20;

/** Photos came in so many years until now. */
export const YEARS = 5;

/** Pronounceable, and each another one. */
function wordOf(index: number): string {
  const syllables = ["ba", "co", "di", "fu", "ge", "ha", "ki", "lo", "mu", "ne"];
  return [...String(index + 100)].map((digit) => syllables[Number(digit)]).join("");
}

/** Numbers that come the same with every run; `few` prefers the first ones, as tags and words do. */
export function choices(seed: number) {
  let state = seed;
  const part = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    below: (limit: number) => Math.floor(part() * limit),
    few: (limit: number) => Math.floor(part() ** 3 * limit),
  };
}

/**
 * An archive of so many photos as an earlier version left it: their facets and words are still to be made. Straight in SQL:
 * by requests it would take hours.
 */
export async function fillArchive(folder: string, count: number, now = Date.now()): Promise<void> {
  await (await openData(folder)).records.close();
  const db = new Database(join(folder, "redeem.db"));
  db.pragma("synchronous = OFF");
  const { below, few } = choices(1);
  const token =
    db.prepare(`insert into upload_tokens (hash, created_at, valid_minutes, valid_until, max_uploads,
    consumed, title, description, tags, album_id, user_id, publish, absolute_url, return_url, background_return,
    extra) values (?, 0, 60, ?, 1000, 1000, '', '', '', '', 0, 1, '', '', 0, '{}')`);
  const upload =
    db.prepare(`insert into uploads (id, token_id, identifier, total_size, chunk_size, filename, file,
    state, received, created_at, last_byte_at, extra, told) values (?, ?, ?, 1, 1, 'x', ?, 'finished', 0, ?, ?, '{}', '{}')`);
  const photo =
    db.prepare(`insert into photos (id, tree_id, token, token_id, original_id, user_id, title, description,
    tags, album_id, published, publish_date, absolute_url, created_at, taken_at)
    values (?, 1, 'secret', ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)`);
  const original =
    db.prepare(`insert into originals (id, photo_id, version, upload_id, file, filename, type, size,
    created_at) values (?, ?, 1, ?, ?, ?, ?, 1000, ?)`);
  const some = (list: readonly string[], most: number) =>
    Array.from({ length: below(most + 1) }, () => list[few(list.length)]).join(" ");
  db.transaction(() => {
    for (let id = 1; id <= count; id += 1) {
      const tokenId = Math.ceil(id / 1000);
      if (id % 1000 === 1) token.run(`hash ${tokenId}`, now + DAY);
      const at = Math.floor(now - YEARS * 365 * DAY * (1 - id / (count + 1)));
      const video = below(5) === 0;
      upload.run(id, tokenId, `i${id}`, `file-${id}`, at, at);
      photo.run(
        id,
        tokenId,
        id,
        below(USERS),
        some(WORDS, 5),
        some(WORDS, 12),
        some(TAGS, 4),
        below(3) ? String(1 + few(ALBUMS)) : "",
        below(20) ? 1 : 0,
        below(50) ? null : now + below(DAY),
        at,
        below(2) ? at - below(900 * DAY) : null,
      );
      const name = `${video ? "MOV" : "IMG"}_${String(id % 10_000).padStart(4, "0")}.bin`;
      original.run(id, id, id, `file-${id}`, name, video ? "video/mp4" : "image/jpeg", at);
    }
  })();
  db.close();
}
