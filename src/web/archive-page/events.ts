import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ArchivePageData } from "./page-data.ts";

/** What the server tells while the page is open, at `/archive/events`. */
export type ArchiveEvent =
  | {
      kind: "photo";
      photo_id: number;
      what: "made" | "changed" | "replaced" | "deleted" | "restored" | "removed";
    }
  | {
      kind: "upload";
      upload_id: number;
      token_id: number;
      filename: string;
      size: number | null;
      received: number;
      state: string;
    }
  | { kind: "token"; token_id: number }
  | { kind: "delivery"; delivery_id: string; state: string }
  /** Events may have been missed: whoever shows something asks again. */
  | { kind: "changed" };

type Listener = (event: ArchiveEvent) => void;

const KINDS = ["photo", "upload", "token", "delivery", "changed"] as const;

/** A connection that is back sooner was never missed. */
const SAID_AFTER_MS = 4000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

const listeners = new Set<Listener>();

/** Whether nothing has been heard of the server for some seconds. */
export const connectionLost = signal(false);

/**
 * Listens while the page is seen. Whatever happens to the connection, it is made again. A page that is hidden has none: browsers keep
 * about six connections to a server that speaks HTTP/1.1, for all tabs together, and a seventh tab could not even load.
 */
export function startEvents({ base }: ArchivePageData): void {
  let wait = FIRST_WAIT_MS;
  let saying: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;
  let wasAway = false;

  function connect(): void {
    const opened = new EventSource(`${base}/archive/events`);
    source = opened;
    opened.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      clearTimeout(saying);
      // What happened before it was there, or while it was away, was told to nobody.
      if (saying !== undefined || connectionLost.value || wasAway) tell({ kind: "changed" });
      saying = undefined;
      wasAway = false;
      connectionLost.value = false;
    });
    opened.addEventListener("error", () => {
      // Leaving the page may end the connection before the page knows that it is left.
      if (source !== opened) return;
      saying ??= setTimeout(() => (connectionLost.value = true), SAID_AFTER_MS);
      // After an answer that is no stream the browser does not try again by itself.
      if (opened.readyState !== EventSource.CLOSED) return;
      again = setTimeout(connect, wait);
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    });
    for (const kind of KINDS) {
      opened.addEventListener(kind, ({ data }) => tell({ ...JSON.parse(data), kind }));
    }
  }

  function rest(): void {
    source?.close();
    source = undefined;
    clearTimeout(again);
    clearTimeout(saying);
    saying = undefined;
    wait = FIRST_WAIT_MS;
    wasAway = true;
  }

  const follow = () => {
    if (document.visibilityState === "hidden") rest();
    else if (source === undefined) connect();
  };
  document.addEventListener("visibilitychange", follow);
  // A page that is left may be shown again as it was ("back"); a connection would keep browsers from that.
  addEventListener("pagehide", rest);
  addEventListener("pageshow", follow);
  follow();
}

function tell(event: ArchiveEvent): void {
  for (const listener of listeners) listener(event);
}

/** Hears what the server tells, for as long as the component is there. */
export function useEvents(listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const hear: Listener = (event) => latest.current(event);
    listeners.add(hear);
    return () => void listeners.delete(hear);
  }, []);
}
