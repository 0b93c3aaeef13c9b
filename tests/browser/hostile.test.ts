import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { browserForAll } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png, textFile } from "../support/media.ts";
import type { PhotoIds } from "../support/redeem.ts";
import { startServer } from "../support/server.ts";
import { chooseFiles, gateAt } from "../support/upload-page.ts";

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

const server = serverForAll({ env: { REDEEM_SITE_NAME: `<img src=x onerror="${RUN}">` } });
const browser = browserForAll("chromium");

async function nothingRan(page: Page): Promise<void> {
  expect(await page.evaluate(() => "ranFromWords" in globalThis)).toBe(false);
}

/** What a stranger's words would have left in the document. */
async function foreign(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [
      ...document.querySelectorAll(
        "main img:not([src^='blob:']), iframe, base, meta[http-equiv], main form, main svg:not([viewBox]), [onerror], [onload], [onfocus], a[href^='javascript'], main [style*='fixed']",
      ),
    ].map((element) => element.outerHTML),
  );
}

test("the upload page: title, description, site name, file names, refusals", async () => {
  const token = await server.token({ title: WORDS, description: WORDS, max_uploads: 5 });
  const { page } = await browser.open(`${server.url}/upload/${token}`);
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
  await nothingRan(page);
}, 60_000);

async function rowIn(page: Page, name: string, state: string): Promise<void> {
  const row = page.locator(`.files li`).filter({ hasText: name });
  await row.and(page.locator(`[data-state=${state}]`)).waitFor({ timeout: 30_000 });
}

test("an unfinished file that the page remembers", async () => {
  const token = await server.token({ title: "t" });
  const { page } = await browser.open(`${server.url}/upload/${token}`);
  const name = `<img src=x onerror="${RUN}">.png`;
  const gate = await gateAt(page, 1);
  await chooseFiles(page, join(server.folder, "again"), { name, bytes: png(30_000_000) });
  await gate.held(1);
  await page.reload();
  await page.locator(".earlier").filter({ hasText: name }).waitFor();
  expect(await foreign(page)).toEqual([]);
  await nothingRan(page);
}, 60_000);

test("an address of the upload page that is none", async () => {
  const words = encodeURIComponent(`<img src=x onerror="${RUN}">`);
  const { page } = await browser.open(`${server.url}/upload/${words}?x=${words}#${words}`);
  expect(await foreign(page)).toEqual([]);
  await nothingRan(page);
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
      const { page } = await browser.open(`${server.url}/docs${suffix}`);
      await page.locator(".swagger-ui .info .title", { hasText: "Redeem" }).waitFor();
      await nothingRan(page);
      await page.close();
    }
    expect(asked).toEqual([]);
  } finally {
    await evil.stop(true);
  }
}, 120_000);

/** Issue 8, 3.8: files of strangers where every type is taken, opened and embedded in every way there is. */
test("what is uploaded is never run, whatever it is", async () => {
  const open = await startServer({ env: { REDEEM_TYPES: "*/*" } });
  const ran: string[] = [];
  const told = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      ran.push(new URL(request.url).pathname);
      return new Response("", { headers: { "access-control-allow-origin": "*" } });
    },
  });
  const tell = (what: string) => `fetch("http://127.0.0.1:${told.port}/${what}")`;
  const svg = (what: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" onload='${tell(what)}'><script>${tell(what)}</script></svg>`;
  const xhtml = `<html xmlns="http://www.w3.org/1999/xhtml"><script>${tell("xhtml")}</script></html>`;
  const files: [string, string][] = [
    ["x.html", `<!doctype html><script>${tell("html")}</script>`],
    ["x.svg", svg("svg")],
    ["y.svg", `<?xml version="1.0"?>${svg("xml-svg")}`],
    ["x.xhtml", `<?xml version="1.0"?>${xhtml}`],
    ["x.js", tell("js")],
    ["x.mjs", `${tell("mjs")}; export default 1`],
    ["x.css", `body { background: url("http://127.0.0.1:${told.port}/css") }`],
    ["x.pdf", `%PDF-1.7\n<script>${tell("pdf")}</script>`],
  ];
  const links: string[] = [];
  for (const [name, words] of files) {
    const form = new FormData();
    form.append("upload_token", await open.token());
    form.append("file", new Blob([words]), name);
    const url = `${open.url}/api/2/photo/redeem-upload-token`;
    const answer = (await (await fetch(url, { method: "POST", body: form })).json()) as PhotoIds;
    links.push(`${open.url}/${answer.tree_id}/${answer.photo_id}/${answer.token}/original`);
  }
  const visit = await browser.open("about:blank", { allowed: [open.url] });
  const { page } = visit;
  for (const link of links) {
    const download = page.waitForEvent("download");
    // It ends in a download, which is an error to somebody who wanted a page.
    await page.goto(link).catch(() => undefined);
    expect((await download).suggestedFilename()).not.toMatch(/\.(html|svg|xhtml|m?js|css)$/);
    expect(page.url()).toBe("about:blank");
  }
  const embedding = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      new Response(
        links
          .map(
            (link) => `<iframe src="${link}"></iframe><object data="${link}"></object>
            <embed src="${link}" /><img src="${link}" /><script src="${link}"></script>
            <script type="module" src="${link}"></script><link rel="stylesheet" href="${link}" />`,
          )
          .join(""),
        { headers: { "content-type": "text/html" } },
      ),
  });
  // What is embedded and may not be is complained of.
  const options = { as: visit, allowed: [open.url, told.url.origin], mayComplain: /./ };
  const { page: embedded } = await browser.open(embedding.url.href, options);
  // The page itself can tell: what would have run, would have been heard.
  await embedded.evaluate(tell("control"));
  expect(ran).toEqual(["/control"]);
  await visit.context.close();
  await Promise.all([told.stop(true), embedding.stop(true), open.stop()]);
}, 60_000);
