import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Upload, UploadChange, UploadToken, UploadView } from "../../src/records/records.ts";
import { LAPSE_MS } from "../../src/records/uploads.ts";
import { decideChunk } from "../../src/upload/chunk-rules.ts";
import { lengthsAt, type Chunk } from "../../src/upload/chunk.ts";
import { holdsUse, isUnderWay } from "../../src/upload/rules.ts";
import {
  decideCancel,
  decideKeptEnd,
  decideRefusal,
  LONGEST_KEPT_MS,
} from "../../src/upload/end-rules.ts";
import { decideFinalizing, decidePhoto, decideRollBack } from "../../src/upload/finalize-rules.ts";
import { decideRenewal, decideReservation, decideUndo } from "../../src/upload/upload-rules.ts";

/** Any sequence of events, from any state, by any processes: what must never be. */

const SIZE = 100;

type OfUpload =
  | { do: "reserve"; of: number }
  | { do: "refuse"; of: number }
  | { do: "finalize"; of: number; by: number }
  | { do: "make"; of: number; by: number }
  | { do: "roll back"; of: number; by: number }
  | { do: "cancel"; of: number; by: number; keepMs: number }
  | { do: "undo"; of: number }
  | { do: "renew"; of: number }
  | { do: "keep no longer"; of: number };

type Step = OfUpload | { do: "wait"; lapses: number } | { do: "revoke" };

const of = fc.nat({ max: 4 });
const by = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("reserve" as const, "refuse" as const), of }),
  fc.record({
    do: fc.constant("cancel" as const),
    of,
    by,
    keepMs: fc.constantFrom(0, 1000, LONGEST_KEPT_MS),
  }),
  fc.record({
    do: fc.constantFrom("undo" as const, "renew" as const, "keep no longer" as const),
    of,
  }),
  fc.record({
    do: fc.constantFrom("finalize" as const, "make" as const, "roll back" as const),
    of,
    by,
  }),
  fc.record({
    do: fc.constant("wait" as const),
    lapses: fc.double({ min: 0, max: 1.5, noNaN: true }),
  }),
  fc.record({ do: fc.constant("revoke" as const) }),
);

const photo = () => ({ token: "t", treeId: 1 });

/** The archive of one token, on which decisions are carried out as the records do. */
function createModel(maxUploads: number) {
  let now = 1_800_000_000_000;
  const uploads = new Map<number, Upload>();
  const photos = new Map<number, number>();
  const token = { id: 1, maxUploads, consumed: 0, revokedAt: null, replaces: null } as UploadToken;

  const reserved = (except?: number) =>
    [...uploads].filter(([key, one]) => key !== except && holdsUse(one, now)).length;

  function view(key: number): UploadView {
    const unfinished = [...uploads.values()].filter(({ state }) => state !== "finished").length;
    return {
      upload: uploads.get(key),
      photo: undefined,
      token,
      replaced: undefined,
      reserved: reserved(key),
      unfinished,
    };
  }

  function apply(key: number, changes: readonly UploadChange[]): void {
    for (const change of changes) {
      const known = uploads.get(key);
      if (change.kind === "begin") {
        if (known && known.state !== "failed") throw new Error("begun over one that lives");
        const times = { id: key, tokenId: 1, createdAt: now, lastByteAt: now, keptUntil: null };
        uploads.set(key, { ...change.upload, ...times, received: SIZE });
      } else if (change.kind === "update" && known) {
        const changed = { ...known, ...change.set };
        uploads.set(key, changed.state === "failed" ? { ...changed, keptUntil: null } : changed);
      } else if (change.kind === "photo" && known) {
        photos.set(key, (photos.get(key) ?? 0) + 1);
        token.consumed += 1;
        uploads.set(key, { ...known, state: "finished", lease: null });
      }
    }
  }

  return {
    token,
    uploads,
    photos,
    reserved,
    reserves: (key: number) => reserved() > reserved(key),
    take: (one: Step) => {
      if (one.do === "wait") now += one.lapses * LAPSE_MS;
      else if (one.do === "revoke") token.revokedAt = now;
      else apply(one.of, decide(one).changes);
    },
  };

  function decide(one: OfUpload): {
    changes: readonly UploadChange[];
  } {
    const seen = view(one.of);
    const identity = { identifier: "i", filename: "f", chunkSize: SIZE, totalSize: SIZE };
    const begun = { identity, filename: "f", file: "f" };
    if (one.do === "reserve") {
      return decideReservation(seen, { ...begun, clientInfo: {}, sealedToken: null }, now);
    }
    if (one.do === "refuse") {
      const failure = { code: "c", message: "m" };
      const refusal = { failure, delivery: null, scope: "upload" as const, alone: true };
      return decideRefusal(seen, refusal, begun, now);
    }
    if (one.do === "undo") return decideUndo(seen, now);
    if (one.do === "renew") return decideRenewal(seen, now);
    if (one.do === "keep no longer") return decideKeptEnd(seen, now);
    const lease = `process ${one.by}`;
    if (one.do === "cancel") return decideCancel(seen, { lease, keepMs: one.keepMs }, now);
    if (one.do === "finalize") {
      const request = { size: SIZE, lease, extra: {}, othersLive: true };
      return decideFinalizing(seen, request, now);
    }
    if (one.do === "roll back") return decideRollBack(seen, lease);
    return decidePhoto(seen, { lease, type: "image/png", size: SIZE, photo, delivery: () => null });
  }
}

