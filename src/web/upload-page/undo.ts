import { effect } from "@preact/signals";
import type { UploadList } from "./upload-list.ts";

/** Milliseconds in which a cancelled file can be taken up again: then the server deletes its bytes. */
export const UNDO_MS = 8_000;

/** Takes files that were cancelled off the list when that can no longer be undone. */
export function removeCancelled(list: UploadList): void {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  effect(() => {
    const states = list.states.value;
    for (const [id, timer] of timers) {
      if (states.get(id) === "cancelled") continue;
      clearTimeout(timer);
      timers.delete(id);
    }
    for (const [id, state] of states) {
      if (state !== "cancelled" || timers.has(id)) continue;
      timers.set(
        id,
        setTimeout(() => list.remove(id), UNDO_MS),
      );
    }
  });
}
