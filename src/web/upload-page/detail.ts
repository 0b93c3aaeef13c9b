import type { RowState } from "./row.ts";
import { percent } from "../kit/locale.ts";
import { formatSize, formatSpeed, formatTimeLeft } from "./wording.ts";

export type Detail = {
  state: RowState;
  size: number;
  /** 0 to 1. */
  fraction: number;
  /** Bytes per second. */
  speed: number | undefined;
  online: boolean;
  troubled: boolean;
  continued: boolean;
  reason: string;
};

/** The line under a file's name: what is happening to it, in plain words. */
export function describeDetail(detail: Detail): string {
  const size = formatSize(detail.size);
  const done = percent(detail.fraction);
  switch (detail.state) {
    case "refused":
      return detail.reason;
    case "done":
      return `Arrived · ${size}`;
    case "paused":
      return `Paused at ${done} % of ${size}`;
    case "waiting":
      if (!detail.online) return "Waiting for the connection. It goes on by itself.";
      return `Waiting for its turn · ${size}`;
    case "sending":
      if (!detail.online) return `${done} % · Waiting for the connection. It goes on by itself.`;
      if (detail.troubled) return `${done} % · The server does not answer. Trying again…`;
      return describeSending(detail, done, size);
  }
}

function describeSending(detail: Detail, done: number, size: string): string {
  const parts = [`${done} % of ${size}`];
  if (detail.speed !== undefined && detail.speed > 0) {
    parts.push(formatSpeed(detail.speed));
    parts.push(formatTimeLeft((detail.size * (1 - detail.fraction)) / detail.speed));
  }
  if (detail.continued) parts.push("Continuing where you left off");
  return parts.filter((part) => part !== "").join(" · ");
}
