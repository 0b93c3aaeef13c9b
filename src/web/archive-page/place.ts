import { signal } from "@preact/signals";

/**
 * Where somebody is in the archive, kept in the address behind "#": "#/photos?tag=sea" is the view "photos" with a parameter.
 * The back button and links lead there, and nothing of it reaches a server's log.
 */
export type ViewPlace = { view: string; params: URLSearchParams };

export const place = signal<ViewPlace>(readPlace());

for (const change of ["hashchange", "popstate"]) {
  addEventListener(change, () => {
    place.value = readPlace();
  });
}

function readPlace(): ViewPlace {
  const [view = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { view, params: new URLSearchParams(query) };
}

/** The address of a place, for links. */
export function placeOf(view: string, params: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(params).toString();
  return `#/${view}${query === "" ? "" : `?${query}`}`;
}

/**
 * Leads to a place.
 * @param how replace: the back button does not come back to the present place
 */
export function goTo(
  view: string,
  params: Readonly<Record<string, string>> = {},
  how: "push" | "replace" = "push",
): void {
  const address = placeOf(view, params);
  if (address === location.hash) return;
  if (how === "push") history.pushState({ within: true }, "", address);
  else history.replaceState(history.state, "", address);
  place.value = readPlace();
}

/** Leads back to where `goTo` has led from, or to another place where nobody came from anywhere. */
export function goBack(view: string, params: Readonly<Record<string, string>> = {}): void {
  if (history.state?.within) history.back();
  else goTo(view, params, "replace");
}
