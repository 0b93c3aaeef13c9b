import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LAPSE_MS } from "../../src/records/uploads.ts";
import {
  decided,
  decideFinish,
  decideReserve,
  delivery,
  FAILURE,
  type Given,
  isLive,
  MINUTE,
  newUpload,
  NOW,
  required,
} from "./given.ts";

export function usesContract(name: string, given: Given): void {
  const free = (id: number, now = NOW) => given.records.tokens.free(id, now);
  const had = async (id: number, of: string, now = NOW) => (await given.reserve(id, of, now)).value;

  describe(`${name}: uses of a token`, () => {
    test("are seen by a decision: consumed ones, and those that other uploads hold", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      const one = await given.reserved(id, "a");
      await given.reserved(id, "b");
      await given.whole(id);
      await given.fail((await given.reserved(id, "failed")).id);
      await given.finish((await given.reserved(id, "done")).id);
      const seen = (key: Parameters<typeof given.records.uploads.transact>[0], now = NOW) =>
        given.records.uploads
          .transact(key, now, (view) => decided(view))
          .then(({ value: { token, reserved, unfinished } }) => [
            token?.consumed,
            reserved,
            unfinished,
          ]);
      expect(await seen({ id: one.id })).toEqual([1, 2, 0]);
      expect(await seen({ tokenId: id, identity: one.identity as never })).toEqual([1, 2, 4]);
      expect(await seen({ tokenId: id, identity: null })).toEqual([1, 3, 4]);
      expect(await seen({ tokenId: id, identity: null }, NOW + 5 * MINUTE)).toEqual([1, 0, 4]);
      expect(await seen({ tokenId: 999, identity: null })).toEqual([undefined, 0, 0]);
      expect(await seen({ id: 999 })).toEqual([undefined, 0, 0]);
    });

    test("are never more than the decisions give", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      expect([await had(id, "a"), await had(id, "b"), await had(id, "c")]).toEqual([
        "reserved",
        "reserved",
        "busy",
      ]);
    });

    test("an upload that goes on is the same", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id);
      const two = await given.reserved(id, "a", NOW + 4 * MINUTE);
      expect(two).toEqual({ ...one, lastByteAt: NOW + 4 * MINUTE });
      // Going on has made it last.
      expect(await free(id, NOW + 8 * MINUTE)).toBe(0);
    });

    test("lapse after five minutes, and are had again where there is room", async () => {
      const { id } = await given.addToken();
      const one = await given.reserved(id, "a");
      const late = NOW + 5 * MINUTE;
      expect([await free(id, late - 1), await had(id, "b", late - 1)]).toEqual([0, "busy"]);
      expect(await free(id, late)).toBe(1);
      await given.reserved(id, "b", late);
      expect(await had(id, "a", late)).toBe("busy");
      expect((await given.reserved(id, "a", late + 5 * MINUTE)).id).toBe(one.id);
    });

    test.each(["receiving", "finalizing"] as const)(
      "of an upload that is %s last as long as it shows life",
      async (state) => {
        const { id } = await given.addToken();
        const one = await given.whole(id, { state });
        const { touch } = given.records.uploads;
        await touch(one.id, NOW + 4 * MINUTE);
        expect(await free(id, NOW + 9 * MINUTE - 1)).toBe(0);
        expect(await free(id, NOW + 9 * MINUTE)).toBe(1);
      },
    );

    test("that have lapsed are not held again by a sign of life, nor by a chunk", async () => {
      const { id } = await given.addToken();
      const { id: uploadId } = await given.reserved(id, "a");
      const { touch } = given.records.uploads;
      expect(await touch(uploadId, NOW + MINUTE)).toBe(true);
      const late = NOW + 6 * MINUTE;
      expect(await touch(uploadId, late)).toBe(false);
      const recorded = await given.record(uploadId, 0, 100, late);
      expect([recorded.received, recorded.lastByteAt]).toEqual([100, NOW + MINUTE]);
      expect(await free(id, late)).toBe(1);
    });

    test("of an upload that has ended are not held again by a sign of life", async () => {
      const { id } = await given.addToken({ maxUploads: 2 });
      const failed = await given.reserved(id, "a");
      await given.fail(failed.id);
      await given.records.uploads.touch(failed.id, NOW + MINUTE);
      expect((await given.records.uploads.byId(failed.id))?.lastByteAt).toBe(NOW);
      expect(await free(id, NOW + MINUTE)).toBe(2);
    });

    test("written by a clock that was ahead hold no longer than one of this moment", async () => {
      const { id } = await given.addToken();
      await given.reserved(id, "a", NOW + 2 * 24 * 60 * MINUTE);
      expect(await free(id)).toBe(1);
      // A clock that is set back by a little takes nothing from uploads under way.
      const { id: other } = await given.addToken();
      await given.reserved(other, "b", NOW + MINUTE);
      expect(await free(other)).toBe(0);
    });

    test("and what a body may still belong to", async () => {
      const prospects = (id: number, now = NOW, since = NOW - 1) =>
        given.records.uploads.prospects(id, now, since);
      const { id } = await given.addToken({ maxUploads: 2 });
      const nothing = { free: 2, unfinishedChunked: false, finishedChunked: false };
      expect(await prospects(id)).toEqual(nothing);
      const whole = await given.whole(id);
      expect(await prospects(id)).toEqual({ ...nothing, free: 1 });
      await given.finish(whole.id);
      expect(await prospects(id)).toEqual({ ...nothing, free: 1 });
      const chunked = await given.reserved(id, "a");
      const under = { ...nothing, free: 0, unfinishedChunked: true };
      expect(await prospects(id)).toEqual(under);
      expect(await prospects(id, NOW + 5 * MINUTE)).toEqual({ ...under, free: 1 });
      await given.records.uploads.transact({ id: chunked.id }, NOW, () =>
        decided(null, { kind: "update", set: { state: "finalizing", lease: "one" } }),
      );
      expect(await prospects(id)).toEqual(under);
      await given.finish(chunked.id);
      expect(await prospects(id)).toEqual({ ...nothing, free: 0, finishedChunked: true });
      expect(await prospects(id, NOW, NOW)).toEqual({ ...nothing, free: 0 });
      expect(await prospects(999)).toEqual({ ...nothing, free: 0 });
    });
  });

  describe(`${name}: many at once`, () => {
    test("make one photo of an upload, consume one use and record one callback", async () => {
      const { id } = await given.addToken({ maxUploads: 9 });
      const upload = await given.reserved(id);
      const made = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          given.finish(upload.id, { delivery: delivery(`${index}`) }),
        ),
      );
      expect(made.filter((one) => one?.first)).toHaveLength(1);
      expect(new Set(made.map((one) => one?.photo.original.id)).size).toBe(1);
      expect((await given.records.tokens.byId(id))?.consumed).toBe(1);
      expect(await given.due(NOW)).toHaveLength(1);
    });

    test("begin one upload of an identity, and as many as there are uses", async () => {
      const { id } = await given.addToken({ maxUploads: 3 });
      const same = await Promise.all(Array.from({ length: 20 }, () => given.reserved(id, "same")));
      expect(new Set(same.map((upload) => upload.id)).size).toBe(1);
      const others = await Promise.all(
        Array.from({ length: 20 }, (_, index) => given.reserve(id, `${index}`)),
      );
      expect(others.filter(({ value }) => value === "reserved")).toHaveLength(2);
    });

    test("whatever happens in whatever order: no use too many, no photo twice, nothing ends twice", async () => {
      const events = fc.constantFrom(
        ...(["reserve", "whole", "record", "finalize", "release", "finish", "fail"] as const),
        ...([
          "refuse",
          "renew",
          "keep",
          "undo",
          "delete",
          "end",
          "lapse",
          "wait",
          "revoke",
        ] as const),
      );
      const histories = fc.array(fc.record({ event: events, of: fc.nat(4) }), {
        minLength: 5,
        maxLength: 40,
      });
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 3 }), histories, async (maxUploads, history) => {
          const play = await startHistory(given, maxUploads);
          for (let at = 0; at < history.length; at += 4) {
            // Four at a time, as requests come.
            await Promise.all(history.slice(at, at + 4).map(play.event));
            await play.check();
          }
        }),
        { numRuns: 150 },
      );
    }, 60_000);
  });
}

