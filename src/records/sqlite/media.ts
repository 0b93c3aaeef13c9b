import { and, eq, inArray, sql } from "drizzle-orm";
import type { Media, MediaRecords, Photo, Thumbnail } from "../records.ts";
import { immediately, type Db } from "./db.ts";
import type { Finders } from "./find.ts";
import { claimJob, enqueueJobs, leased, nextJobAt, requeueJobs, RUNNING } from "./media-jobs.ts";
import { photoChanging } from "./photo-changes.ts";
import type { PhotoIndex } from "./photo-index.ts";
import { mediaFacts, mediaJobs, originals, thumbnails } from "./schema.ts";

/** @param onChange called with a photo whose capture time was found, as it was before, when its transaction has ended */
export function mediaRecords(
  db: Db,
  finders: Finders,
  index: PhotoIndex,
  onChange: (before: Photo) => void,
): MediaRecords {
  const change = photoChanging(db, finders, index);
  const statements = prepareMedia(db);

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
    claim: async (lease, now, first) =>
      db.transaction(() => claimJob(db, lease, now, first), immediately),

    nextAt: async () => nextJobAt(db),

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
      db
        .update(mediaJobs)
        .set({ state: "waiting", lease: null, nextAt: at, lastError: error })
        .where(leased(originalId, lease))
        .run().changes > 0,

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
        const queued = db.transaction(() => enqueueJobs(db, now), immediately);
        if (queued === undefined) return;
        yield queued;
      }
    },

    requeue: async function* (which, now) {
      yield* requeueJobs(db, which, now);
    },

    of: async (originalIds) => mediaOf(statements, originalIds),
  };
}

function replaceThumbnails(db: Db, originalId: number, made: readonly Thumbnail[]): void {
  db.delete(thumbnails).where(eq(thumbnails.originalId, originalId)).run();
  if (made.length === 0) return;
  db.insert(thumbnails)
    .values(made.map((one) => ({ originalId, ...one })))
    .run();
}

/** What is asked for each page of photos. */
function prepareMedia(db: Db) {
  const ids = sql`(select value from json_each(${sql.placeholder("ids")}))`;
  const { originalId, state, reason } = mediaJobs;
  return {
    jobs: db
      .select({ originalId, state, reason })
      .from(mediaJobs)
      .where(inArray(originalId, ids))
      .prepare(),
    facts: db.select().from(mediaFacts).where(inArray(mediaFacts.originalId, ids)).prepare(),
    thumbnails: db.select().from(thumbnails).where(inArray(thumbnails.originalId, ids)).prepare(),
  };
}

function mediaOf(
  statements: ReturnType<typeof prepareMedia>,
  ids: readonly number[],
): Map<number, Media> {
  const these = { ids: JSON.stringify(ids) };
  const jobs = statements.jobs.all(these);
  const facts = statements.facts.all(these);
  const made = statements.thumbnails.all(these);
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
