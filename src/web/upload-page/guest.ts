import { effect, signal, type Signal } from "@preact/signals";

/** What the guest says of himself; empty where nothing is asked. Kept in this browser for the next time. */
export type Guest = { name: Signal<string>; note: Signal<string> };

/** `place` is the link's own; the name is the same for all links of the site. */
export function createGuest(place: string): Guest {
  return { name: remembered("redeem-guest-name"), note: remembered(`redeem-guest-note-${place}`) };
}

function remembered(key: string): Signal<string> {
  const value = signal(read(key));
  effect(() => {
    try {
      if (value.value === "") localStorage.removeItem(key);
      else localStorage.setItem(key, value.value);
    } catch {
      // Full or forbidden: it is asked for again.
    }
  });
  return value;
}

/** Reading the property alone throws where cookies are blocked. */
function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}
