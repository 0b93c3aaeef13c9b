import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { png, textFile } from "../support/media.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { chooseFiles, gateAt, openUploadPage, type Visit } from "../support/upload-page.ts";

/**
 * Issue 7, 18: words of strangers on the pages, in a real browser. Not only does no script run: the policy has
 * nothing to refuse either (it would be on the console), so that it is a second wall and not the only one.
 */

const RUN = "globalThis.ranFromWords=true";
const WORDS = [
  `</script><script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}"></svg>`,
  `"><input autofocus onfocus="${RUN}">`,
  `'-${RUN}-'`,
  `<!--<script>${RUN}</script>`,
  `<a href="javascript:${RUN}" style="position:fixed;inset:0">x</a>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<form action="javascript:${RUN}"><button autofocus>x</button></form>`,
  `<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">`,
  `\u2028</title><math><mtext></p><style><img src=x onerror="${RUN}">`,
].join(" ");

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  const env = { REDEEM_SITE_NAME: `<img src=x onerror="${RUN}">` };
  [server, browser] = await Promise.all([startServer({ env }), startBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function nothingRan({ page, broken, elsewhere }: Visit): Promise<void> {
  expect(await page.evaluate(() => "ranFromWords" in globalThis)).toBe(false);
  expect(broken).toEqual([]);
  expect(elsewhere).toEqual([]);
}

/** What a stranger's words would have left in the document. */
async function foreign(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [
      ...document.querySelectorAll(
        "main img, iframe, base, meta[http-equiv], main form, main svg:not([viewBox]), [onerror], [onload], [onfocus], a[href^='javascript'], main [style*='fixed']",
      ),
    ].map((element) => element.outerHTML),
  );
}

test("the upload page: title, description, site name, file names, refusals", async () => {
  const token = await server.token({ title: WORDS, description: WORDS, max_uploads: 5 });
  const visit = await openUploadPage(browser, `${server.url}/upload/${token}`, [server.url]);
  const { page } = visit;
  expect(await foreign(page)).toEqual([]);
  // No slash: a file system has none in a name.
  const name = `<img src=x onerror="${RUN}">'&lt;.png`;
  const refused = `<svg onload="${RUN}"><b>x.png`;
  const folder = join(server.folder, "hostile");
  await chooseFiles(page, folder, { name, bytes: png(3000) });
  await rowIn(page, name, "done");
  await chooseFiles(page, folder, { name: refused, bytes: textFile(3000) });
  await rowIn(page, refused, "refused");
  expect(await foreign(page)).toEqual([]);
  await nothingRan(visit);
  await visit.context.close();
}, 60_000);

async function rowIn(page: Page, name: string, state: string): Promise<void> {
  const row = page.locator(`#list li`).filter({ hasText: name });
  await row.and(page.locator(`[data-state=${state}]`)).waitFor({ timeout: 15_000 });
}

test("an unfinished file that the page remembers", async () => {
  const token = await server.token({ title: "t" });
  const first = await openUploadPage(browser, `${server.url}/upload/${token}`, [server.url]);
  const { page } = first;
  const name = `<img src=x onerror="${RUN}">.png`;
  const gate = await gateAt(page, 1);
  await chooseFiles(page, join(server.folder, "again"), { name, bytes: png(30_000_000) });
  await gate.held(1);
  await page.reload();
  await page.locator("#unfinished").filter({ hasText: name }).waitFor();
  expect(await foreign(page)).toEqual([]);
  await nothingRan(first);
  await first.context.close();
}, 60_000);

test("an address of the upload page that is none", async () => {
  const words = encodeURIComponent(`<img src=x onerror="${RUN}">`);
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (said) => /policy/i.test(said.text()) && errors.push(said.text()));
  await page.goto(`${server.url}/upload/${words}?x=${words}#${words}`);
  expect(await foreign(page)).toEqual([]);
  expect(await page.evaluate(() => "ranFromWords" in globalThis)).toBe(false);
  expect(errors).toEqual([]);
  await context.close();
});

test("Swagger UI takes no other description from its address, and asks nobody else", async () => {
  const asked: string[] = [];
  const evil: Bun.Server<undefined> = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request): Response => {
      asked.push(request.url);
      const info = { title: "EVIL", version: "1", description: `<img src=x onerror="${RUN}">` };
      return Response.json(
        { openapi: "3.1.0", info, paths: {}, url: `http://127.0.0.1:${evil.port}/spec.json` },
        { headers: { "access-control-allow-origin": "*" } },
      );
    },
  });
  const address = encodeURIComponent(`http://127.0.0.1:${evil.port}/x.json`);
  const data = encodeURIComponent(
    `data:application/json,{"openapi":"3.1.0","info":{"title":"EVIL","version":"1"},"paths":{}}`,
  );
  try {
    for (const suffix of [
      `?url=${address}`,
      `?configUrl=${address}`,
      `?urls.primaryName=${address}`,
      `?url=${data}&configUrl=${data}`,
      `?oauth2RedirectUrl=javascript:${RUN}&validatorUrl=${address}`,
      `#/${encodeURIComponent(WORDS)}/${encodeURIComponent(WORDS)}`,
    ]) {
      const visit = await openUploadPage(browser, `${server.url}/docs${suffix}`, [server.url]);
      await visit.page.locator(".swagger-ui .info .title").waitFor({ timeout: 20_000 });
      expect(await visit.page.locator(".swagger-ui .info .title").innerText()).toContain("Redeem");
      await nothingRan(visit);
      await visit.context.close();
    }
    expect(asked).toEqual([]);
  } finally {
    await evil.stop(true);
  }
}, 120_000);
