import type { ApiKey } from "./keys.ts";

/** Whose a session is: an API key's (its user), or the operator's, who has none on record. */
export type SessionOwner = {
  /** Null for the operator. */
  keyId: number | null;
  /** Which REDEEM_API_KEY was typed, as a fingerprint; null for one of `redeem open`, and of an API key. */
  operatorKey: string | null;
};

export type Session = SessionOwner & {
  id: number;
  createdAt: number;
  /** When its last request came, give or take some minutes. */
  seenAt: number;
  /** Its API key as it is now; null for the operator. */
  key: Pick<ApiKey, "level" | "revokedAt"> | null;
};

/** An address that signs in once. Null `keyId`: as the operator. */
export type SignInLink = {
  keyId: number | null;
  createdAt: number;
  /** Its last moment. */
  expiresAt: number;
  usedAt: number | null;
};

/**
 * Who has signed in at `/archive`, in a browser. Secrets are on record as hashes alone. What ends a session is on the disk when it
 * answers: it must not come back.
 */
export interface SessionRecords {
  /** Of one owner the newest 100 stay: earlier ones are ended. */
  begin(session: SessionOwner & { hash: string; at: number }): Promise<Session>;
  byHash(hash: string): Promise<Session | undefined>;
  /** Notes that it is used. A power cut may take that. */
  touch(id: number, at: number): Promise<void>;
  /** False where it had ended. */
  end(id: number): Promise<boolean>;
  /** Ends all sessions of an API key, or all of the operator's, however they were begun. @returns how many */
  endAllOf(keyId: number | null): Promise<number>;

  addLink(
    link: Pick<SignInLink, "keyId" | "createdAt" | "expiresAt"> & { hash: string },
  ): Promise<void>;
  linkByHash(hash: string): Promise<SignInLink | undefined>;
  /**
   * Uses a link, and begins the session that it is for: one transaction, so that of many who try at once one is signed in.
   * @returns undefined where the link is not known, was used, or is too old; or its API key was revoked
   */
  useLink(hash: string, session: { hash: string; at: number }): Promise<Session | undefined>;

  /**
   * Deletes sessions that were begun, or used last, before then, those of revoked keys, and links that ended before then, in slices; yields how many
   * each deleted.
   */
  prune(before: { created: number; seen: number; links: number }): AsyncIterable<number>;
}
