import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { worstTrouble } from "./transfer/trouble.ts";
import type { Engine, Transfer, Trouble } from "./transfer/types.ts";

/** Sums over all files that are listed. */
export type Totals = {
  files: number;
  done: number;
  refused: number;
  /** Waiting, being sent, or held up by a missing network. */
  active: number;
  paused: number;
  /** Bytes of the files that are neither refused nor cancelled, and how many of them went out. */
  size: number;
  sent: number;
  /** How many of these bytes the server has said to have stored. */
  stored: number;
  /** Why nothing gets through for any file whose turn it is; when the next attempt is (Unix ms), if that is known. */
  trouble: Trouble | undefined;
  retryAt: number | undefined;
  offline: boolean;
  /** Files that wait for a use of the link that somebody else has reserved. */
  waitForUse: number;
};

/** The files of the page, as what is drawn sees them: a signal for each, so that progress draws one row. */
export type UploadList = {
  /** Ids in the order in which the files were chosen. */
  order: ReadonlySignal<readonly string[]>;
  /** Changes when a file comes, goes, or gets another state; not with its progress. */
  states: ReadonlySignal<ReadonlyMap<string, Transfer["state"]>>;
  row(id: string): ReadonlySignal<Transfer> | undefined;
  totals: ReadonlySignal<Totals>;
  /** Bytes per second of all files together. */
  speed: ReadonlySignal<number | undefined>;
  /** Lists files that were just chosen, in this order: those that are sent, and those that were not begun. */
  show(chosen: readonly Transfer[]): void;
  /** Takes one that is over off the list. */
  remove(id: string): void;
};

export function createUploadList(engine: Engine): UploadList {
  const rows = new Map<string, Signal<Transfer>>();
  const turnedAway = new Map<string, Transfer>();
  const order = signal<readonly string[]>([]);
  const states = signal<ReadonlyMap<string, Transfer["state"]>>(new Map());
  const version = signal(0);
  const find = (id: string) => engine.transfer(id) ?? turnedAway.get(id);

  /** Takes over one file; answers whether anything but its progress has changed. */
  const take = (id: string): boolean => {
    const transfer = find(id);
    const row = rows.get(id);
    if (transfer === undefined) return rows.delete(id);
    if (row === undefined) {
      rows.set(id, signal(transfer));
      return true;
    }
    const changed = row.peek().state !== transfer.state;
    row.value = transfer;
    return changed;
  };

  const update = (ids: Iterable<string>) =>
    batch(() => {
      const changes = [...ids].map(take);
      if (changes.includes(true)) {
        order.value = [...rows.keys()];
        states.value = new Map([...rows].map(([id, row]) => [id, row.peek().state]));
      }
      version.value += 1;
    });

  engine.onChange(update);
  update(engine.transfers().map(({ id }) => id));

  return {
    order,
    states,
    row: (id) => rows.get(id),
    totals: computed(() => {
      void version.value;
      return sumUp([...rows.values()].map((row) => row.peek()));
    }),
    speed: computed(() => {
      void version.value;
      return engine.speed();
    }),
    show(chosen) {
      for (const transfer of chosen) {
        if (engine.transfer(transfer.id) !== undefined) continue;
        // Chosen once more, it stands where it was chosen last.
        rows.delete(transfer.id);
        turnedAway.set(transfer.id, transfer);
      }
      update(chosen.map(({ id }) => id));
    },
    remove(id) {
      if (!turnedAway.delete(id)) engine.remove(id);
      update([id]);
    },
  };
}

function sumUp(transfers: readonly Transfer[]): Totals {
  const of = (...states: Transfer["state"][]) =>
    transfers.filter(({ state }) => states.includes(state));
  const counted = of("waiting", "sending", "offline", "paused", "done");
  const sending = of("sending");
  const attempts = sending.flatMap(({ retryAt }) => (retryAt === undefined ? [] : [retryAt]));
  return {
    files: counted.length,
    done: of("done").length,
    refused: of("refused").length,
    active: of("waiting", "sending", "offline").length,
    paused: of("paused").length,
    size: counted.reduce((sum, { size }) => sum + size, 0),
    sent: counted.reduce((sum, { sent }) => sum + sent, 0),
    stored: counted.reduce((sum, { stored }) => sum + stored, 0),
    trouble: worstTrouble(sending.map(({ trouble }) => trouble)),
    retryAt: attempts.length === 0 ? undefined : Math.min(...attempts),
    offline: of("offline").length > 0,
    waitForUse: transfers.filter(({ waitsFor }) => waitsFor === "use").length,
  };
}
