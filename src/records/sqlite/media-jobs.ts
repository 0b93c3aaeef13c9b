import { and, asc, desc, eq, inArray, lte, sql } from "drizzle-orm";
import type { MediaJob, MediaSelection } from "../records.ts";
import type { Db } from "./db.ts";
import { readFact, writeFact } from "./facts.ts";
import { mediaFacts, mediaJobs, originals, photos, thumbnails } from "./schema.ts";

/** In the indexes' own words. */
const WAITING = sql`${mediaJobs.state} = 'waiting'`;
export const RUNNING = sql`${mediaJobs.state} = 'running'`;
const NONE = sql`${mediaJobs.state} = 'none'`;

/** Rows that are changed at once: about a millisecond's work. */
const FEW = 200;

/** Longer than any attempt waits for the next one. */
const LONGEST_WAIT_MS = 60 * 60_000;

/** Originals up to this id are in the queue, or were. */
const QUEUED_UP_TO = "media queued up to";

/** Writes into the queue what the transaction that makes an original decides. Call its functions inside that. */
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
export const leased = (originalId: number, lease: string) =>
  and(eq(mediaJobs.originalId, originalId), RUNNING, eq(mediaJobs.lease, lease));

/** When the next attempt is due; undefined where no job waits. */
export function nextJobAt(db: Db): number | undefined {
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
}

/** Takes a job that is due: one of a new original before those of the backlog. Call it inside a transaction. */
export function claimJob(
  db: Db,
  lease: string,
  now: number,
  first: "oldest" | "newest" = "oldest",
): MediaJob | undefined {
  for (;;) {
    const newest = first === "newest" ? lastDue(db, now) : undefined;
    const next = newest ?? due(db, now, false) ?? due(db, now, true);
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

const JOB = {
  originalId: mediaJobs.originalId,
  attempts: mediaJobs.attempts,
  nextAt: mediaJobs.nextAt,
};

/** The new original that came last; the index of those that wait, read from its end. */
function lastDue(db: Db, now: number) {
  return db
    .select(JOB)
    .from(mediaJobs)
    .where(and(WAITING, eq(mediaJobs.backlog, false), lte(mediaJobs.nextAt, now)))
    .orderBy(desc(mediaJobs.nextAt), desc(mediaJobs.originalId))
    .limit(1)
    .get();
}

function due(db: Db, now: number, backlog: boolean) {
  const [next] = db
    .select(JOB)
    .from(mediaJobs)
    .where(and(WAITING, eq(mediaJobs.backlog, backlog)))
    .orderBy(asc(mediaJobs.nextAt))
    .limit(1)
    .all();
  // No attempt waits so long: a clock that was ahead has said so.
  const isDue = next && (next.nextAt <= now || next.nextAt > now + LONGEST_WAIT_MS);
  return isDue ? next : undefined;
}

/**
 * Puts the next originals that have no job into the queue. Call it inside a transaction.
 * @returns how many of them; undefined where all had been looked at
 */
export function enqueueJobs(db: Db, now: number): number | undefined {
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

/** Puts jobs that have ended into the queue again, some at a time. Yields how many. */
export async function* requeueJobs(
  db: Db,
  which: MediaSelection,
  now: number,
): AsyncGenerator<number> {
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
