import { describe, expect, test } from "bun:test";
import { parseTags, tagKey } from "../../src/photo/tags.ts";
import { wordsOf } from "../../src/photo/words.ts";
import { isPublished } from "../../src/records/photos.ts";
import type { Photo, PhotoChange, PhotoFilter, PhotoOrder } from "../../src/records/records.ts";
import { type Given, NOW, required } from "./given.ts";

/** What is found among photos is what a filter in JavaScript finds among all of them. */

/** Numbers that come the same with every run. */
function numbers(seed: number) {
  let state = seed;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, of: <Value>(list: readonly Value[]): Value => list[below(list.length)] as Value };
}

type Numbers = ReturnType<typeof numbers>;

const DAY = 24 * 60 * 60_000;
const TAGS = ["party", "Lake", "LAKE", '"by the lake"', "größe", "GRÖSSE", "geo:lat=1", "東京"];
const TITLES = [
  "",
  "Summer party",
  "summer at the lake",
  "Été à Paris",
  "東京タワー",
  "A+B <3",
  "zebra",
];
const TYPES = ["image/png", "image/jpeg", "video/mp4", "audio/mpeg"];
const SEARCHES = [
  "s",
  "summer",
  "summer lake",
  "PARIS ete",
  "東",
  '"',
  "( AND",
  "n1",
  "party b",
  "zebras",
];
const ORDERS: readonly PhotoOrder[] = ["created", "published", "taken", "title"];

const some = ({ below, of }: Numbers, list: readonly string[], between: string) =>
  Array.from({ length: below(4) }, () => of(list)).join(between);

function randomFilter(
  random: Numbers,
  albums: readonly number[],
  tokens: readonly number[],
): PhotoFilter {
  const { below, of } = random;
  const filter: PhotoFilter = { offset: below(3) === 0 ? below(30) : 0, limit: below(12) };
  if (below(2)) filter.publishedAt = NOW + below(40) * DAY;
  if (below(3) === 0) filter.albumId = of([...albums, 999]);
  if (below(5) === 0) filter.userId = below(3);
  if (below(3) === 0) {
    const keys = parseTags(`${of(TAGS)} ${some(random, TAGS, " ")}`).map(tagKey);
    filter.tags = { mode: of(["all", "any"]), keys };
  }
  if (below(4) === 0) filter.search = of(SEARCHES);
  if (below(4) === 0) filter.video = below(2) === 1;
  if (below(6) === 0) filter.audio = below(2) === 1;
  if (below(4) === 0) filter.created = { from: NOW + below(9) * DAY, until: NOW + below(20) * DAY };
  if (below(6) === 0) filter.inTrash = true;
  if (below(8) === 0) filter.tokenId = of(tokens);
  if (below(2)) filter.order = of(ORDERS);
  if (below(2)) filter.ascending = true;
  return filter;
}

function matches(photo: Photo, filter: PhotoFilter): boolean {
  const tags = new Set(parseTags(photo.tags).map(tagKey));
  const albums = photo.albumId.split(",").map(Number);
  const media = photo.original.type.split("/")[0];
  const words = wordsOf(
    `${photo.title} ${photo.description} ${photo.tags} ${photo.original.filename}`,
  );
  const { tags: wanted, search, created } = filter;
  const has = (key: string) => tags.has(key);
  const sought = wordsOf(search ?? "");
  return (
    (photo.deletedAt !== null) === (filter.inTrash ?? false) &&
    (filter.publishedAt === undefined || isPublished(photo, filter.publishedAt)) &&
    (filter.photoId === undefined || photo.id === filter.photoId) &&
    (filter.tokenId === undefined || photo.tokenId === filter.tokenId) &&
    (filter.albumId === undefined || albums.includes(filter.albumId)) &&
    (filter.userId === undefined || photo.userId === filter.userId) &&
    (filter.video === undefined || (media === "video") === filter.video) &&
    (filter.audio === undefined || (media === "audio") === filter.audio) &&
    (!created || (photo.createdAt >= created.from && photo.createdAt < created.until)) &&
    (!wanted || (wanted.mode === "all" ? wanted.keys.every(has) : wanted.keys.some(has))) &&
    (search === undefined ||
      (sought.length > 0 &&
        sought.slice(0, -1).every((word) => words.includes(word)) &&
        words.some((word) => word.startsWith(sought.at(-1) ?? ""))))
  );
}

