import { describe, expect, test } from "bun:test";
import { isPublished, publishedFrom } from "../../src/records/photos.ts";
import { delivery, type Given, NOW, required } from "./given.ts";

async function listed(given: Given, filter: object): Promise<number[]> {
  const page = await given.records.photos.list({ offset: 0, limit: 10, ...filter });
  return [page.total, ...page.photos.map(({ id }) => id)];
}

export function photosContract(name: string, given: Given): void {
  describe(`${name}: photos`, () => {
    test("are listed newest first, in pages, by token and by what is published", async () => {
      const open = await given.addToken({ maxUploads: 9 });
      const closed = await given.addToken({ publish: false });
      const later = await given.addToken({ publish: false, publishDate: NOW + 10 });
      const ids: number[] = [];
      for (const [index, { id }] of [open, open, closed, later].entries()) {
        const upload = await given.reserved(id, `n${index}`);
        const made = required(await given.finish(upload.id, { now: NOW + index }));
        ids.push(made.photo.id);
      }
      const [a, b, c, d] = ids as [number, number, number, number];
      expect(await listed(given, {})).toEqual([4, d, c, b, a]);
      expect(await listed(given, { offset: 1, limit: 2 })).toEqual([4, c, b]);
      expect(await listed(given, { publishedAt: NOW + 9 })).toEqual([2, b, a]);
      expect(await listed(given, { publishedAt: NOW + 10 })).toEqual([3, d, b, a]);
      expect(await listed(given, { tokenId: closed.id })).toEqual([1, c]);
      expect(await listed(given, { photoId: a })).toEqual([1, a]);
      expect(await listed(given, { photoId: a, tokenId: closed.id })).toEqual([0]);
    });
  });

  test(`${name}: a photo is published at once, at its time, or never, in lists and elsewhere`, async () => {
    const wanted = [
      { published: true, publishDate: null, from: -Infinity },
      { published: true, publishDate: NOW + 10, from: -Infinity },
      { published: false, publishDate: NOW + 10, from: NOW + 10 },
      { published: false, publishDate: null, from: null },
    ];
    for (const { published: publish, publishDate, from } of wanted) {
      const token = await given.addToken({ publish, publishDate });
      const { photo } = required(await given.finish((await given.reserved(token.id)).id));
      expect(publishedFrom(photo)).toBe(from);
      for (const at of [NOW, NOW + 9, NOW + 10, NOW + 11]) {
        const shown = await listed(given, { tokenId: token.id, publishedAt: at });
        expect(isPublished(photo, at)).toBe(from !== null && from <= at);
        expect(shown).toEqual(isPublished(photo, at) ? [1, photo.id] : [0]);
      }
    }
    expect(await listed(given, { publishedAt: NOW + 9, limit: 0 })).toEqual([2]);
    expect(await listed(given, { publishedAt: NOW + 10, limit: 0 })).toEqual([3]);
  });

  describe(`${name}: callbacks`, () => {
    test("are due at once, the longest waiting first", async () => {
      await given.pendingOf(["a", "b", "c"]);
      expect(await given.records.deliveries.nextAt(0)).toBe(NOW);
      expect(await given.due(NOW)).toEqual(["a"]);
      expect(await given.due(NOW + 5)).toEqual(["a", "b", "c"]);
      expect(await given.due(NOW + 5, 2)).toEqual(["a", "b"]);
      expect(await given.due(NOW - 1)).toEqual([]);
    });

    test("to hosts that have their share are left out, and others are due in their order", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      const hosts = ["b", "a", "c", "a", "b", "d"];
      for (const [index, host] of hosts.entries()) {
        const upload = await given.reserved(id, `${index}`);
        await given.finish(upload.id, {
          delivery: { ...delivery(`${index}`), host },
          now: NOW + index,
        });
      }
      const due = async (limit: number, except: string[]) =>
        (await given.records.deliveries.due(NOW + 4, limit, except)).map((of) => of.id);
      expect(await due(9, ["c"])).toEqual(["0", "1", "3", "4"]);
      expect(await due(2, ["b"])).toEqual(["1", "2"]);
      expect(await due(9, ["a", "b", "c"])).toEqual([]);
    });

    test("are due again after a failure, and their attempts are counted", async () => {
      await given.pendingOf(["a"]);
      await given.records.deliveries.retryAt("a", NOW + 1000, "refused");
      expect(await given.due(NOW + 999)).toEqual([]);
      expect(await given.records.deliveries.nextAt(0)).toBe(NOW + 1000);
      const [again] = await given.records.deliveries.due(NOW + 1000, 10, []);
      expect(again).toEqual({ ...delivery("a"), createdAt: NOW, attempts: 1 });
      await given.records.deliveries.retryAt("a", NOW + 2000, "refused");
      expect((await given.records.deliveries.due(NOW + 2000, 10, []))[0]?.attempts).toBe(2);
    });

    test.each(["delivered", "given-up"] as const)("are never due again when %s", async (state) => {
      await given.pendingOf(["a"]);
      await given.records.deliveries.close("a", state, null, NOW);
      expect(await given.due(NOW + 1e12)).toEqual([]);
      expect(await given.records.deliveries.nextAt(0)).toBeUndefined();
    });
  });
}
