import type { Problem } from "../problem.ts";
import type { ByteRange } from "../records/records.ts";

/**
 * What this process is receiving at this moment. The database knows what has been received; two
 * requests that want to write the same bytes meet here.
 */
export interface Active {
  /** Joins the session of an upload, opening it for the first one. Leave it in the end. */
  join(uploadId: number): Session;
  leave(session: Session): void;
  /** A sync of the upload's file has failed: chunks that are being written now must not be recorded. */
  doubt(uploadId: number): void;
  /** Whether any request is at work on the upload. */
  has(uploadId: number): boolean;
}

export type Session = {
  readonly uploadId: number;
  /** Requests at work. */
  members: number;
  claims: Set<ByteRange>;
  /** Requests that wait for a claim to be let go of. */
  waiting: Set<() => void>;
  /** Why the upload has failed: nothing that still comes in may be recorded. */
  failure: Problem | undefined;
  /** Syncs of its file that have failed: bytes that were begun before the last one may be lost. */
  doubts: number;
  /** The one completion that is under way, for all to wait for. */
  completing: Promise<unknown> | undefined;
};

export function createActive(): Active {
  const sessions = new Map<number, Session>();
  return {
    join: (uploadId) => {
      let session = sessions.get(uploadId);
      if (!session) {
        session = {
          uploadId,
          members: 0,
          claims: new Set(),
          waiting: new Set(),
          failure: undefined,
          doubts: 0,
          completing: undefined,
        };
        sessions.set(uploadId, session);
      }
      session.members += 1;
      return session;
    },
    leave: (session) => {
      session.members -= 1;
      if (session.members === 0) sessions.delete(session.uploadId);
    },
    doubt: (uploadId) => {
      const session = sessions.get(uploadId);
      if (session) session.doubts += 1;
    },
    has: (uploadId) => sessions.has(uploadId),
  };
}

/** Takes a range for one request to write. Undefined where another request is writing a part of it. */
export function claim(session: Session, range: ByteRange): ByteRange | undefined {
  if (isTaken(session, range)) return undefined;
  const taken = { ...range };
  session.claims.add(taken);
  return taken;
}

/** Lets go of a claim, and wakes those who wait for one. */
export function unclaim(session: Session, taken: ByteRange): void {
  session.claims.delete(taken);
  for (const wake of session.waiting) wake();
  session.waiting.clear();
}

/** Resolves when a claim is let go of, or after this long. */
export function nextUnclaim(session: Session, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      session.waiting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, withinMs);
    session.waiting.add(wake);
  });
}

/** Makes a claim longer. False, and unchanged, where another request is writing there. */
export function extend(session: Session, taken: ByteRange, length: number): boolean {
  const more = { start: taken.start + taken.length, length: length - taken.length };
  if (isTaken(session, more)) return false;
  taken.length = length;
  return true;
}

function isTaken(session: Session, range: ByteRange): boolean {
  for (const other of session.claims) {
    const apart =
      other.start >= range.start + range.length || range.start >= other.start + other.length;
    if (!apart) return true;
  }
  return false;
}