function keyOf(photo: Photo, order: PhotoOrder): number | Buffer {
  if (order === "created") return photo.createdAt;
  if (order === "published") return photo.publishDate ?? photo.createdAt;
  if (order === "taken") return photo.takenAt ?? photo.createdAt;
  return Buffer.from(photo.title.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
}

function listedNaively(photos: readonly Photo[], filter: PhotoFilter): number[] {
  const order = filter.order ?? "created";
  const sign = filter.ascending ? 1 : -1;
  return photos
    .filter((photo) => matches(photo, filter))
    .toSorted((one, other) => {
      const [a, b] = [keyOf(one, order), keyOf(other, order)];
      const by =
        typeof a === "number" || typeof b === "number"
          ? Number(a) - Number(b)
          : Buffer.compare(a, b);
      return sign * (by || one.id - other.id);
    })
    .map(({ id }) => id);
}

function randomChange(random: Numbers, albums: readonly number[]): PhotoChange {
  const { below, of } = random;
  switch (below(8)) {
    case 0:
      return { kind: "trash" };
    case 1:
      return { kind: "restore" };
    case 2:
      return { kind: "remove" };
    case 3:
      return { kind: "taken", at: of([null, NOW - below(99) * DAY]) };
    case 4:
      return { kind: "update", set: { title: of(TITLES), tags: some(random, TAGS, " ") } };
    case 5:
      return { kind: "update", set: { albumId: some(random, [...albums].map(String), ",") } };
    case 6:
      return { kind: "update", set: { published: below(2) === 1, description: of(TITLES) } };
    default:
      return { kind: "update", set: { publishDate: of([null, NOW + below(30) * DAY]) } };
  }
}

const bytewise = (one: string, other: string) =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

export function archiveContract(name: string, given: Given): void {
  async function makePhotos(random: Numbers, count: number, albums: readonly number[]) {
    const { below, of } = random;
    const tokens: number[] = [];
    const ids: number[] = [];
    for (let index = 0; index < count; index += 1) {
      if (index % 5 === 0) {
        const token = await given.addToken({
          maxUploads: 9,
          title: of(TITLES),
          tags: some(random, TAGS, " "),
          albumId: some(random, albums.map(String), ","),
          userId: below(3),
          publish: below(3) > 0,
          publishDate: below(3) === 0 ? NOW + below(30) * DAY : null,
        });
        tokens.push(token.id);
      }
      const upload = await given.reserved(required(tokens.at(-1)), `n${index}`);
      // Now and then the clock goes back.
      const now = NOW + Math.max(0, index * 3_600_000 - (below(9) === 0 ? 20 * DAY : 0));
      const made = required(await given.finish(upload.id, { now, type: of(TYPES) }));
      ids.push(made.photo.id);
    }
    return { tokens, ids };
  }

  const all = async (ids: readonly number[]) =>
    (await Promise.all(ids.map((id) => given.records.photos.byId(id)))).filter(
      (photo) => photo !== undefined,
    );

  describe(`${name}: the archive`, () => {
    test.each([1, 2, 3, 4])(
      "finds what is asked for, whatever is changed (seed %i)",
      async (seed) => {
        const random = numbers(seed);
        const albums: number[] = [];
        for (let index = 0; index < 3; index += 1) albums.push((await given.addAlbum()).id);
        const { tokens, ids } = await makePhotos(random, 60, albums);
        for (let round = 0; round < 150; round += 1) {
          const photos = await all(ids);
          const filter = randomFilter(random, albums, tokens);
          const wanted = listedNaively(photos, filter);
          const found = await given.records.photos.list(filter);
          const page = wanted.slice(filter.offset, filter.offset + filter.limit);
          const seen = { filter, ids: found.photos.map(({ id }) => id), total: found.total };
          expect(seen).toEqual({ filter, ids: page, total: wanted.length });
          for (const photo of found.photos) {
            expect(photo).toEqual(required(photos.find(({ id }) => id === photo.id)));
          }
          if (round % 3 === 0 && photos.length > 20) {
            const id = random.of(photos).id;
            const change = randomChange(random, albums);
            await given.records.photos.transact(id, NOW + round, () => ({
              changes: [change],
              value: undefined,
            }));
          }
          if (round % 40 === 39) ids.push(...(await makePhotos(random, 5, albums)).ids);
        }
      },
      30_000,
    );

    test("is gone through by places, which stay where they are while photos come and go", async () => {
      const random = numbers(7);
      const { ids } = await makePhotos(random, 30, []);
      for (const order of ORDERS) {
        for (const ascending of [true, undefined]) {
          const filter = { order, limit: 4, offset: 0, ...(ascending && { ascending }) };
          const before = listedNaively(await all(ids), filter);
          const seen: number[] = [];
          let page = await given.records.photos.list(filter);
          for (;;) {
            seen.push(...page.photos.map(({ id }) => id));
            const { next } = page;
            if (!next) break;
            // The last of the page is taken away, and others come.
            await given.records.photos.transact(next.id, NOW, () => ({
              changes: [{ kind: "trash" }],
              value: undefined,
            }));
            await makePhotos(random, 1, []);
            page = await given.records.photos.list({ ...filter, after: next });
          }
          const inOrder = seen.filter((id) => before.includes(id));
          expect(inOrder).toEqual(before);
          for (const id of ids) {
            await given.records.photos.transact(id, NOW, () => ({
              changes: [{ kind: "restore" }],
              value: undefined,
            }));
          }
        }
      }
    }, 60_000);

    test("counts tags and albums as photos are shown, trashed, published and removed", async () => {
      const random = numbers(11);
      const albums = [(await given.addAlbum()).id, (await given.addAlbum()).id];
      const { ids } = await makePhotos(random, 40, albums);
      for (let round = 0; round < 60; round += 1) {
        const change = randomChange(random, albums);
        const [id = 0] = (await all([random.of(ids)])).map((photo) => photo.id);
        if (id) {
          await given.records.photos.transact(id, NOW + round, () => ({
            changes: [change],
            value: undefined,
          }));
        }
        // The time goes on, as it does.
        const now = NOW + round * DAY;
        for (const publishedAt of [undefined, now]) {
          await requireCounts(given, await all(ids), albums, publishedAt);
        }
      }
    }, 60_000);
  });
}

async function requireCounts(
  given: Given,
  photos: readonly Photo[],
  albums: readonly number[],
  publishedAt: number | undefined,
): Promise<void> {
  const shown = photos.filter((photo) =>
    matches(photo, { offset: 0, limit: 0, ...(publishedAt !== undefined && { publishedAt }) }),
  );
  const counts = new Map<string, number>();
  for (const { tags } of shown) {
    for (const tag of parseTags(tags)) {
      counts.set(tagKey(tag), (counts.get(tagKey(tag)) ?? 0) + 1);
    }
  }
  const { tags, total } = await given.records.tags.list({
    order: "tag",
    ascending: true,
    withoutMachineTags: false,
    publishedAt,
    offset: 0,
    limit: 100,
  });
  expect(tags.map(({ tag, photos: count }) => [tagKey(tag), count])).toEqual(
    [...counts].toSorted(([one], [other]) => bytewise(one, other)),
  );
  expect(total).toBe(counts.size);
  for (const id of albums) {
    const within = listedNaively(shown, { albumId: id, offset: 0, limit: 0 });
    const { albums: found } = await given.records.albums.list(
      { albumId: id, hidden: true, order: "created", ascending: true, offset: 0, limit: 9 },
      publishedAt,
    );
    expect(found.map(({ album, photos: count }) => [album.id, count])).toEqual([
      [id, within.length],
    ]);
    const cover = found[0]?.cover?.id;
    expect(cover === undefined ? within.length === 0 : within.includes(cover)).toBe(true);
  }
}
