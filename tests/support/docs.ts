import type { Locator, Page, Route } from "playwright-core";
import type { TestBrowser } from "./browsers.ts";
import { API_KEY } from "./site.ts";

/** /docs in a browser: Swagger UI, as somebody uses it who tries methods out. */

/**
 * /docs at an address, which may only ask its own host.
 * @param shown which paths of the document Swagger UI is given, where not all: it is quicker with fewer
 */
export async function openDocs(
  browser: TestBrowser,
  address: string,
  shown: (path: string) => boolean = () => true,
): Promise<Page> {
  const { page } = await browser.open(address, {
    // Nothing moves: what is clicked need not come to rest first, and a test is a quarter quicker.
    reducedMotion: true,
    // Only where some of its requests are routed, Playwright knows what was sent with a file.
    before: (context) => context.route("**/openapi.json", (route) => answerPart(route, shown)),
  });
  return page;
}

async function answerPart(route: Route, shown: (path: string) => boolean): Promise<void> {
  const response = await route.fetch();
  const document = (await response.json()) as { paths: Record<string, unknown> };
  const paths = Object.entries(document.paths).filter(([path]) => shown(path));
  await route.fulfill({ response, json: { ...document, paths: Object.fromEntries(paths) } });
}

export async function authorize(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Authorize" }).first().click();
  const dialog = page.locator(".modal-ux");
  await dialog.locator("input").fill(API_KEY);
  await dialog.getByRole("button", { name: "Apply credentials" }).click();
  await dialog.getByRole("button", { name: "Close" }).first().click();
}

/** As Swagger UI writes a heading into ids. */
const idOf = (tag: string) => tag.replaceAll(" ", "_").replace(/[()]/g, "\\$&");

/** A heading's methods, which Swagger UI shows while it is open. */
export function methodOf(page: Page, tag: string, operationId: string): Locator {
  return page.locator(`[id=${JSON.stringify(`operations-${idOf(tag)}-${operationId}`)}]`);
}

/** Opens a heading, or closes it. */
export async function toggleHeading(page: Page, tag: string): Promise<void> {
  await page.locator(`[id=${JSON.stringify(`operations-tag-${idOf(tag)}`)}]`).click();
}

/** Opens a method and presses "Try it out". */
export async function tryOut(page: Page, tag: string, operationId: string): Promise<Locator> {
  const method = methodOf(page, tag, operationId);
  await method.locator(".opblock-summary-control").click();
  await method.getByRole("button", { name: "Try it out" }).click();
  return method;
}

/** A request that the page has sent, and what it shows of the answer. */
export type Tried = { status: number; shown: string; fields: string[] };

/** Presses "Execute": what was sent, and what the page then shows. */
export async function execute(page: Page, method: Locator): Promise<Tried> {
  const sent = page.waitForRequest((request) => request.url().includes("/api/"));
  await method.getByRole("button", { name: "Execute" }).click();
  const request = await sent;
  const response = method.locator(".live-responses-table");
  const status = await response.locator("tbody .response-col_status").first().innerText();
  // An answer without a body has no such box, so nothing would come of waiting for one.
  const isEmpty = (await request.response())?.status() === 204;
  const shown = isEmpty ? "" : await response.locator(".highlight-code code").first().innerText();
  const body = request.postData() ?? "";
  const multipart = request.headers()["content-type"]?.startsWith("multipart/form-data");
  const form = multipart
    ? [...body.matchAll(/form-data; name="(\w+)"/g)].map(([, name = ""]) => name)
    : [...new URLSearchParams(body).keys()];
  const fields = [...new URL(request.url()).searchParams.keys(), ...form];
  return { status: Number.parseInt(status, 10), shown, fields };
}
