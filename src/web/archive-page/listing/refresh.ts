import { useEffect, useRef } from "preact/hooks";
import { connectionLost, useEvents, type ArchiveEvent } from "../events.ts";

/** Events within this time cause one request. */
const TOGETHER_MS = 500;

/** How often is asked while the connection for events is lost. */
const POLL_MS = 5000;

/**
 * Calls `refresh` soon after an event that matters, and every few seconds while the connection for events is lost.
 * @param matters whether an event changes what is shown
 */
export function useRefresh(refresh: () => void, matters: (event: ArchiveEvent) => boolean): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEvents((event) => {
    if (event.kind !== "changed" && !matters(event)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, TOGETHER_MS);
  });
  const isLost = connectionLost.value;
  useEffect(() => {
    if (!isLost) return;
    const polling = setInterval(() => latest.current(), POLL_MS);
    return () => clearInterval(polling);
  }, [isLost]);
}
