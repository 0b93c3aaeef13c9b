import { afterAll, afterEach, beforeAll, expect, spyOn, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Records } from "../../src/records/records.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { givenRecords, newToken, NOW } from "./given.ts";

/** How SQLite finds the rows for what is asked at a start, by the sweeper and by a list. */

let folder = "";
let records: Records;
let client: Database.Database;
const prepared: string[] = [];
/** What was prepared when the database was opened: most of what requests ask. */
const opening: string[] = [];
const { prepare } = Database.prototype;
const listening = spyOn(Database.prototype, "prepare");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-plans-"));
  listening.mockImplementation(function listen(this: Database.Database, text: string) {
    prepared.push(text);
    return prepare.call(this, text);
  } as typeof prepare);
  records = await openRecords(join(folder, "redeem.db"));
  client = new Database(join(folder, "redeem.db"));
  opening.push(...prepared);
  prepared.length = 0;
});
afterEach(() => {
  prepared.length = 0;
});
afterAll(async () => {
  listening.mockRestore();
  client.close();
  await records.close();
  await rm(folder, { recursive: true, force: true });
});

/** Of what is left to do, or of uploads under way: small, however much a folder has had. */
const SMALL = [
  "uploads_live_by_id",
  "uploads_to_finalize",
  "uploads_kept",
  "uploads_whole",
  "uploads_chunks_to_prune",
  "chunks_unsynced",
  "photos_to_carry_over",
  "token_updates_pending",
  "photos_to_index",
  "photos_dated_uncounted",
  "albums_emptying",
  // A slice of them, which has a limit.
  "albums_by_title",
  "albums_by_editing",
  "media_jobs_running",
];

const PAGE = { offset: 0, limit: 1, ascending: false };
const TAGS = { ...PAGE, withoutMachineTags: false, publishedAt: undefined };
const ALBUMS = { ...PAGE, hidden: true };