test("uses consumed and reserved are never more than a token has, and a photo is made once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
      const model = createModel(max);
      const ended = new Map<number, string>();
      let revoked = 0;
      for (const one of steps) {
        const photosBefore = model.photos.size;
        model.take(one);
        expect(model.token.consumed + model.reserved()).toBeLessThanOrEqual(max);
        expect([...model.photos.values()].every((count) => count === 1)).toBe(true);
        expect(model.token.consumed).toBe(model.photos.size);
        if (model.token.revokedAt !== null) {
          revoked += 1;
          if (revoked > 1) expect(model.photos.size).toBe(photosBefore);
        }
        for (const [key, known] of model.uploads) {
          const { state, lease } = known;
          // One that was cancelled holds no use while it is kept, and becomes no photo without an Undo.
          if (known.keptUntil !== null) {
            expect([state, model.reserves(key)]).toEqual(["receiving", false]);
          }
          // A lease is of one that is being finalized, and what is a photo stays one.
          if (state !== "finalizing") expect(lease).toBeNull();
          if (ended.get(key) === "finished") expect(state).toBe("finished");
          if (!isUnderWay(state)) ended.set(key, state);
          expect(model.photos.has(key)).toBe(state === "finished");
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test("of chunks by any plans, no byte is ever written by two", () => {
  const plan = fc.record({
    chunkSize: fc.integer({ min: 1, max: 60 }),
    number: fc.nat({ max: 30 }),
    long: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(plan, { maxLength: 40 }),
      (totalSize, plans) => {
        const stored: { start: number; length: number }[] = [];
        for (const { chunkSize, number, long } of plans) {
          const start = number * chunkSize;
          const lengths = lengthsAt(start, chunkSize, totalSize);
          const [shortest] = lengths;
          if (shortest === undefined) continue;
          const identity = { identifier: "i", filename: "f", chunkSize, totalSize };
          const chunk: Chunk = { identity, number: number + 1, start, lengths, clientInfo: {} };
          const length = (long && lengths[1]) || shortest;
          const lastBefore = (end: number) =>
            stored.filter((one) => one.start < end).toSorted((a, b) => b.start - a.start)[0];
          const decided = decideChunk(undefined, lastBefore(start + shortest), true, chunk);
          if (decided.do !== "write") continue;
          // What the shell asks again where the chunk turns out to be the longer one.
          const before = lastBefore(start + length);
          if (length > shortest && before && before.start + before.length > start) continue;
          stored.push({ start, length });
        }
        const bytes = stored.flatMap(({ start, length }) =>
          Array.from({ length }, (_, at) => start + at),
        );
        expect(new Set(bytes).size).toBe(bytes.length);
        expect(Math.max(0, ...bytes)).toBeLessThan(totalSize);
      },
    ),
    { numRuns: 1000 },
  );
});
