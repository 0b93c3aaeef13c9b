import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ArchivePageData } from "./page-data.ts";

/** Events that the server sends while the page is open, from `/archive/events` (protocol 9.1). */
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
  /** Events may have been missed: whoever shows something has to ask for it again. */
  | { kind: "changed" };

type Listener = (event: ArchiveEvent) => void;

const KINDS = ["photo", "upload", "token", "delivery", "changed"] as const;

/** A lost connection is shown only after this time: most are back sooner, and one that ends because the page is left is none. */
const SAID_AFTER_MS = 4000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

const listeners = new Set<Listener>();

/** Whether the connection for events has been lost for some seconds. */
export const connectionLost = signal(false);

/**
 * Receives events while the page is visible, and connects again whenever the connection is lost. A hidden page closes its
 * connection: browsers open about six to a server that speaks HTTP/1.1, for all tabs together, and a seventh tab could not even load.
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
      // Events from before this connection, while there was none, have reached nobody.
      if (saying !== undefined || connectionLost.value || wasAway) tell({ kind: "changed" });
      saying = undefined;
      wasAway = false;
      connectionLost.value = false;
    });
    opened.addEventListener("error", () => {
      // A connection that `rest` has closed already.
      if (source !== opened) return;
      saying ??= setTimeout(() => (connectionLost.value = true), SAID_AFTER_MS);
      // The browser connects again by itself, except after an answer that is no event stream.
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
  // Browsers keep a page that was left, to show it again at "back", but not one that has an open connection.
  addEventListener("pagehide", rest);
  addEventListener("pageshow", follow);
  follow();
}

function tell(event: ArchiveEvent): void {
  for (const listener of listeners) listener(event);
}

/** Calls the listener with each event, for as long as the component is mounted. */
export function useEvents(listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const hear: Listener = (event) => latest.current(event);
    listeners.add(hear);
    return () => void listeners.delete(hear);
  }, []);
}
