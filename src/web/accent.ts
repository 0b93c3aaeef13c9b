/** A colour, each part from 0 to 255. */
type Colour = readonly [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];

/** The cards that it is seen on (kit/tokens.css, `--card`), and what goes into `--tint`. */
const CARDS = { light: WHITE, dark: [27, 31, 34] as const };

/** What text needs to be readable (WCAG 2.2, 1.4.3), and a little more for rounding. */
const CONTRAST = 4.6;

/**
 * The style sheet of a site's own colour. Links are written in it and buttons are filled with it: where it could not be read
 * on the pages' ground it is made darker, or lighter in the dark, and what stands on it is black or white.
 * @param accent `#rgb` or `#rrggbb` (REDEEM_ACCENT)
 */
export function accentStyles(accent: string): string {
  const colour = readColour(accent);
  const light = declarations(colour, CARDS.light, BLACK);
  const dark = declarations(colour, CARDS.dark, WHITE);
  return `:root {${light}}\n@media (prefers-color-scheme: dark) {:root {${dark}}}\n`;
}

function declarations(accent: Colour, card: Colour, towards: Colour): string {
  const readable = untilReadable(accent, card, towards);
  const ink = contrast(readable, WHITE) >= contrast(readable, BLACK) ? WHITE : BLACK;
  const tint = mix(card, readable, 0.08);
  return `--accent:${write(readable)};--accent-ink:${write(ink)};--tint:${write(tint)}`;
}

function untilReadable(accent: Colour, card: Colour, towards: Colour): Colour {
  for (let part = 0; part < 1; part += 0.02) {
    const mixed = mix(accent, towards, part);
    if (contrast(mixed, card) >= CONTRAST) return mixed;
  }
  return towards;
}

function readColour(text: string): Colour {
  const digits = text.slice(1);
  const full = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const part = (at: number) => Number.parseInt(full.slice(at, at + 2), 16);
  return [part(0), part(2), part(4)];
}

function write(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function mix(one: Colour, other: Colour, part: number): Colour {
  const [red, green, blue] = one.map((value, at) =>
    Math.round(value + ((other[at] ?? 0) - value) * part),
  );
  return [red ?? 0, green ?? 0, blue ?? 0];
}

/** From 1 to 21 (WCAG 2.2). */
function contrast(one: Colour, other: Colour): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
