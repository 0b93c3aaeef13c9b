import { hashSecret, newSecret, sameSecret } from "../random.ts";
import type { Level, Records, Session, SessionOwner } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { LINK_KNOWN_MS } from "./links.ts";

/** The levels with which somebody can sign in: those that may read the archive. */
export type SignedInLevel = Exclude<Level, "none" | "anonymous">;

/** Somebody who is signed in. */
export type SignedIn = {
  session: Pick<Session, "id" | "keyId">;
  level: SignedInLevel;
  /** The user that uploads belong to, as of a caller with a key; 0 for the operator. */
  userId: number;
  /** The token that this session's own pages send with each request, as proof that no other site's page has sent it (protocol 9). */
  csrf: string;
};

/** Who is signed in at `/archive`: begins sessions, finds and ends them (protocol 9). */
export type Sessions = {
  /**
   * Signs in. Always makes a new session, so that nobody can plant one whose secret they know.
   * @returns the session's secret, for its cookie; on record is its hash
   */
  begin(owner: SessionOwner): Promise<string>;
  /** Signs in by a link of `redeem open`, which is used up. @returns the session's secret; undefined if the link cannot be used (any more) */
  beginByLink(link: string): Promise<string | undefined>;
  /**
   * Who is signed in by a secret. Undefined if the session has ended: by signing out, by its age, after a week without use, since
   * its API key was revoked, or since REDEEM_API_KEY has changed.
   * @param isUse false if asking does not count as using the session
   */
  find(secret: string, isUse?: boolean): Promise<SignedIn | undefined>;
  end(secret: string): Promise<void>;
  /** Ends all sessions of the same API key; for the operator, all of the operator. */
  endEverywhere(signedIn: SignedIn): Promise<void>;
  /** Deletes ended sessions and old links, in slices; yields how many rows each slice deleted. */
  prune(): AsyncIterable<number>;
  /** How long a session lasts at most, in milliseconds (REDEEM_SESSION). */
  longestMs: number;
};

export type SessionsOptions = {
  records: Pick<Records, "sessions">;
  secret: Pick<SiteSecret, "csrf" | "fingerprint">;
  now: () => number;
  /** REDEEM_API_KEY. */
  operatorKey: string | undefined;
  /** REDEEM_SESSION, in milliseconds. */
  longestMs: number;
};

const MINUTE = 60_000;

/** A session that is not used for this long has ended; in milliseconds. */
const IDLE_MS = 7 * 24 * 60 * MINUTE;

/** Use of a session is noted at most this often, in milliseconds: it is not worth a write for each request. */
const TOUCH_MS = 5 * MINUTE;

/** Sessions of people who have signed in at `/archive` (protocol 9). */
export function createSessions(options: SessionsOptions): Sessions {
  const { records, secret: site, now, operatorKey, longestMs } = options;
  const fingerprint = operatorKey === undefined ? undefined : site.fingerprint(operatorKey);

  /** The level that a session has now; undefined if it has ended, or if its key no longer reads the archive. */
  function levelOf({ key, keyId, operatorKey: typed, createdAt, seenAt }: Session) {
    if (now() - createdAt >= longestMs || now() - seenAt >= IDLE_MS) return undefined;
    if (keyId !== null) return key?.revokedAt === null ? readsArchive(key.level) : undefined;
    if (typed === null) return "super";
    return fingerprint !== undefined && sameSecret(typed, fingerprint) ? "super" : undefined;
  }

  return {
    longestMs,
    begin: async (owner) => {
      const secret = newSecret();
      await records.sessions.begin({ ...owner, hash: hashSecret(secret), at: now() });
      return secret;
    },
    beginByLink: async (link) => {
      const secret = newSecret();
      const session = { hash: hashSecret(secret), at: now() };
      return (await records.sessions.useLink(hashSecret(link), session)) && secret;
    },
    find: async (secret, isUse = true) => {
      const session = await records.sessions.byHash(hashSecret(secret));
      const level = session && levelOf(session);
      if (!session || level === undefined) return undefined;
      if (isUse && now() - session.seenAt > TOUCH_MS) {
        // Failing to write this shuts nobody out: on a full disk somebody has to sign in to make room. Other writes report the disk.
        await records.sessions.touch(session.id, now()).catch(() => undefined);
      }
      return {
        session: { id: session.id, keyId: session.keyId },
        level,
        userId: session.keyId ?? 0,
        csrf: site.csrf(secret),
      };
    },
    end: async (secret) => {
      const session = await records.sessions.byHash(hashSecret(secret));
      if (session) await records.sessions.end(session.id);
    },
    endEverywhere: async ({ session }) => void (await records.sessions.endAllOf(session.keyId)),
    prune: () =>
      records.sessions.prune({
        created: now() - longestMs,
        seen: now() - IDLE_MS,
        links: now() - LINK_KNOWN_MS,
      }),
  };
}

/** The level itself, if it may read the archive; otherwise undefined. */
export function readsArchive(level: Level): SignedInLevel | undefined {
  return level === "none" || level === "anonymous" ? undefined : level;
}
