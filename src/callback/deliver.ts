import { createBackgroundLoop } from "../background-loop.ts";
import {
  attemptDelivery,
  FIRST_DELAY_MS,
  LONGEST_DELAY_MS,
  type AttemptOptions,
} from "./attempt.ts";

export type DelivererOptions = AttemptOptions & {
  /** Another process has written to the records. */
  onChangedElsewhere?: () => void;
  /** The outbox itself could not be read; it is looked at again with the next callback. */
  onError: (error: unknown) => void;
};

export interface Deliverer {
  /** A callback has been recorded, or there may be old ones: look now. */
  wake(): void;
  /** Ends attempts under way; what is not delivered stays recorded. */
  stop(): Promise<void>;
}

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
      resting.delete(delivery.id);
      const done = attemptDelivery(options, delivery, () => stopped)
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
