import { describeFailure, type CallbackFailure } from "../callback-failures.ts";
import type { Delivery, DeliveryEvent, Records } from "../records/records.ts";
import { closeUp } from "./given-up.ts";
import { send, type SendOptions } from "./send.ts";

export type AttemptOptions = Omit<SendOptions, "timeoutMs"> & {
  records: Records;
  /** Hides address and body of what is given up, which may be asked for again. */
  seal: (text: string) => string;
  onAttempt: (attempt: Attempt) => void;
};

export type Attempt = {
  delivery: string;
  /** What it tells, and of what. */
  tells: DeliveryEvent;
  photo: number | undefined;
  upload: number | undefined;
  host: string;
  attempt: number;
  outcome: "delivered" | "retry" | "given-up";
  error: string | undefined;
};

const TIMEOUT_MS = 30_000;

/** How long to wait after the first attempt, and the longest time between two; in milliseconds (protocol 4.3). */
export const FIRST_DELAY_MS = 5_000;
export const LONGEST_DELAY_MS = 60 * 60_000;

/** How old a callback may become before it is given up, in milliseconds. */
const GIVE_UP_AFTER_MS = 24 * 60 * 60_000;

/**
 * No callback is given up before this many attempts, which take seven hours: a clock that jumps ahead makes
 * it look a day old in a moment.
 */
const LEAST_ATTEMPTS = 16;

/** How long to wait before the next attempt, in milliseconds. @param attempts that were made before the last one */
export function delayAfter(attempts: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts, 20), LONGEST_DELAY_MS);
}

/**
 * Makes one attempt, and records what came of it. Where the server has stopped by then nothing is recorded: the next start makes
 * it again.
 * @throws Error where it cannot be recorded
 */
export async function attemptDelivery(
  options: AttemptOptions,
  delivery: Delivery,
  hasStopped: () => boolean,
): Promise<void> {
  const allowPrivate = options.allowPrivate || isPingback(delivery);
  const error = await send(delivery, { ...options, allowPrivate, timeoutMs: TIMEOUT_MS }).catch(
    (thrown: unknown) => describe(thrown),
  );
  if (hasStopped()) return;
  const outcome = await settle(options, delivery, error);
  options.onAttempt({
    delivery: delivery.id,
    tells: delivery.event,
    photo: delivery.photoId ?? undefined,
    upload: delivery.uploadId ?? undefined,
    host: delivery.host,
    attempt: delivery.attempts + 1,
    outcome,
    error,
  });
}

/** Whether it is a pingback: it goes to an address that the operator has set, which may be a private one (protocol 4.6). */
function isPingback({ uploadId }: Pick<Delivery, "uploadId">): boolean {
  return uploadId === null;
}

/** Records what came of an attempt. @param error why it failed; undefined where it was delivered */
async function settle(
  { records, seal, now }: AttemptOptions,
  delivery: Delivery,
  error: string | undefined,
): Promise<Attempt["outcome"]> {
  const { id, attempts } = delivery;
  const createdAt = Math.min(delivery.createdAt, now());
  if (error === undefined) {
    await records.deliveries.close(id, "delivered", null, now());
    return "delivered";
  }
  const at = now() + delayAfter(attempts);
  if (at > createdAt + GIVE_UP_AFTER_MS && attempts + 1 >= LEAST_ATTEMPTS) {
    await records.deliveries.close(id, "given-up", error, now(), seal(closeUp(delivery)));
    return "given-up";
  }
  await records.deliveries.retryAt(id, at, error);
  return "retry";
}

/** What the codes of the commonest failures mean; a rarer one is told by its code. */
const FAILURES: Readonly<Record<string, CallbackFailure>> = {
  DNS_ENOTFOUND: "noName",
  ConnectionRefused: "refused",
  ECONNREFUSED: "refused",
};

/** A failure in words that hold no address: it has the upload token in it. */
function describe(thrown: unknown): string {
  const error = thrown as { code?: string; name?: string; message?: string };
  if (error.name === "ForbiddenAddress" || !error.code) {
    return (error.message ?? "failed").replace(/https?:\/\/\S+/g, "(address)");
  }
  const known = FAILURES[error.code];
  return known === undefined ? error.code : describeFailure(known);
}
