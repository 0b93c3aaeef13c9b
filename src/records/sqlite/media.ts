import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type {
  Media,
  MediaJob,
  MediaRecords,
  MediaSelection,
  Photo,
  Thumbnail,
} from "../records.ts";
import { immediately, type Db } from "./db.ts";
import { readFact, writeFact } from "./facts.ts";
import type { Finders } from "./find.ts";
import { photoChanging } from "./photo-changes.ts";
import type { PhotoIndex } from "./photo-index.ts";
import { mediaFacts, mediaJobs, originals, photos, thumbnails } from "./schema.ts";

/** In the indexes' own words. */
const WAITING = sql`${mediaJobs.state} = 'waiting'`;
const RUNNING = sql`${mediaJobs.state} = 'running'`;
const NONE = sql`${mediaJobs.state} = 'none'`;

/** Rows that are changed at once: about a millisecond's work. */
const FEW = 200;

/** Longer than any attempt waits for the next one. */
const LONGEST_WAIT_MS = 60 * 60_000;

/** Originals up to this id are in the queue, or were. */
const QUEUED_UP_TO = "media queued up to";

/** Writes into the queue what the transaction that makes an original decides. Call them inside it. */
export function mediaQueuer(db: Db) {
  const insert = db
    .insert(mediaJobs)
    .values({
      originalId: sql.placeholder("originalId"),
      state: "waiting",
      backlog: false,
      nextAt: sql.placeholder("now"),
    })
    .prepare();
  const id = sql.placeholder("originalId");
  const deletions = [
    db.delete(mediaJobs).where(eq(mediaJobs.originalId, id)).prepare(),
    db.delete(thumbnails).where(eq(thumbnails.originalId, id)).prepare(),
    db.delete(mediaFacts).where(eq(mediaFacts.originalId, id)).prepare(),
  ];
  return {
    add: (originalId: number, now: number): void => void insert.run({ originalId, now }),
    /** The original is no photo's any more: nobody is shown what was made of it. */
    delete: (originalId: number): void => {
      for (const deletion of deletions) deletion.run({ originalId });
    },
  };
}

/** The job, as long as it is this process's. */
const leased = (originalId: number, lease: string) =>
  and(eq(mediaJobs.originalId, originalId), RUNNING, eq(mediaJobs.lease, lease));

