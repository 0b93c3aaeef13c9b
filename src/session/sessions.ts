import { hashSecret, newSecret, sameSecret } from "../random.ts";
import type { Level, Records, Session, SessionOwner } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { LINK_KNOWN_MS } from "./links.ts";

/** A level that sees the archive. */
export type SignedInLevel = Exclude<Level, "none" | "anonymous">;

/** Somebody who is signed in. */
export type SignedIn = {
  session: Pick<Session, "id" | "keyId">;
  level: SignedInLevel;
  /** The user that uploads belong to, as of a caller with a key; 0 for the operator. */
  userId: number;
  /** What this session's pages prove themselves by: no other site's page can know it. */
  csrf: string;
};

export type Sessions = {
  /**
   * Signs in: always a session of its own, never one that a client names.
   * @returns the secret that its cookie holds; it is nowhere else
   */
  begin(owner: SessionOwner): Promise<string>;
  /** Signs in by a link of `redeem open`; undefined where it cannot be used, or not any more. */
  beginByLink(link: string): Promise<string | undefined>;
  /**
   * Who is signed in by a secret; undefined where nobody is any more: signed out, too old, not used for a week, its key revoked, or
   * REDEEM_API_KEY another one.
   * @param isUse false for a look that should not keep the session
   */
  find(secret: string, isUse?: boolean): Promise<SignedIn | undefined>;
  end(secret: string): Promise<void>;
  /** Ends all sessions of whoever is signed in. */
  endEverywhere(signedIn: SignedIn): Promise<void>;
  /** Deletes those that have ended, and old links, in slices; yields how many each deleted. */
  prune(): AsyncIterable<number>;
  /** Milliseconds that one lasts at most. */
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

/** A session that is not used for so long is over, in milliseconds. */
const IDLE_MS = 7 * 24 * 60 * MINUTE;

/** How exact it is known when a session was used: it is not worth a write for each request. */
const TOUCH_MS = 5 * MINUTE;

export function createSessions(options: SessionsOptions): Sessions {
  const { records, secret: site, now, operatorKey, longestMs } = options;
  const fingerprint = operatorKey === undefined ? undefined : site.fingerprint(operatorKey);

  /** Undefined where the session has ended, or its key is of no use here. */
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
        // A disk that takes no writes must not shut out who comes to make room on it: whatever else is written says what is wrong.
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

/** The level, where it sees the archive. */
export function readsArchive(level: Level): SignedInLevel | undefined {
  return level === "none" || level === "anonymous" ? undefined : level;
}
