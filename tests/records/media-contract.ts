import { describe, expect, test } from "bun:test";
import type {
  Media,
  MediaJob,
  MediaOutcome,
  OriginalFacts,
  Thumbnail,
} from "../../src/records/records.ts";
import { MINUTE, newUpload, NOW, required, type Given } from "./given.ts";

const FACTS: OriginalFacts = {
  width: 4000,
  height: 3000,
  orientation: 6,
  duration: 1.5,
  videoCodec: "avc",
  audioCodec: null,
  frameRate: 29.97,
  capturedAt: NOW - 1000,
  camera: "Camera",
  hasGps: true,
};

const THUMBNAIL: Thumbnail = {
  format: "small",
  width: 200,
  height: 150,
  size: 1234,
  type: "image/webp",
  createdAt: NOW,
};

const MADE: MediaOutcome = { facts: FACTS, thumbnails: [THUMBNAIL], reason: null, error: null };
const NONE: MediaOutcome = { facts: null, thumbnails: [], reason: "unreadable", error: null };
const PENDING: Media = { state: "pending", reason: null, facts: null, thumbnails: [] };

export function mediaContract(name: string, given: Given): void {
  const media = () => given.records.media;
  const of = async (originalId: number) => (await media().of([originalId])).get(originalId);

  /** A photo that was made at this time. */
  async function photo(now = NOW) {
    const { id } = await given.addToken();
    const upload = await given.whole(id, {}, now);
    return required(await given.finish(upload.id, { now })).photo;
  }

  /** The photo gets other bytes. */
  async function replace(photoId: number) {
    const { id } = await given.addToken({ replaces: photoId });
    const upload = await given.whole(id, {
      ...newUpload("new"),
      identity: null,
      state: "finalizing",
      replaces: photoId,
    });
    return required(await given.finish(upload.id)).photo;
  }

  const claimed = async (lease = "one", now = NOW): Promise<MediaJob> =>
    required(await media().claim(lease, now));

  describe(`${name}: the queue of thumbnails`, () => {
    test("has an original as soon as its photo is there, and gives it to one process", async () => {
      const { id, treeId, original } = await photo();
      expect(await of(original.id)).toEqual(PENDING);
      expect(await media().nextAt()).toBe(NOW);
      const { file, type, size } = original;
      expect(await claimed()).toEqual({
        photoId: id,
        treeId,
        file,
        type,
        size,
        originalId: original.id,
        attempts: 1,
      });
      expect(await media().claim("other", NOW)).toBeUndefined();
      expect(await media().nextAt()).toBeUndefined();
    });

    test("gives those first that wait longest, and none before its time", async () => {
      const [second, first] = [await photo(NOW + 20), await photo(NOW + 10)];
      expect(await media().claim("one", NOW + 9)).toBeUndefined();
      expect((await claimed("one", NOW + 30)).photoId).toBe(first.id);
      expect((await claimed("one", NOW + 30)).photoId).toBe(second.id);
    });

    test("gives what came last to whom asks for that, and none before its time", async () => {
      const [old, last, early] = [await photo(NOW), await photo(NOW + 10), await photo(NOW)];
      await photo(NOW + 30);
      const newest = async () => required(await media().claim("one", NOW + 20, "newest")).photoId;
      // Of those of one moment the one that was made last.
      expect([await newest(), await newest(), await newest()]).toEqual([last.id, early.id, old.id]);
      expect(await media().claim("one", NOW + 20, "newest")).toBeUndefined();
    });

    test("leaves nobody waiting whose time a clock that was ahead has said", async () => {
      const { id } = await photo(NOW + 365 * 24 * 60 * MINUTE);
      expect((await claimed()).photoId).toBe(id);
    });

    test("keeps facts and thumbnails, and has the job no more", async () => {
      const { original } = await photo();
      const { originalId } = await claimed();
      expect(await media().store(originalId, "one", MADE, NOW)).toBe(true);
      expect(await of(original.id)).toEqual({
        state: "ready",
        reason: null,
        facts: FACTS,
        thumbnails: [THUMBNAIL],
      });
      expect(await media().claim("one", NOW + 1e12)).toBeUndefined();
    });

    test("says when the photo was taken, which the list is ordered and filtered by", async () => {
      const [one, two] = [await photo(NOW + 1), await photo(NOW + 2)];
      const { list, byId } = given.records.photos;
      const ids = async () =>
        (await list({ order: "taken", offset: 0, limit: 2 })).photos.map(({ id }) => id);
      expect(await ids()).toEqual([two.id, one.id]);
      const facts = { ...FACTS, capturedAt: NOW + 9 };
      const { originalId, photoId } = await claimed("one", NOW + 2);
      expect(photoId).toBe(one.id);
      expect(await media().store(originalId, "one", { ...MADE, facts }, NOW)).toBe(true);
      expect(await byId(one.id)).toMatchObject({ takenAt: NOW + 9, updatedAt: null });
      expect(await ids()).toEqual([one.id, two.id]);
    });

    test("keeps why there are none", async () => {
      const { original } = await photo();
      expect(await media().store((await claimed()).originalId, "one", NONE, NOW)).toBe(true);
      expect(await of(original.id)).toEqual({ ...PENDING, state: "none", reason: "unreadable" });
    });

    test("takes nothing from a process that has not the lease, and nothing twice", async () => {
      const { original } = await photo();
      const { originalId } = await claimed();
      expect(await media().store(originalId, "other", MADE, NOW)).toBe(false);
      await media().retryAt(originalId, "other", NOW + 5, "no");
      expect(await media().claim("other", NOW + 10)).toBeUndefined();
      expect(await of(original.id)).toEqual(PENDING);
      expect(await media().store(originalId, "one", MADE, NOW)).toBe(true);
      expect(await media().store(originalId, "one", NONE, NOW)).toBe(false);
      expect((await of(original.id))?.state).toBe("ready");
    });

    test("gives a job again at its time, and counts", async () => {
      await photo();
      const { originalId } = await claimed();
      await media().retryAt(originalId, "one", NOW + 1000, "died");
      expect(await media().claim("one", NOW + 999)).toBeUndefined();
      expect(await media().nextAt()).toBe(NOW + 1000);
      expect((await claimed("one", NOW + 1000)).attempts).toBe(2);
    });

    test("takes back what a process releases, without counting it, and no other's", async () => {
      await photo();
      await photo(NOW + 1);
      await claimed("one");
      const others = await claimed("other", NOW + 1);
      await media().release("one");
      expect((await claimed("three", NOW + 1)).attempts).toBe(1);
      expect(await media().store(others.originalId, "other", NONE, NOW)).toBe(true);
    });

    test("has the jobs of processes that are gone again, but for those that were begun too often", async () => {
      const { original } = await photo();
      for (let claims = 1; claims <= 3; claims += 1) {
        expect((await claimed(`process ${claims}`)).attempts).toBe(claims);
        expect(await media().recover(3)).toBe(1);
      }
      expect(await media().claim("last", NOW)).toBeUndefined();
      expect(await of(original.id)).toMatchObject({ state: "none", reason: "gave_up" });
      expect(await media().recover(3)).toBe(0);
    });

    test("forgets the bytes that a photo had before, at once, and takes the new ones", async () => {
      const { id, original } = await photo();
      await media().store((await claimed()).originalId, "one", MADE, NOW);
      const replaced = await replace(id);
      expect(await of(original.id)).toEqual(PENDING);
      const job = await claimed();
      expect([job.originalId, job.file]).toEqual([replaced.original.id, replaced.original.file]);
      expect(await media().claim("one", NOW)).toBeUndefined();
    });

    test("takes nothing of bytes that were replaced meanwhile, or of a photo that is gone", async () => {
      const { id, original } = await photo();
      const { originalId } = await claimed();
      await replace(id);
      expect(await media().store(originalId, "one", MADE, NOW)).toBe(false);
      expect((await of(original.id))?.thumbnails).toEqual([]);
      const job = await claimed();
      await given.records.photos.transact(id, NOW, () => ({
        changes: [{ kind: "remove" }],
        value: undefined,
      }));
      expect(await media().store(job.originalId, "one", MADE, NOW)).toBe(false);
      expect(await media().nextAt()).toBeUndefined();
    });

    test("has nothing more of a photo that was removed", async () => {
      const { id, original } = await photo();
      await media().store((await claimed()).originalId, "one", MADE, NOW);
      await given.records.photos.transact(id, NOW, () => ({
        changes: [{ kind: "remove" }],
        value: undefined,
      }));
      expect(await of(original.id)).toEqual(PENDING);
      expect(await Array.fromAsync(media().requeue("all", NOW))).toEqual([]);
    });

    test("takes originals again, behind new ones, and shows what they have until then", async () => {
      const [one, two] = [await photo(), await photo()];
      await media().store((await claimed()).originalId, "one", MADE, NOW);
      await media().store((await claimed()).originalId, "one", NONE, NOW);
      expect(
        await Array.fromAsync(media().requeue({ originalIds: [one.original.id] }, NOW + 5)),
      ).toEqual([1]);
      expect((await of(one.original.id))?.state).toBe("ready");
      const three = await photo(NOW + 9);
      expect((await claimed("one", NOW + 9)).photoId).toBe(three.id);
      expect(await claimed("one", NOW + 9)).toMatchObject({ photoId: one.id, attempts: 1 });
      expect(await media().claim("one", NOW + 9)).toBeUndefined();
      // Nothing that is under way.
      expect(await Array.fromAsync(media().requeue("all", NOW))).toEqual([1]);
      expect((await claimed()).photoId).toBe(two.id);
    });

    test("takes those again that have none for one reason", async () => {
      await photo();
      const other = await photo();
      await media().store((await claimed()).originalId, "one", NONE, NOW);
      await media().store(
        (await claimed()).originalId,
        "one",
        { ...NONE, reason: "no_ffmpeg" },
        NOW,
      );
      expect(await Array.fromAsync(media().requeue({ reason: "no_ffmpeg" }, NOW))).toEqual([1]);
      expect((await claimed()).photoId).toBe(other.id);
      expect(await media().claim("one", NOW)).toBeUndefined();
    });

    test("misses none of its own: an archive has been taken in once", async () => {
      await photo();
      await Array.fromAsync(media().enqueueMissing(NOW));
      await claimed();
      await Array.fromAsync(media().enqueueMissing(NOW));
      expect(await media().claim("one", NOW + 1e12)).toBeUndefined();
    });
  });
}