type HistoryEvent = { event: string; of: number };

/** What may happen to a few uploads of one token, and what must hold all the time. */
async function startHistory(given: Given, maxUploads: number) {
  const { uploads, tokens, chunks, leftovers, photos } = given.records;
  const { id: tokenId } = await given.addToken({ maxUploads });
  const known = new Set<number>();
  const photoOfUpload = new Map<number, number>();
  const ended = new Map<number, string>();
  let now = NOW;

  const idAt = (index: number) => [...known][index % Math.max(1, known.size)] ?? 0;

  const events: Record<string, (of: number) => Promise<unknown>> = {
    reserve: async (of) => {
      const { upload } = await given.reserve(tokenId, `${of}`, now);
      if (upload) known.add(upload.id);
    },
    whole: async () => {
      const key = { tokenId, identity: null };
      const whole = { ...newUpload("w"), identity: null };
      const { value, upload } = await uploads.transact(key, now, (view) =>
        decideReserve(view, whole, now),
      );
      if (value === "reserved") known.add(required(upload).id);
    },
    record: async (of) => {
      const at = now;
      const { value, upload } = await given.reserve(tokenId, `${of}`, at);
      if (value !== "reserved" || !upload) return;
      known.add(upload.id);
      const range = { start: 0, length: 250 };
      // It may have been deleted meanwhile.
      await chunks.record({ uploadId: upload.id, range, extra: {}, now: at }).catch(() => null);
    },
    // One that takes over a lapsed use has to have one that is free.
    finalize: (of) =>
      uploads.transact({ id: idAt(of) }, now, ({ upload, token, reserved }) =>
        upload?.state === "receiving" && token && token.consumed + reserved < token.maxUploads
          ? decided(null, {
              kind: "update",
              set: { state: "finalizing", lease: "one", lastByteAt: now },
            })
          : decided(null),
      ),
    release: (of) =>
      uploads.transact({ id: idAt(of) }, now, ({ upload }) =>
        upload?.state === "finalizing"
          ? decided(null, { kind: "update", set: { state: "receiving", lease: null } })
          : decided(null),
      ),
    finish: async (of) => {
      const id = idAt(of);
      const made = await uploads.transact({ id }, now, (view) => decideFinish(view), {
        durable: of > 2,
      });
      if (!made.value) return;
      expect(photoOfUpload.has(id)).toBe(false);
      photoOfUpload.set(id, required(made.photo).id);
    },
    fail: (of) =>
      uploads.transact({ id: idAt(of) }, now, ({ upload }) =>
        upload && isLive(upload)
          ? decided(null, { kind: "update", set: { state: "failed", failure: FAILURE } })
          : decided(null),
      ),
    refuse: (of) => given.refuse(tokenId, `${of}`, delivery(crypto.randomUUID())),
    // A renewal that asks for the use as well: a touch takes a lapsed one back from whoever has it now.
    renew: (of) =>
      uploads.transact({ id: idAt(of) }, now, ({ upload, token, reserved }) =>
        upload && isLive(upload) && token && token.consumed + reserved < token.maxUploads
          ? decided(null, { kind: "update", set: { lastByteAt: now } })
          : decided(null),
      ),
    // Its uploader has cancelled it: it holds no use.
    keep: (of) =>
      uploads.transact({ id: idAt(of) }, now, ({ upload }) =>
        upload?.state === "receiving"
          ? decided(null, {
              kind: "update",
              set: { keptUntil: now + MINUTE, lastByteAt: now - LAPSE_MS },
            })
          : decided(null),
      ),
    undo: (of) =>
      uploads.transact({ id: idAt(of) }, now, ({ upload, token, reserved }) =>
        upload?.state === "receiving" && token && token.consumed + reserved < token.maxUploads
          ? decided(null, { kind: "update", set: { keptUntil: null, lastByteAt: now } })
          : decided(null),
      ),
    delete: (of) => leftovers.delete(idAt(of)),
    end: (of) => leftovers.end([idAt(of)], now - MINUTE),
    lapse: async () => void (now += 5 * MINUTE),
    wait: async () => void (now += MINUTE),
    revoke: async (of) => of === 0 && tokens.revoke(tokenId, now),
  };

  return {
    event: ({ event, of }: HistoryEvent) => required(events[event])(of),
    check: async () => {
      const token = required(await tokens.byId(tokenId));
      const key = { tokenId, identity: null };
      const { value: reserved } = await uploads.transact(key, now, (view) =>
        decided(view.reserved),
      );
      expect(token.consumed).toBe(photoOfUpload.size);
      expect(token.consumed + reserved).toBeLessThanOrEqual(maxUploads);
      for (const { id, tokenId: of } of await leftovers.kept(100)) {
        if (of === tokenId) expect(await uploads.byId(id)).toMatchObject({ state: "receiving" });
      }
      const listed = await photos.list({ tokenId, offset: 0, limit: 100 });
      expect(listed.photos.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
        [...photoOfUpload.values()].toSorted((a, b) => a - b),
      );
      for (const id of known) {
        const upload = await uploads.byId(id);
        const before = ended.get(id);
        if (before && upload) expect(upload.state).toBe(before as never);
        if (upload && !isLive(upload)) {
          ended.set(id, upload.state);
          expect([upload.lease, upload.sealedToken]).toEqual([null, null]);
        }
        const photo = await photos.byUpload(id);
        expect(photo?.id).toBe(photoOfUpload.get(id) as never);
        expect(upload?.state === "finished").toBe(photo !== undefined);
      }
    },
  };
}
