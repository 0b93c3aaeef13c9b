import type { Page } from "playwright-core";
import type { TestBrowser, Visit, VisitOptions } from "./browsers.ts";
import type { TestServer } from "./server.ts";
import { API_KEY } from "./site.ts";

/** Signs in at /archive with a key, in a browser that was never there. `view`: the place, such as "photos?tag=sea". */
export async function openArchive(
  browser: TestBrowser,
  server: Pick<TestServer, "url">,
  { view, key = API_KEY, ...options }: VisitOptions & { view?: string; key?: string } = {},
): Promise<Visit> {
  const visit = await browser.open(`${server.url}/archive`, options);
  await visit.page.locator("input[name=key]").fill(key);
  await visit.page.keyboard.press("Enter");
  await visit.page.locator(".frame").waitFor();
  if (view !== undefined) await goToView(visit.page, view);
  return visit;
}

/** By the address, as a link leads there; the navigation says when it is shown. */
export async function goToView(page: Page, view: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = `#/${place}`;
  }, view);
  const [name = ""] = view.split("?");
  await page.locator(`nav a[aria-current=page][href="#/${name}"]`).waitFor();
  await page.locator("#view h1").first().waitFor();
}

/** The squares of the photos that the grid shows, by the names that are said of them. */
export function tileOf(page: Page, name: string | RegExp) {
  return page.getByRole("gridcell").getByRole("link", { name });
}

/** The names of all photos that the grid shows, in its order. */
export async function shownNames(page: Page): Promise<string[]> {
  return page
    .locator(".tile[data-photo] .tile-link")
    .evaluateAll((links) => links.map((link) => link.getAttribute("aria-label") ?? ""));
}
