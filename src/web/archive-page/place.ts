import { signal } from "@preact/signals";

/**
 * Which view is shown, with its parameters. It is kept in the address behind "#": "#/photos?tag=sea" is the view "photos" with
 * one parameter. So links and the back button work, and none of it reaches the log of a server or proxy.
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
 * Shows another view, or this one with other parameters.
 * @param how "replace": the back button does not come back to what is shown now
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

/** Goes back to what was shown before `goTo`, or shows the named view if this page was opened directly at its address. */
export function goBack(view: string, params: Readonly<Record<string, string>> = {}): void {
  if (history.state?.within) history.back();
  else goTo(view, params, "replace");
}