const ASKED: Record<string, () => Promise<unknown>> = {
  transact: async () => {
    const given = givenRecords(records);
    const { id } = await given.addToken();
    await given.fail((await given.reserved(id)).id);
    await given.finish((await given.reserved(id)).id);
  },
  enterBoot: () => records.chunks.enterBoot(crypto.randomUUID()),
  deleteUnsynced: () => records.chunks.deleteUnsynced(1),
  deleteBeyond: () => records.chunks.deleteBeyond(1, 1),
  receivingWhole: () => records.leftovers.receivingWhole(),
  expectedAfter: () => records.leftovers.expectedAfter(0, 10),
  kept: () => records.leftovers.kept(10),
  complete: () => records.leftovers.complete(),
  byFiles: () => records.leftovers.byFiles(["1", "a"]),
  abandoned: () => Array.fromAsync(records.leftovers.abandoned(1)),
  clampFuture: () => Array.fromAsync(records.leftovers.clampFuture(1)),
  end: () => records.leftovers.end([1], 1),
  delete: () => records.leftovers.delete(1),
  deleteEmpty: () => records.leftovers.deleteEmpty(1),
  clampClosed: () => Array.fromAsync(records.deliveries.clampClosed(1)),
  pruneClosed: () => Array.fromAsync(records.deliveries.pruneClosed(1)),
  pruneExpired: () => Array.fromAsync(records.tokens.pruneExpired(1)),
  revoke: async () => {
    const { id } = await givenRecords(records).addToken({ hash: "to be revoked" });
    await records.tokens.revoke(id, 1);
  },
  tokenPage: async () => {
    await givenRecords(records).addToken({ hash: "to be listed", title: "a" });
    await records.tokens.page({ limit: 1, search: "a" });
  },
  tokenTransact: () => records.tokens.transact(1, NOW, () => ({ title: "T" })),
  keyPage: () => records.keys.page(9, 1),
  underWay: () => records.uploads.underWay({ limit: 1, userId: 1 }),
  underWayOfToken: () => records.uploads.underWay({ limit: 1, tokenId: 1 }),
  listDelivered: () => records.deliveries.list({ state: "delivered", limit: 1 }),
  storage: () => records.usage.storage(),
  direct: async () => {
    const token = { ...newToken, hash: "direct:1", direct: true };
    const at = { hash: token.hash, identity: null };
    await records.direct.transact(at, () => ({ do: "begin", token }));
    await records.direct.transact(at, () => ({ do: "begin", token }));
    await records.direct.transact(at, () => ({ do: "go on", set: { title: "T" } }));
  },
  deleteDirect: () => records.direct.delete(1),
  filesOf: () => records.originals.filesOf(1),
  noteDigests: () => records.uploads.noteDigests(1, { "sha-256": "a" }),
  retryAt: () => records.deliveries.retryAt("a", 1, ""),
  listDeliveries: () => records.deliveries.list({ limit: 1 }),
  listDeliveriesInState: () => records.deliveries.list({ state: "given-up", limit: 1 }),
  listDeliveriesBehind: () =>
    records.deliveries.list({ limit: 1, after: { createdAt: 1, id: "a" } }),
  listDeliveriesOfPhoto: () => records.deliveries.list({ photoId: 1, limit: 1 }),
  retryNow: () => records.deliveries.retryNow("a", 1),
  after: () => records.photos.after(1, 10),
  mediaClaim: () => records.media.claim("a", 1),
  mediaClaimNewest: () => records.media.claim("a", 1, "newest"),
  mediaNextAt: () => records.media.nextAt(),
  mediaStore: () =>
    records.media.store(1, "a", { facts: null, thumbnails: [], reason: null, error: null }, NOW),
  mediaRetryAt: () => records.media.retryAt(1, "a", 1, ""),
  mediaRelease: () => records.media.release("a"),
  mediaRecover: () => records.media.recover(1),
  mediaEnqueueMissing: () => Array.fromAsync(records.media.enqueueMissing(1)),
  mediaRequeueAll: () => Array.fromAsync(records.media.requeue("all", 1)),
  mediaRequeueReason: () => Array.fromAsync(records.media.requeue({ reason: "no_ffmpeg" }, 1)),
  mediaRequeueSome: () => Array.fromAsync(records.media.requeue({ originalIds: [1] }, 1)),
  listOfToken: () => records.photos.list({ tokenId: 1, offset: 0, limit: 1 }),
  trashedBefore: () => records.photos.trashedBefore(1, 1),
  clampTrash: () => Array.fromAsync(records.photos.clampTrash(1)),
  removalsBefore: () => Array.fromAsync(records.removals.before(1)),
  removalsOfPhoto: () => records.removals.ofPhoto(1),
  removalsAmong: () => records.removals.among(["a"]),
  clampRemovals: () => Array.fromAsync(records.removals.clampFuture(1)),
  removeAndUpdate: async () => {
    const given = givenRecords(records);
    const { id } = await given.addToken({ hash: crypto.randomUUID() });
    const made = await given.finish((await given.reserved(id)).id);
    for (const files of [{ filename: "a" }, { identifier: "a" }, "all"] as const) {
      const update = { tokenId: id, files, change: { title: "x" } };
      const added = (await records.updates.add(update, 9)) as number;
      await records.updates.carryOut(added, NOW, (_, set) => [{ kind: "update", set }]);
    }
    await records.photos.transact(made?.photo.id ?? 0, NOW, () => ({
      value: 0,
      changes: [{ kind: "remove" }],
    }));
    const upload = await records.photos.byId(made?.photo.id ?? 0);
    if (upload) throw new Error("It was not removed");
  },
  unfinishedUpdates: () => records.updates.unfinished(),
  pruneRemoved: () => Array.fromAsync(records.leftovers.pruneRemoved(NOW * 2)),
  pruneUpdates: () => Array.fromAsync(records.updates.pruneExpired(NOW * 2)),
  listByTitle: () => records.photos.list({ order: "title", offset: 0, limit: 1 }),
  listByTaking: () => records.photos.list({ order: "taken", offset: 0, limit: 1 }),
  listByPublication: () => records.photos.list({ order: "published", offset: 0, limit: 1 }),
  tagsByName: () => records.tags.list({ ...TAGS, order: "tag" }),
  tagsByCount: () => records.tags.list({ ...TAGS, order: "count" }),
  tagsOfPublished: () => records.tags.list({ ...TAGS, order: "count", publishedAt: 1 }),
  albumsByTitle: () => records.albums.list({ ...ALBUMS, order: "title" }, 1),
  albumsByEditing: () => records.albums.list({ ...ALBUMS, order: "edited" }, 1),
  albumsOfPhoto: () => records.albums.list({ ...ALBUMS, order: "created", photoId: 1 }, 1),
  deleteAlbum: () => records.albums.delete(1, 1),
};

