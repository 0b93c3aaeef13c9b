import { join } from "node:path";
import Database from "better-sqlite3";

const DAY = 24 * 60 * 60_000;

export type Many = {
  /** Each with its upload and its token; a half of them published, a quarter at a later time. */
  photos?: number;
  /** That expired long ago and were never used. */
  expiredTokens?: number;
  /** In chunks, without a byte for long. */
  abandoned?: number;
  /** Callbacks that were delivered long ago, of the first photo's upload. */
  closedDeliveries?: number;
  /** Chunks of one byte that the first upload has. */
  chunksOfOne?: number;
};

const numbers = (count: number) =>
  `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;

/** Rows as long use leaves them: to make them by requests would take hours. The server may be running. */
export function fillRecords(folder: string, many: Many, now = Date.now()): void {
  const db = new Database(join(folder, "redeem.db"));
  db.pragma("busy_timeout = 30000");
  db.pragma("foreign_keys = off");
  db.pragma("synchronous = off");
  const insert = (count: number | undefined, statement: string) => {
    if (count) db.exec(`${statement.replace("(numbers)", () => numbers(count))} from n`);
  };
  const token = (expires: number, consumed: number) => `insert into upload_tokens (hash, created_at,
    valid_minutes, valid_until, max_uploads, consumed, title, description, tags, album_id, user_id, publish,
    absolute_url, return_url, background_return, extra) (numbers) select 'hash ' || random(), ${now - 99 * DAY},
    60, ${expires} + i, 1, ${consumed}, '', '', '', '', 0, 1, '', '', 0, '{}'`;
  const upload = (
    state: string,
  ) => `insert into uploads (token_id, identifier, total_size, chunk_size,
    filename, state, received, created_at, last_byte_at, extra, told)
    (numbers) select i, 'i' || random(), 1000000000, 1, 'a.png', '${state}', 0, ${now - 99 * DAY},
    ${now - 90 * DAY} + i, '{}', '{}'`;
  db.transaction(() => {
    // Servers have served on it for long: what is old is swept at once.
    db.prepare("insert or replace into facts (name, value) values ('clock', ?)").run(
      JSON.stringify({ served: 999 * DAY, eras: [] }),
    );
    insert(many.photos, token(now + DAY, 1));
    insert(many.photos, upload("finished"));
    insert(
      many.photos,
      `insert into photos (id, tree_id, token, token_id, original_id, user_id, title, description, tags,
        album_id, published, publish_date, absolute_url, created_at)
        (numbers) select i, 1, 'token', i, i, 0, 'A title', '', '', '', i % 2, iif(i % 4 = 0, ${now} + i, null),
        '', ${now - 90 * DAY} + i * 100`,
    );
    insert(
      many.photos,
      `insert into originals (id, photo_id, version, upload_id, file, filename, type, size, created_at)
        (numbers) select i, i, 1, i, 'file-' || i, 'a.png', 'image/png', 1000, ${now - 90 * DAY} + i * 100`,
    );
    insert(many.expiredTokens, token(now - 90 * DAY, 0));
    insert(many.abandoned, upload("receiving"));
    insert(
      many.closedDeliveries,
      `insert into deliveries (id, upload_id, outcome, method, host, url, body, state, created_at, next_at,
        closed_at) (numbers) select 'd' || i, 1, 'success', 'GET', 'x', '', '', 'delivered', 1, 1,
        ${now - 90 * DAY} + i`,
    );
    insert(
      many.chunksOfOne,
      "insert into chunks (upload_id, start, length, synced) (numbers) select 1, i - 1, 1, 1",
    );
  })();
  db.close();
}