/** @param onChange called with a photo whose capture time was found, as it was before, when its transaction has ended */
export function mediaRecords(
  db: Db,
  finders: Finders,
  index: PhotoIndex,
  onChange: (before: Photo) => void,
): MediaRecords {
  const change = photoChanging(db, finders, index);

  /** The photo of these bytes was taken when they say. @returns the photo as it was before, where that is a change */
  function noteTaken(originalId: number, at: number | null, now: number): Photo | undefined {
    const made = db
      .select({ photoId: originals.photoId })
      .from(originals)
      .where(eq(originals.id, originalId))
      .get();
    const photo = made && finders.photos.byId(made.photoId);
    if (!photo || photo.takenAt === at) return undefined;
    change(photo, [{ kind: "taken", at }], now);
    return photo;
  }

  return {
    claim: async (lease, now) => db.transaction(() => claim(db, lease, now), immediately),

    nextAt: async () => {
      const times = [false, true].map(
        (backlog) =>
          db
            .select({ at: mediaJobs.nextAt })
            .from(mediaJobs)
            .where(and(WAITING, eq(mediaJobs.backlog, backlog)))
            .orderBy(asc(mediaJobs.nextAt))
            .limit(1)
            .get()?.at ?? Infinity,
      );
      const first = Math.min(...times);
      return first === Infinity ? undefined : first;
    },

    store: async (originalId, lease, outcome, now) => {
      let before: Photo | undefined;
      const stored = db.transaction(() => {
        before = undefined;
        const { facts, reason, error } = outcome;
        // Its row goes with the original, or when the photo gets another one.
        const ended = db
          .update(mediaJobs)
          .set({
            state: reason === null ? "ready" : "none",
            reason,
            lease: null,
            lastError: error,
          })
          .where(leased(originalId, lease))
          .run().changes;
        if (ended === 0) return false;
        if (facts) {
          db.insert(mediaFacts)
            .values({ originalId, ...facts })
            .onConflictDoUpdate({ target: mediaFacts.originalId, set: facts })
            .run();
        }
        replaceThumbnails(db, originalId, outcome.thumbnails);
        before = noteTaken(originalId, facts?.capturedAt ?? null, now);
        return true;
      }, immediately);
      if (before) onChange(before);
      return stored;
    },

    retryAt: async (originalId, lease, at, error) =>
      void db
        .update(mediaJobs)
        .set({ state: "waiting", lease: null, nextAt: at, lastError: error })
        .where(leased(originalId, lease))
        .run(),

    release: async (lease) =>
      void db
        .update(mediaJobs)
        .set({ state: "waiting", lease: null, attempts: sql`${mediaJobs.attempts} - 1` })
        .where(and(RUNNING, eq(mediaJobs.lease, lease)))
        .run(),

    // As many as processes were at work at most: few.
    recover: async (most) =>
      db
        .update(mediaJobs)
        .set({
          state: sql`case when ${mediaJobs.attempts} >= ${most} then 'none' else 'waiting' end`,
          reason: sql`case when ${mediaJobs.attempts} >= ${most} then 'gave_up' end`,
          lastError: "The server ended in the middle.",
          lease: null,
        })
        .where(RUNNING)
        .run().changes,

    enqueueMissing: async function* (now) {
      for (;;) {
        const queued = db.transaction(() => enqueueSome(db, now), immediately);
        if (queued === undefined) return;
        yield queued;
      }
    },

    requeue: async function* (which, now) {
      yield* requeue(db, which, now);
    },

    of: async (originalIds) => mediaOf(db, originalIds),
  };
}

function replaceThumbnails(db: Db, originalId: number, made: readonly Thumbnail[]): void {
  db.delete(thumbnails).where(eq(thumbnails.originalId, originalId)).run();
  if (made.length === 0) return;
  db.insert(thumbnails)
    .values(made.map((one) => ({ originalId, ...one })))
    .run();
}

function claim(db: Db, lease: string, now: number): MediaJob | undefined {
  for (;;) {
    const next = due(db, now, false) ?? due(db, now, true);
    if (next === undefined) return undefined;
    const { originalId } = next;
    const job = db
      .select({
        photoId: originals.photoId,
        treeId: photos.treeId,
        file: originals.file,
        type: originals.type,
        size: originals.size,
      })
      .from(originals)
      .innerJoin(photos, eq(photos.id, originals.photoId))
      .where(and(eq(originals.id, originalId), eq(photos.originalId, originalId)))
      .get();
    if (!job) {
      db.delete(mediaJobs).where(eq(mediaJobs.originalId, originalId)).run();
      continue;
    }
    const attempts = next.attempts + 1;
    db.update(mediaJobs)
      .set({ state: "running", lease, attempts })
      .where(eq(mediaJobs.originalId, originalId))
      .run();
    return { ...job, originalId, attempts };
  }
}

function due(db: Db, now: number, backlog: boolean) {
  const [next] = db
    .select({
      originalId: mediaJobs.originalId,
      attempts: mediaJobs.attempts,
      nextAt: mediaJobs.nextAt,
    })
    .from(mediaJobs)
    .where(and(WAITING, eq(mediaJobs.backlog, backlog)))
    .orderBy(asc(mediaJobs.nextAt))
    .limit(1)
    .all();
  // No attempt waits so long: a clock that was ahead has said so.
  const isDue = next && (next.nextAt <= now || next.nextAt > now + LONGEST_WAIT_MS);
  return isDue ? next : undefined;
}

