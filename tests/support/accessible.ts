import { expect } from "bun:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import type { Visit } from "./browsers.ts";
import { unwatched } from "./watch-page.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

type Media = NonNullable<Parameters<Page["emulateMedia"]>[0]>;

const LOOKS: Record<string, Media> = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "more contrast": { colorScheme: "light", contrast: "more" },
  "more contrast, dark": { colorScheme: "dark", contrast: "more" },
  "forced colours": { colorScheme: "dark", forcedColors: "active" },
};

/**
 * Expects that axe-core finds nothing against WCAG 2.2 AA and its best practices: in Chromium in each look that a
 * reader may ask for, in Firefox in that of the visit (it takes another only when it starts).
 */
export async function expectAccessible(visit: Visit): Promise<void> {
  const { page, browser } = visit;
  const looks = browser === "chromium" ? LOOKS : { "as opened": undefined };
  const found: string[] = [];
  for (const [look, media] of Object.entries(looks)) {
    if (media) await page.emulateMedia({ contrast: null, forcedColors: null, ...media });
    await settled(page);
    // Then the colours are the reader's own, and Chromium tells scripts those that it does not draw.
    const passedOver = media?.forcedColors === "active" ? ["color-contrast"] : [];
    for (const violation of await violationsOf(page, RULES, passedOver))
      found.push(`${look}: ${violation}`);
  }
  if (browser === "chromium")
    await page.emulateMedia({ colorScheme: null, contrast: null, forcedColors: null });
  expect(found).toEqual([]);
}

/** Colours may be on their way from one look to the other. Those that never end (a spinner) are not waited for. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // The first frame takes the look over, and with it they begin.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

/**
 * What axe-core finds against rules, which it knows by their ids or by their tags. It comes into the page by the driver, which the
 * page's policy does not hold.
 */
export async function violationsOf(
  page: Page,
  rules: string[],
  passedOver: string[] = [],
): Promise<string[]> {
  return unwatched(page, async () => {
    if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
    return page.evaluate(
      async ([runOnly, without]) => {
        const results = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
          runOnly,
          rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
          resultTypes: ["violations"],
          // It would fetch the stylesheets again.
          preload: false,
        });
        return results.violations.flatMap(({ id, help, nodes }) =>
          nodes.map(
            ({ target, failureSummary }) =>
              `${id} (${help}) at ${target.join(" ")}: ${failureSummary?.split("\n").slice(1).join(";")}`,
          ),
        );
      },
      [rules, passedOver] as const,
    );
  });
}
