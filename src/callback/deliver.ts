import { createBackgroundLoop } from "../background-loop.ts";
import type { Delivery, DeliveryEvent, Records } from "../records/records.ts";
import { closeUp } from "./given-up.ts";
import { send, type SendOptions } from "./send.ts";

export type DelivererOptions = Omit<SendOptions, "timeoutMs"> & {
  records: Records;
  /** Hides address and body of what is given up, which may be asked for again. */
  seal: (text: string) => string;
  onAttempt: (attempt: Attempt) => void;
  /** Another process has written to the records. */
  onChangedElsewhere?: () => void;
  /** The outbox itself could not be read; it is looked at again with the next callback. */
  onError: (error: unknown) => void;
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

export interface Deliverer {
  /** A callback has been recorded, or there may be old ones: look now. */
  wake(): void;
  /** Ends attempts under way; what is not delivered stays recorded. */
  stop(): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 60 * 60_000;
const GIVE_UP_AFTER_MS = 24 * 60 * 60_000;

/**
 * No callback is given up before this many attempts, which take seven hours: a clock that jumps ahead makes
 * it look a day old in a moment.
 */
const LEAST_ATTEMPTS = 16;

/** A clock that is set right by less than this has moved no delay. */
const CLOCK_SLACK_MS = 60_000;

/** How long a callback rests whose attempt could not be recorded: its receiver has it already. */
const REST_MS = 30_000;

/** The shortest time after which it looks again, in milliseconds. */
const LOOK_MS = 50;

/** How often it is asked whether another process has written, such as a command that wants something delivered again. */
const LISTEN_MS = 1000;

/** Attempts at the same time, and of these to one host: a dead one does not hold up the others. */
const PARALLEL = 64;
const PARALLEL_TO_A_HOST = 4;

/** How long to wait before the attempt after this many. */
export function delayAfter(attempts: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts, 20), LONGEST_DELAY_MS);
}

/** Whether it goes to an address of the operator's, who may send it wherever he likes (protocol 4.6). */
function isPingback({ uploadId }: Pick<Delivery, "uploadId">): boolean {
  return uploadId === null;
}

/** Makes the callbacks that are recorded, at least once each, until they are taken or a day has passed. */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { records, now } = options;
  const underWay = new Map<string, { host: string; done: Promise<void> }>();
  /** Callbacks whose attempt could not be recorded, until when they rest (of the clock that only goes on). */
  const resting = new Map<string, number>();
  let timer: Timer | undefined;
  const listening = setInterval(() => {
    void records.changedElsewhere().then((changed) => {
      if (!changed) return;
      wake();
      options.onChangedElsewhere?.();
    }, options.onError);
  }, LISTEN_MS);
  listening.unref();
  let stopped = false;

  const looking = createBackgroundLoop(look, (error) => {
    options.onError(error);
    lookAgainIn(FIRST_DELAY_MS);
  });

  function wake(): void {
    if (!stopped) looking.wake();
  }

  /** Begins the attempts that are due, as many as may be under way. */
  async function look(): Promise<void> {
    if (stopped) return;
    clearTimeout(timer);
    const latest = now() + LONGEST_DELAY_MS + CLOCK_SLACK_MS;
    const due = await records.deliveries.due(now(), PARALLEL, busyHosts(), latest);
    let started = 0;
    for (const delivery of due) {
      const { host } = delivery;
      const toHost = attemptsAt(host);
      if (stopped || underWay.size >= PARALLEL) break;
      const rests = (resting.get(delivery.id) ?? 0) > performance.now();
      if (underWay.has(delivery.id) || rests || toHost >= PARALLEL_TO_A_HOST) continue;
      started += 1;
      const done = attempt(delivery, host)
        .catch((error: unknown) => {
          // Made, perhaps, but not recorded: again, though not at once.
          resting.set(delivery.id, performance.now() + REST_MS);
          options.onError(error);
        })
        .finally(() => {
          underWay.delete(delivery.id);
          wake();
        });
      underWay.set(delivery.id, { host, done });
    }
    // A host that has its share now is left out at the next look, and others come into sight.
    if (started > 0) wake();
    // Those that are due already wait for an attempt to end, which wakes it, or rest.
    const next = await records.deliveries.nextAt(now(), latest);
    const waits = [...resting.values()].map((until) => until - performance.now());
    if (next !== undefined) waits.push(next - now());
    if (waits.length > 0) lookAgainIn(Math.max(Math.min(...waits), LOOK_MS));
  }

  function lookAgainIn(ms: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(wake, Math.min(ms, LONGEST_DELAY_MS));
  }

  function attemptsAt(host: string): number {
    return [...underWay.values()].filter((other) => other.host === host).length;
  }

  /** Hosts that have their share: a dead one with thousands waiting delays nobody else. */
  function busyHosts(): string[] {
    const hosts = new Set([...underWay.values()].map(({ host }) => host));
    return [...hosts].filter((host) => attemptsAt(host) >= PARALLEL_TO_A_HOST);
  }

  async function attempt(delivery: Delivery, host: string): Promise<void> {
    resting.delete(delivery.id);
    const allowPrivate = options.allowPrivate || isPingback(delivery);
    const error = await send(delivery, { ...options, allowPrivate, timeoutMs: TIMEOUT_MS }).catch(
      (thrown: unknown) => describe(thrown),
    );
    if (stopped) return;
    const outcome = await settle(delivery, error);
    options.onAttempt({
      delivery: delivery.id,
      tells: delivery.event,
      photo: delivery.photoId ?? undefined,
      upload: delivery.uploadId ?? undefined,
      host,
      attempt: delivery.attempts + 1,
      outcome,
      error,
    });
  }

  async function settle(
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
      const sealed = options.seal(closeUp(delivery));
      await records.deliveries.close(id, "given-up", error, now(), sealed);
      return "given-up";
    }
    await records.deliveries.retryAt(id, at, error);
    return "retry";
  }

  return {
    wake,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      clearInterval(listening);
      await Promise.race([
        Promise.all([...underWay.values()].map(({ done }) => done)),
        Bun.sleep(1000),
      ]);
    },
  };
}

/** A failure in words that hold no address: it has the upload token in it. */
function describe(thrown: unknown): string {
  const error = thrown as { code?: string; name?: string; message?: string };
  if (error.name === "ForbiddenAddress" || !error.code) {
    return (error.message ?? "failed").replace(/https?:\/\/\S+/g, "(address)");
  }
  return error.code;
}
