import { describe, expect, test } from "bun:test";
import { accentStyles } from "../../src/web/accent.ts";

/** REDEEM_ACCENT: whatever colour the operator likes, what is written in it can be read. */

const CARDS = ["#ffffff", "#1b1f22"];

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Light and dark. */
function colours(accent: string): Record<string, string>[] {
  return accentStyles(accent)
    .split("@media")
    .map((part) =>
      Object.fromEntries(
        [...part.matchAll(/--([\w-]+):(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
      ),
    );
}

test("a colour that can be read stays as it is", () => {
  expect(colours("#0b6b63")[0]?.["accent"]).toBe("#0b6b63");
  expect(colours("#07c")[0]?.["accent"]).toBe(colours("#0077cc")[0]?.["accent"] ?? "");
});

describe("links and buttons can be read, in the light and in the dark", () => {
  const all = ["#000", "#fff", "#ff0", "#f00", "#00f", "#808080", "#0b6b63", "#fedcba", "#123456"];
  test.each(all)("%s", (accent) => {
    for (const [at, card] of CARDS.entries()) {
      const { accent: own = "", "accent-ink": ink = "", tint = "" } = colours(accent)[at] ?? {};
      expect(contrast(own, card)).toBeGreaterThan(4.5);
      expect(contrast(ink, own)).toBeGreaterThan(4.5);
      expect(contrast(tint, card)).toBeLessThan(1.3);
    }
  });
});
