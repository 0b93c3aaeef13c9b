import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { SCREENS, type ScreenName, type Visit } from "./browsers.ts";
import { unwatched } from "./watch-page.ts";

/**
 * Pictures of a state for people to look at, where `REDEEM_SHOTS` names a folder: `NAME-SCREEN-LOOK-BROWSER.png`, in
 * the screen of the visit and the other one; Chromium's are light and dark.
 */
export async function shot(visit: Visit, name: string): Promise<void> {
  const folder = process.env["REDEEM_SHOTS"];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  const { page, browser } = visit;
  for (const screen of Object.keys(SCREENS) as ScreenName[]) {
    await page.setViewportSize(SCREENS[screen]);
    for (const colorScheme of browser === "chromium" ? (["light", "dark"] as const) : []) {
      await page.emulateMedia({ colorScheme });
      await take(visit, join(folder, `${name}-${screen}-${colorScheme}-${browser}.png`));
    }
    if (browser === "firefox") {
      await take(visit, join(folder, `${name}-${screen}-as-opened-${browser}.png`));
    }
  }
  await page.setViewportSize(SCREENS[visit.screen]);
  if (browser === "chromium") await page.emulateMedia({ colorScheme: null });
}

async function take({ page }: Visit, path: string): Promise<void> {
  await unwatched(page, () => page.screenshot({ path, animations: "disabled" }));
}