test.each(Object.keys(ASKED))("%s reads no table from end to end", async (name) => {
  await ASKED[name]?.();
  requireIndexes(prepared);
});

test("the outbox is looked through by its own indexes, not all that is pending", () => {
  const used = opening
    .filter((text) => /^select .*"next_at".* from "deliveries" .*= 'pending' and /.test(text))
    .map((text) => planOf(text).find((detail) => detail.includes("deliveries_")));
  expect(used).toHaveLength(5);
  for (const detail of used) expect(detail).toMatch(/deliveries_(pending|of_host)\b/);
});

test("what waits is counted in an index, up to a limit", async () => {
  await records.usage.waiting(NOW);
  const asked = [...prepared];
  expect(asked).toHaveLength(6);
  for (const text of asked) {
    expect(text).toMatch(/limit 10000\)$/);
    const detail = planOf(text).find((line) => / USING /.test(line));
    expect({ text, detail }).toEqual({ text, detail: expect.stringMatching(/ INDEX /) });
  }
});

test("nor does what is prepared when the database is opened", () => {
  const ours = opening.filter(
    (text) =>
      /^(select|update|delete)/.test(text) && !/__drizzle_migrations|sqlite_master/.test(text),
  );
  requireIndexes(ours);
  for (const index of [
    "uploads_of_token",
    "uploads_finished_in_chunks",
    "photos_listed",
    "photos_by_taking",
    "originals_without_hash",
  ]) {
    const using = ours.filter((text) => planOf(text).some((detail) => detail.includes(index)));
    expect({ index, using: using.length > 0 }).toEqual({ index, using: true });
  }
});

/** One made anew each time is memory until it is collected: a list of a single photo was 130 kB. */
test("what each file and each page of photos asks is prepared once", async () => {
  await records.tokens.add({ ...newToken, hash: "once" });
  await records.chunks.pruneEnded();
  await records.originals.noteHash(1, "a");
  await records.deliveries.due(NOW, 10, []);
  await records.deliveries.due(NOW, 10, ["a.example"]);
  await records.deliveries.nextAt(NOW);
  await records.photos.list({ offset: 0, limit: 10 });
  await records.media.of([1, 2, 3]);
  expect(prepared).toEqual([]);
});

function requireIndexes(texts: readonly string[]): void {
  const statements = texts.filter((text) => /^(select|update|delete|with)/i.test(text));
  expect(statements.length).toBeGreaterThan(0);
  for (const text of statements) {
    const scans = planOf(text)
      .filter((detail) =>
        /^SCAN (?!json_each|lost|some|\(subquery|sqlite_sequence|.*VIRTUAL|CONSTANT)/.test(detail),
      )
      .filter((detail) => !SMALL.some((index) => detail.endsWith(`INDEX ${index}`)));
    expect({ text, scans }).toEqual({ text, scans: [] });
  }
}

function planOf(text: string): string[] {
  const parameters = [...text.matchAll(/\?/g)].map(() => 1);
  const explain = client.prepare<unknown[], { detail: string }>(`explain query plan ${text}`);
  return explain.all(...parameters).map(({ detail }) => detail);
}
