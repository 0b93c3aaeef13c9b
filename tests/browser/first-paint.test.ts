import { describe, expect, test } from "bun:test";
import type { Route } from "playwright-core";
import { openArchive } from "../support/archive-page.ts";
import { browserForAll, browsers } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { until } from "../support/remains.ts";

/** What a page is for is seen before anything is asked of the API, and where it never answers. */

const server = serverForAll();

describe.each(browsers)("%s", (name) => {
  const browser = browserForAll(name);

  test("the upload page shows its heading and the chooser while the API is silent", async () => {
    const token = await server.token({ title: "Summer party", max_uploads: 3 });
    const { context } = await browser.open(server.url);
    const held: Route[] = [];
    await context.route("**/api/**", (route) => void held.push(route));
    const page = await context.newPage();
    await page.goto(`${server.url}/upload/${token}`, { waitUntil: "domcontentloaded" });
    await page.getByRole("heading", { name: "Summer party" }).waitFor();
    await page.getByLabel("Choose files").waitFor();
    for (const route of held) await route.abort();
  });

  test("its heading does not wait for its script either", async () => {
    const token = await server.token({ title: "Summer party" });
    const { context } = await browser.open(server.url);
    const held: Route[] = [];
    await context.route("**/*.js", (route) => void held.push(route));
    const page = await context.newPage();
    await page.goto(`${server.url}/upload/${token}`, { waitUntil: "commit" });
    await page.getByRole("heading", { name: "Summer party" }).waitFor();
    await until("the script is asked for", () => held.length > 0);
    for (const route of held) await route.abort();
  });

  test("the archive shows its frame and the view's heading while the API is silent", async () => {
    const signedIn = await openArchive(browser, server);
    const held: Route[] = [];
    await signedIn.context.route(/\/(api|archive\/events)/, (route) => void held.push(route));
    const { page } = await browser.open(`${server.url}/archive#/links`, { as: signedIn });
    await page.getByRole("heading", { level: 1, name: "Links" }).waitFor();
    const views = page.getByRole("navigation").getByRole("link");
    expect(await views.allInnerTexts()).toContain("Photos");
    // What was asked first is still unanswered.
    await until("the links are asked for", () =>
      held.some((route) => route.request().url().includes("/upload-token/list")),
    );
  });
});
