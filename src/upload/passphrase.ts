import { createHmac, randomBytes } from "node:crypto";
import { PASSPHRASE_LENGTH } from "../api-limits.ts";
import { Problem } from "../problem.ts";
import { sameSecret } from "../random.ts";
import type { SiteSecret } from "../secret.ts";
import { createAttempts, takeWithin, type Limit, type Rate } from "./attempts.ts";
import { networksOf } from "./network.ts";
import type { Params } from "./params.ts";
import type { Owner } from "./types.ts";

/** Parameters that open a token with a passphrase (protocol 4.7). */
export const GRANT_NAMES = { grant: "upload_grant", passphrase: "passphrase" } as const;

/**
 * Argon2id within 4 MiB, 6 ms of one core: slow enough for whoever has stolen a database and tries short passphrases one
 * after the other, and small enough for a server with little memory.
 */
const HASHING = { algorithm: "argon2id", memoryCost: 4096, timeCost: 3 } as const;

/**
 * How often a wrong passphrase may be said. A guest who is mistaken has some tries at once. Whoever has many addresses
 * shares those of the token with everybody, but for two that each network has of its own: so nobody who floods a token from elsewhere
 * can shut its guests out, and who has said the passphrase goes on with its grant in any case.
 */
const RATES = {
  /** Of one token from one address. */
  own: { most: 8, everyMs: 15_000 },
  /** Of all tokens from one address. */
  address: { most: 40, everyMs: 5000 },
  /** Of one token from one network: beside those of the token. */
  network: { most: 2, everyMs: 30 * 60_000 },
  /** Of one token, from wherever. */
  token: { most: 50, everyMs: 5000 },
} satisfies Record<string, Rate>;

/** Passphrases that wait for their turn to be compared. */
const MOST_WAITING = 20;

/** Right passphrases that are remembered, of as many tokens. */
const MOST_REMEMBERED = 1000;

/** What a request says to open its token. */
export type Opening = { grant: string | undefined; passphrase: string | undefined };

export type Passphrases = {
  /**
   * Whether a request may use its token: it has no passphrase, or the request says its grant or its passphrase.
   * @param client the address of who asks, as far as it is known
   * @throws Problem wrong_passphrase; too_many_attempts where another one may not be tried yet
   */
  opens(
    owner: Pick<Owner, "token" | "uploadToken">,
    said: Opening,
    client: string | undefined,
  ): Promise<boolean>;
  /** What whoever has said the passphrase says from then on; empty where the token has none. */
  grantOf(owner: Pick<Owner, "token" | "uploadToken">): string;
};

/** Lets in who knows a token's passphrase, and slows down who guesses. All that it counts is in the memory of this process. */
export function createPassphrases(
  secret: Pick<SiteSecret, "uploadGrant">,
  now: () => number,
): Passphrases {
  const attempts = createAttempts();
  const compare = oneAtATime(MOST_WAITING);
  const remembered = createRemembered();

  const grantOf: Passphrases["grantOf"] = ({ token, uploadToken }) =>
    token.passphraseHash === null ? "" : secret.uploadGrant(uploadToken, token.passphraseHash);

  /** Counts an attempt. @returns a function that takes it off the count again. @throws Problem too_many_attempts */
  function takeAttempt(tokenId: number, client: string | undefined): () => void {
    const { own, wide } = networksOf(client);
    const limits: Limit[][] = [
      [[`own ${tokenId} ${own}`, RATES.own]],
      [[`address ${own}`, RATES.address]],
      [
        [`network ${tokenId} ${wide}`, RATES.network],
        [`token ${tokenId}`, RATES.token],
      ],
    ];
    const { waitMs, giveBack } = takeWithin(attempts, limits, now());
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    return giveBack;
  }

  async function requireRight(
    tokenId: number,
    hash: string,
    said: string,
    client: string | undefined,
  ): Promise<void> {
    // Counted as wrong before it is compared: requests that come at the same moment cannot try more than the limits allow.
    const giveBack = takeAttempt(tokenId, client);
    const passphrase = asTyped(said);
    let right = false;
    try {
      right =
        passphrase.length <= PASSPHRASE_LENGTH.most &&
        (remembered.has(tokenId, hash, passphrase) ||
          (await compare(() => Bun.password.verify(passphrase, hash))));
    } catch (error) {
      giveBack();
      throw error;
    }
    if (!right) throw wrongPassphrase();
    giveBack();
    remembered.add(tokenId, hash, passphrase);
  }

  return {
    grantOf,
    opens: async (owner, { grant, passphrase }, client) => {
      const { id, passphraseHash } = owner.token;
      if (passphraseHash === null) return true;
      // A wrong grant costs no attempt: it was given for an earlier passphrase of the token.
      if (grant && sameSecret(grant, grantOf(owner))) return true;
      if (passphrase === undefined || passphrase.trim() === "") return false;
      await requireRight(id, passphraseHash, passphrase, client);
      return true;
    },
  };
}