/** Answers how many were put into the queue; undefined where all had been looked at. */
function enqueueSome(db: Db, now: number): number | undefined {
  const after = Number(readFact(db, QUEUED_UP_TO) ?? 0);
  const ids = db
    .select({ id: originals.id, queued: mediaJobs.originalId, current: photos.originalId })
    .from(originals)
    .leftJoin(mediaJobs, eq(mediaJobs.originalId, originals.id))
    .innerJoin(photos, eq(photos.id, originals.photoId))
    .where(sql`${originals.id} > ${after}`)
    .orderBy(originals.id)
    .limit(FEW)
    .all();
  const last = ids.at(-1);
  if (!last) return undefined;
  const missing = ids.filter(({ id, queued, current }) => queued === null && current === id);
  if (missing.length > 0) {
    db.insert(mediaJobs)
      .values(
        missing.map(({ id }) => ({
          originalId: id,
          state: "waiting" as const,
          backlog: true,
          nextAt: now,
        })),
      )
      .run();
  }
  writeFact(db, QUEUED_UP_TO, String(last.id));
  return missing.length;
}

const AGAIN = {
  state: "waiting",
  backlog: true,
  lease: null,
  attempts: 0,
  lastError: null,
} as const;

async function* requeue(db: Db, which: MediaSelection, now: number): AsyncGenerator<number> {
  const ended = sql`${mediaJobs.state} in ('ready', 'none')`;
  if (which !== "all" && "originalIds" in which) {
    for (let at = 0; at < which.originalIds.length; at += FEW) {
      const some = which.originalIds.slice(at, at + FEW);
      yield db
        .update(mediaJobs)
        .set({ ...AGAIN, nextAt: now })
        .where(and(inArray(mediaJobs.originalId, some), ended))
        .run().changes;
    }
    return;
  }
  // Each once: what ends again meanwhile lies behind.
  for (let after = 0; ;) {
    const some = db
      .select({ id: mediaJobs.originalId })
      .from(mediaJobs)
      .where(
        and(
          sql`${mediaJobs.originalId} > ${after}`,
          which === "all" ? undefined : and(NONE, eq(mediaJobs.reason, which.reason)),
        ),
      )
      .orderBy(mediaJobs.originalId)
      .limit(FEW)
      .all();
    const last = some.at(-1);
    if (!last) return;
    after = last.id;
    const ids = some.map(({ id }) => id);
    yield db
      .update(mediaJobs)
      .set({ ...AGAIN, nextAt: now })
      .where(and(inArray(mediaJobs.originalId, ids), ended))
      .run().changes;
  }
}

function mediaOf(db: Db, originalIds: readonly number[]): Map<number, Media> {
  const ids = [...originalIds];
  const jobs = db
    .select({
      originalId: mediaJobs.originalId,
      state: mediaJobs.state,
      reason: mediaJobs.reason,
    })
    .from(mediaJobs)
    .where(inArray(mediaJobs.originalId, ids))
    .all();
  const facts = db.select().from(mediaFacts).where(inArray(mediaFacts.originalId, ids)).all();
  const made = db.select().from(thumbnails).where(inArray(thumbnails.originalId, ids)).all();
  const factsById = new Map(facts.map(({ originalId, ...of }) => [originalId, of]));
  const jobsById = new Map(jobs.map((job) => [job.originalId, job]));
  const thumbnailsById = Map.groupBy(made, ({ originalId }) => originalId);
  return new Map(
    ids.map((id) => {
      const of: Thumbnail[] = (thumbnailsById.get(id) ?? []).map(({ originalId, ...one }) => one);
      const job = jobsById.get(id);
      // What is made anew has its old thumbnails until then.
      const state = job?.state === "none" ? "none" : of.length > 0 ? "ready" : "pending";
      const reason = state === "none" ? (job?.reason ?? null) : null;
      return [id, { state, reason, facts: factsById.get(id) ?? null, thumbnails: of }];
    }),
  );
}
