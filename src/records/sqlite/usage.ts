import type { StorageUse, UsageRecords } from "../records.ts";
import { LAPSE_MS } from "../uploads.ts";
import { MOST_COUNTED } from "../../api-limits.ts";
import { SHARES } from "../usage.ts";
import { albumIdsOf } from "./facets.ts";
import type { Db } from "./db.ts";
import { largest, type Sum } from "./largest.ts";

/** Photos that are looked at in one slice, and originals whose thumbnails are: one or two milliseconds' work. */
const PHOTOS = 500;
const ORIGINALS = 300;
const UPLOADS = 1000;

type PhotoRow = {
  token: number;
  created: number;
  id: number;
  albums: string;
  trashed: 0 | 1;
  size: number;
};

/** What a folder holds, and what waits in it. @param turn asked for before each slice */
export function usageRecords(db: Db, turn: () => Promise<void>): UsageRecords {
  return {
    storage: async () => {
      const photos = await countPhotos(db, turn);
      const thumbnails = photos && (await countThumbnails(db, turn));
      const unfinished = await countUnfinished(db, turn);
      if (!photos || thumbnails === undefined || unfinished === undefined) return undefined;
      return { ...photos, thumbnails, unfinished };
    },
    waiting: async (now) => {
      const media = "select 1 from media_jobs where state =";
      const [queued, running] = [
        countRows(db, `${media} 'waiting'`),
        countRows(db, `${media} 'running'`),
      ];
      return {
        uploads: countRows(
          db,
          `select 1 from uploads where state <> 'finished' and last_byte_at between ? and ?
            and state in ('receiving', 'finalizing')`,
          now - LAPSE_MS,
          now + LAPSE_MS,
        ),
        deliveriesPending: countRows(db, "select 1 from deliveries where state = 'pending'"),
        deliveriesGivenUp: countRows(db, "select 1 from deliveries where state = 'given-up'"),
        media: Math.min(MOST_COUNTED, queued + running),
        hashes: countRows(db, "select 1 from originals where sha256 is null"),
      };
    },
  };
}

/** MOST_COUNTED at most: of an index that a tenth of a millisecond's work. */
function countRows(db: Db, rows: string, ...values: number[]): number {
  const text = `select count(*) from (${rows} limit ${MOST_COUNTED})`;
  return (
    db.$client
      .prepare<unknown[], number>(text)
      .pluck()
      .get(...values) ?? 0
  );
}

/** In the order of their tokens, so that the sum of one is known before the next begins: there may be as many as photos. */
async function countPhotos(
  db: Db,
  turn: () => Promise<void>,
): Promise<Omit<StorageUse, "thumbnails" | "unfinished"> | undefined> {
  const slice = db.$client.prepare<[number, number, number], PhotoRow>(
    `select p.token_id as token, p.created_at as created, p.id, p.album_id as albums,
        p.deleted_at is not null as trashed, o.size
      from photos p indexed by photos_of_token cross join originals o on o.id = p.original_id
      where (p.token_id, p.created_at, p.id) > (?, ?, ?)
      order by p.token_id, p.created_at, p.id limit ${PHOTOS}`,
  );
  const isDirect = db.$client
    .prepare<[number], number | null>("select direct from upload_tokens where id = ?")
    .pluck();
  const use = { photos: 0, originals: 0, trashedPhotos: 0, trash: 0 };
  const albums = new Map<number, Sum>();
  const tokens = largest(SHARES);
  const direct = { id: 0, bytes: 0, photos: 0 };
  let current = { id: 0, bytes: 0, photos: 0 };

  const closeToken = () => {
    if (current.photos === 0) return;
    if (isDirect.get(current.id) === 1) add(direct, current.bytes, current.photos);
    else tokens.take(current);
  };

  for (let last = { token: 0, created: -Number.MAX_SAFE_INTEGER, id: 0 }; ;) {
    await turn();
    if (!db.$client.open) return undefined;
    const rows = slice.all(last.token, last.created, last.id);
    for (const row of rows) {
      if (row.trashed === 1) {
        use.trashedPhotos += 1;
        use.trash += row.size;
        continue;
      }
      use.photos += 1;
      use.originals += row.size;
      if (row.token !== current.id) {
        closeToken();
        current = { id: row.token, bytes: 0, photos: 0 };
      }
      add(current, row.size, 1);
      for (const id of albumIdsOf(row.albums)) {
        const sum = albums.get(id) ?? { id, bytes: 0, photos: 0 };
        add(sum, row.size, 1);
        albums.set(id, sum);
      }
    }
    const end = rows.at(-1);
    if (!end || rows.length < PHOTOS) break;
    last = end;
  }
  closeToken();
  if (direct.photos > 0) tokens.take(direct);
  const byAlbum = largest(SHARES);
  for (const sum of albums.values()) byAlbum.take(sum);
  return {
    ...use,
    byAlbum: titled(db, "albums", byAlbum.all()),
    byToken: titled(db, "upload_tokens", tokens.all()),
  };
}

function add(sum: Sum, bytes: number, photos: number): void {
  sum.bytes += bytes;
  sum.photos += photos;
}

function titled(db: Db, table: "albums" | "upload_tokens", sums: readonly Sum[]) {
  const title = db.$client
    .prepare<[number], string>(`select title from ${table} where id = ?`)
    .pluck();
  return sums.map((sum) => ({ ...sum, title: title.get(sum.id) ?? "" }));
}

async function countThumbnails(db: Db, turn: () => Promise<void>): Promise<number | undefined> {
  const slice = db.$client
    .prepare<[number, number], number>(
      "select coalesce(sum(size), 0) from thumbnails where original_id between ? and ?",
    )
    .pluck();
  const lastId = db.$client.prepare<[], number | null>("select max(id) from originals").pluck();
  let bytes = 0;
  for (let from = 1; ; from += ORIGINALS) {
    await turn();
    if (!db.$client.open) return undefined;
    if (from > (lastId.get() ?? 0)) return bytes;
    bytes += slice.get(from, from + ORIGINALS - 1) ?? 0;
  }
}

async function countUnfinished(db: Db, turn: () => Promise<void>): Promise<number | undefined> {
  const slice = db.$client.prepare<[number], { id: number; received: number }>(
    `select id, received from uploads where state in ('receiving', 'finalizing') and id > ?
      order by id limit ${UPLOADS}`,
  );
  let bytes = 0;
  for (let last = 0; ;) {
    await turn();
    if (!db.$client.open) return undefined;
    const rows = slice.all(last);
    for (const { received } of rows) bytes += received;
    const end = rows.at(-1);
    if (!end || rows.length < UPLOADS) return bytes;
    last = end.id;
  }
}