/** What of a request opens its token. */
export function saidIn(params: Params): Opening {
  return { grant: params.get(GRANT_NAMES.grant), passphrase: params.get(GRANT_NAMES.passphrase) };
}

/** Refuses a request that does not open its token. @throws Problem also what `opens` throws */
export async function requireOpened(
  passphrases: Passphrases,
  owner: Pick<Owner, "token" | "uploadToken">,
  said: Opening,
  client: string | undefined,
): Promise<void> {
  // First of all, and without waiting: this runs for each chunk, and most tokens have no passphrase.
  if (owner.token.passphraseHash === null) return;
  if (await passphrases.opens(owner, said, client)) return;
  throw passphraseRequired();
}

export function passphraseRequired(): Problem {
  return new Problem(
    "passphrase_required",
    "The upload token needs its passphrase as well: send it in the parameter 'passphrase'.",
  );
}

export function wrongPassphrase(): Problem {
  return new Problem("wrong_passphrase", "The passphrase is wrong.");
}

/** @param waitMs milliseconds until the next attempt may be made */
export function tooManyAttempts(waitMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new Problem(
    "too_many_attempts",
    `Too many wrong passphrases were tried; try again in ${seconds} second${seconds === 1 ? "" : "s"}.`,
    seconds,
  );
}

/**
 * What is kept of a token's passphrase.
 * @throws Problem invalid_input where it is too short or too long; its words do not say what it was
 */
export async function hashPassphrase(passphrase: string): Promise<string> {
  const typed = asTyped(passphrase);
  if (typed.length < PASSPHRASE_LENGTH.least || typed.length > PASSPHRASE_LENGTH.most) {
    throw new Problem(
      "invalid_input",
      `passphrase must have ${PASSPHRASE_LENGTH.least} to ${PASSPHRASE_LENGTH.most} characters, without spaces around it.`,
    );
  }
  return Bun.password.hash(typed, HASHING);
}

/** As it is compared: keyboards write the same letter in two ways, and put a space behind a word. */
function asTyped(passphrase: string): string {
  return passphrase.toWellFormed().normalize("NFC").trim();
}

/**
 * Does one thing after the other: what takes a core and memory must not take more than one of each.
 * @param mostWaiting beyond it whoever comes is asked to come again. @throws Problem temporarily_unavailable
 */
function oneAtATime(mostWaiting: number) {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (waiting >= mostWaiting) {
      throw new Problem(
        "temporarily_unavailable",
        "Too many passphrases are being compared at this moment; try again.",
      );
    }
    waiting += 1;
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      waiting -= 1;
    }
  };
}

/** Passphrases that were right, as keyed hashes: an uploader that says its own with each chunk is not slowed down. */
function createRemembered() {
  const key = randomBytes(32);
  const known = new Map<number, string>();
  const sign = (hash: string, passphrase: string) =>
    createHmac("sha256", key).update(`${hash} ${passphrase}`).digest("hex");
  return {
    has: (tokenId: number, hash: string, passphrase: string): boolean => {
      const signed = known.get(tokenId);
      return signed !== undefined && sameSecret(signed, sign(hash, passphrase));
    },
    add: (tokenId: number, hash: string, passphrase: string): void => {
      known.delete(tokenId);
      known.set(tokenId, sign(hash, passphrase));
      for (const oldest of known.keys()) {
        if (known.size <= MOST_REMEMBERED) break;
        known.delete(oldest);
      }
    },
  };
}
