export type IconKind = "file" | "check" | "alert" | "pause" | "play" | "cross";

/** Strokes on a field of 24 by 24. */
const strokes: Record<IconKind, string> = {
  file: "M13 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V9zM13 3v6h6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  alert: "M12 7v6M12 16.8v.2M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.5v13l10.5-6.5z",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
};

/** Decoration only: what it means is always said in words as well. */
export function drawIcon(icon: IconKind): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", strokes[icon]);
  svg.append(path);
  return svg;
}
