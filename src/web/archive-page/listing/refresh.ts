import { useEffect, useRef } from "preact/hooks";
import { connectionLost, useEvents, type ArchiveEvent } from "../events.ts";

/** What happens together is asked for together. */
const TOGETHER_MS = 500;

/** How often is asked while nobody tells what happens. */
const POLL_MS = 5000;

/**
 * Asks again soon after something has happened that matters, and every few seconds while the server cannot tell of it.
 * @param matters which events
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
