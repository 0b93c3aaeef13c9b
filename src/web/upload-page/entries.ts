import { describeDetail } from "./detail.ts";
import type { BrowserReturn } from "./transfer/outcome.ts";
import { createRow, type Row, type RowActions, type RowState } from "./row.ts";
import type { Status } from "./sender.ts";
import { createSpeedometer } from "./transfer/speed.ts";

/** One file that was chosen, whatever became of it. */
export type Entry = {
  /** The identifier it is sent under. */
  id: string;
  name: string;
  size: number;
  state: RowState;
  fraction: number;
  reason: string;
  continued: boolean;
  return: BrowserReturn | null;
  row: Row;
  /** Takes over what the sender says; undefined where it has nothing to do with the file (any more). */
  update(status: Status | undefined, now: number): void;
};

export function createEntry(id: string, file: File, actions: RowActions): Entry {
  const speedometer = createSpeedometer();
  let troubled = false;
  const entry: Entry = {
    id,
    name: file.name,
    size: file.size,
    state: "waiting",
    fraction: 0,
    reason: "",
    continued: false,
    return: null,
    row: createRow(file.name, actions),
    update(status, now) {
      if (status !== undefined && isActive(entry)) {
        entry.state = status.sending ? "sending" : "waiting";
        entry.fraction = status.fraction;
        entry.continued ||= status.continued;
        troubled = status.troubled;
        if (status.sending && !troubled) speedometer.record(status.sent, now);
        else speedometer.reset();
      } else {
        speedometer.reset();
      }
      const speed = speedometer.speed();
      const online = navigator.onLine;
      const detail = describeDetail({ ...entry, speed, online, troubled });
      entry.row.show(entry.state, entry.fraction, detail);
    },
  };
  return entry;
}

/** Is something of it on its way, or about to be? */
export function isActive(entry: Entry): boolean {
  return entry.state === "waiting" || entry.state === "sending";
}

/** Does it fill one of the places the upload token has? */
export function takesPlace(entry: Entry): boolean {
  return entry.state !== "refused";
}

/** Nothing is waiting, being sent or paused, and something has arrived. */
export function allArrived(entries: readonly Entry[]): boolean {
  const open = entries.some((entry) => isActive(entry) || entry.state === "paused");
  return !open && entries.some((entry) => entry.state === "done");
}
