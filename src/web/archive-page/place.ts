import { signal } from "@preact/signals";

/**
 * Where somebody is in the archive, kept in the address behind "#": "#/photos?tag=sea" is the view "photos" with a parameter.
 * The back button and links lead there, and nothing of it reaches a server's log.
 */
export type ViewPlace = { view: string; params: URLSearchParams };

export const place = signal<ViewPlace>(readPlace());

addEventListener("hashchange", () => {
  place.value = readPlace();
});

function readPlace(): ViewPlace {
  const [view = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { view, params: new URLSearchParams(query) };
}

/** The address of a place, for links. */
export function placeOf(view: string, params: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(params).toString();
  return `#/${view}${query === "" ? "" : `?${query}`}`;
}
