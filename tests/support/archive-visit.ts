import { expect } from "bun:test";
import type { Page } from "playwright-core";
import type { TestBrowser, Visit, VisitOptions } from "./browsers.ts";
import type { TestServer } from "./server.ts";
import { API_KEY } from "./site.ts";

/** Opens a view of the archive ("#/links") for somebody who signs in with a key by the form. */
export async function visitArchive(
  browser: TestBrowser,
  server: Pick<TestServer, "url">,
  { view, key = API_KEY, ...options }: VisitOptions & { view: string; key?: string },
): Promise<Visit> {
  const visit = await browser.open(`${server.url}/archive`, options);
  const { page } = visit;
  await page.locator("input[name=key]").fill(key);
  await page.locator("form button[type=submit]").click();
  await page.locator("#archive nav").waitFor();
  await goToView(page, view);
  return visit;
}

/** By the address, as a link leads there. */
export async function goToView(page: Page, view: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = `#/${place}`;
  }, view);
  await page.locator("#view h1").first().waitFor();
}

/** By how many pixels what is drawn is wider than the window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return Math.max(0, scrollWidth - clientWidth);
  });
}

/** Calls a method of the API's version 2 with the operator's key, or another. */
export async function callApi<Data>(
  { url }: Pick<TestServer, "url">,
  method: string,
  fields: Record<string, string | number> = {},
  key: string = API_KEY,
): Promise<Data> {
  const query = new URLSearchParams(Object.entries(fields).map(([name, of]) => [name, `${of}`]));
  const answer = await fetch(`${url}/api/2/${method}?${query}`, {
    headers: { authorization: `Bearer ${key}` },
    keepalive: false,
  });
  const body = (await answer.json()) as { data?: Data; message: string };
  if (body.data === undefined) throw new Error(`${method}: ${body.message}`);
  return body.data;
}

export type ApiItem = Record<string, string | number | boolean>;

/** A link as the API has it, by its title. */
export async function linkOf(server: Pick<TestServer, "url">, title: string): Promise<ApiItem> {
  const asked = { search: title, size: 200 };
  const { items } = await callApi<{ items: ApiItem[] }>(server, "upload-token/list", asked);
  const found = items.find((item) => item["title"] === title);
  if (!found) throw new Error(`no link "${title}"`);
  return found;
}

/** Looks until it is so, and says what it was in the end. */
export async function expectSoon<Value>(look: () => Promise<Value>, wanted: Value): Promise<void> {
  const end = Date.now() + 15_000;
  while (Date.now() < end) {
    if (Bun.deepEquals(await look(), wanted)) return;
    await Bun.sleep(50);
  }
  expect<unknown>(await look()).toEqual(wanted);
}
