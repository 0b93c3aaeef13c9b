import type { Page } from "playwright-core";
import type { TestBrowser, Visit, VisitOptions } from "./browsers.ts";
import { jpeg, bitmap } from "./pictures.ts";
import { photoIn, type PhotoIds } from "./redeem.ts";
import type { TestServer } from "./server.ts";
import { API_KEY } from "./site.ts";

/** Signs in at /archive with a key, in a browser that was never there. `hash`: the place, such as "#/photos?tag=sea". */
export async function openArchive(
  browser: TestBrowser,
  server: Pick<TestServer, "url">,
  { hash = "", key = API_KEY, ...options }: VisitOptions & { hash?: string; key?: string } = {},
): Promise<Visit> {
  const visit = await browser.open(`${server.url}/archive`, options);
  await visit.page.locator("input[name=key]").fill(key);
  await visit.page.keyboard.press("Enter");
  await visit.page.locator(".frame").waitFor();
  if (hash !== "") await visit.page.evaluate((to) => void (location.hash = to), hash);
  return visit;
}

/** A call of the API with the operator's key. */
export async function asOperator<Data>(
  server: Pick<TestServer, "url">,
  method: string,
  params: Readonly<Record<string, string | number>> = {},
): Promise<Data> {
  const body = new URLSearchParams(
    Object.entries(params).map(([name, value]) => [name, `${value}`]),
  );
  const headers = { authorization: `Bearer ${API_KEY}` };
  const answer = await fetch(`${server.url}/api/2/${method}`, { method: "POST", headers, body });
  return ((await answer.json()) as { data: Data }).data;
}

/** A picture, each number another one. */
export function picture(seed: number, width = 640, height = 480): Promise<Buffer<ArrayBuffer>> {
  const hue = (seed * 67) % 200;
  return jpeg(bitmap(width, height, (x, y) => [hue, (x + seed * 40) % 256, (y * 2) % 256]));
}

/** Uploads a file with the operator's key. */
export async function addPhoto(
  server: Pick<TestServer, "url">,
  name: string,
  fields: Readonly<Record<string, string>> = {},
  bytes?: Buffer<ArrayBuffer>,
): Promise<PhotoIds> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append("file", new File([bytes ?? (await picture(name.length))], name));
  const headers = { authorization: `Bearer ${API_KEY}` };
  return photoIn(
    await fetch(`${server.url}/api/2/photo/upload`, { method: "POST", headers, body: form }),
  );
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
