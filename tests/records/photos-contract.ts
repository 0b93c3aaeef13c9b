import { describe, expect, test } from "bun:test";
import { isPublished, publishedFrom } from "../../src/records/photos.ts";
import type { DeliveryFilter, PhotoEvent } from "../../src/records/records.ts";
import { delivery, type Given, NOW, required } from "./given.ts";

async function listed(given: Given, filter: object): Promise<number[]> {
  const page = await given.records.photos.list({ offset: 0, limit: 10, ...filter });
  return [page.total, ...page.photos.map(({ id }) => id)];
}

/** A pingback whose id is what it tells. */
const tell = (event: PhotoEvent) => ({
  kind: "pingbacks" as const,
  of: () => [{ event, delivery: delivery(event) }],
});

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
      const of = { event: "success" as const, uploadId: 1, photoId: 1 };
      expect(again).toEqual({ ...delivery("a"), ...of, createdAt: NOW, attempts: 1 });
      await given.records.deliveries.retryAt("a", NOW + 2000, "refused");
      expect((await given.records.deliveries.due(NOW + 2000, 10, []))[0]?.attempts).toBe(2);
    });

    test("are listed newest first, in pages, by state and by photo", async () => {
      await given.pendingOf(["a", "b", "c", "d"]);
      const { deliveries } = given.records;
      await deliveries.close("b", "delivered", null, NOW + 9);
      await deliveries.close("c", "given-up", "no", NOW + 9, "sealed");
      const ids = async (filter: Partial<DeliveryFilter>) =>
        (await deliveries.list({ limit: 9, ...filter })).map(({ id }) => id);
      expect(await ids({})).toEqual(["d", "c", "b", "a"]);
      expect(await ids({ limit: 2 })).toEqual(["d", "c"]);
      expect(await ids({ after: { createdAt: NOW + 2, id: "c" } })).toEqual(["b", "a"]);
      expect(await ids({ state: "pending" })).toEqual(["d", "a"]);
      expect(await ids({ state: "delivered" })).toEqual(["b"]);
      expect(await ids({ photoId: 3 })).toEqual(["c"]);
      expect(await ids({ photoId: 3, state: "pending" })).toEqual([]);
      expect(await deliveries.byId("c")).toEqual({
        ...delivery("c"),
        event: "success",
        uploadId: 3,
        photoId: 3,
        url: "",
        body: "",
        state: "given-up",
        createdAt: NOW + 2,
        attempts: 1,
        nextAt: NOW + 2,
        lastError: "no",
        closedAt: NOW + 9,
        sealed: "sealed",
      });
      expect(await deliveries.byId("z")).toBeUndefined();
    });

    test("are due again when they are asked for, and have their day", async () => {
      await given.pendingOf(["a", "b", "c"]);
      const { deliveries } = given.records;
      const opened = { url: "http://x/again", body: "again" };
      await deliveries.retryAt("a", NOW + 9000, "refused");
      await deliveries.close("b", "delivered", null, NOW + 9);
      await deliveries.close("c", "given-up", "no", NOW + 9, "sealed");
      expect(await deliveries.retryNow("a", NOW + 50)).toBe("due");
      expect(await deliveries.retryNow("b", NOW + 50, opened)).toBe("delivered");
      expect(await deliveries.retryNow("c", NOW + 50)).toBe("given-up");
      expect(await deliveries.retryNow("z", NOW + 50)).toBe("unknown");
      expect(await given.due(NOW + 50)).toEqual(["a"]);
      expect(await deliveries.retryNow("c", NOW + 60, opened)).toBe("due");
      // Another one who asks for it comes too late, and nothing is set back.
      expect(await deliveries.retryNow("c", NOW + 70, opened)).toBe("due");
      expect(await given.due(NOW + 50)).toEqual(["a"]);
      const again = (await deliveries.due(NOW + 60, 9, [])).find(({ id }) => id === "c");
      expect(again).toMatchObject({ ...opened, createdAt: NOW + 60, attempts: 0 });
      expect(await deliveries.byId("c")).toMatchObject({ state: "pending", sealed: null });
    });

    test("of a photo itself are recorded with what they tell, and outlive it", async () => {
      const { id } = await given.addToken();
      const upload = await given.reserved(id);
      const { photo } = required(await given.finish(upload.id));
      const { photos, deliveries } = given.records;
      await photos.transact(photo.id, NOW + 1, () => ({
        changes: [{ kind: "update", set: { title: "New" } }, tell("updated")],
        value: undefined,
      }));
      await photos.transact(photo.id, NOW + 2, () => ({
        changes: [tell("deleted"), { kind: "remove" }],
        value: undefined,
      }));
      const refused = photos.transact(photo.id, NOW + 3, () => {
        throw new Error("no");
      });
      expect(refused).rejects.toThrow("no");
      expect(await given.due(NOW + 9)).toEqual(["updated", "deleted"]);
      expect(await deliveries.list({ photoId: photo.id, limit: 9 })).toMatchObject([
        { id: "deleted", event: "deleted", uploadId: null, photoId: photo.id },
        { id: "updated", event: "updated", uploadId: null, photoId: photo.id },
      ]);
    });

    test.each(["delivered", "given-up"] as const)("are never due again when %s", async (state) => {
      await given.pendingOf(["a"]);
      await given.records.deliveries.close("a", state, null, NOW);
      expect(await given.due(NOW + 1e12)).toEqual([]);
      expect(await given.records.deliveries.nextAt(0)).toBeUndefined();
    });
  });
}
