import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { addPhoto } from "../support/archive-calls.ts";
import { openArchive, tileOf } from "../support/archive-page.ts";
import { browserForAll, type Visit } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";

/** The archive page in many tabs of one browser, which keeps six connections to a server. */

const browser = browserForAll("chromium");
const server = serverForAll();

/** Headless, each tab counts as seen: this is what a tab is told by a browser that shows one of them. */
function setSeen(state: "visible" | "hidden"): void {
  Object.defineProperty(document, "visibilityState", { configurable: true, value: state });
  document.dispatchEvent(new Event("visibilitychange"));
}

const hide = ({ page }: Visit) => page.evaluate(setSeen, "hidden" as const);
const show = ({ page }: Visit) => page.evaluate(setSeen, "visible" as const);
const asksForEvents = (page: Page) =>
  page.waitForRequest((request) => request.url().endsWith("/archive/events"));

test("an eighth tab loads and is told what happens; one that is shown again knows what it has missed", async () => {
  await addPhoto(server, "first.jpg");
  const first = await openArchive(browser, server);
  await tileOf(first.page, /first/).waitFor();
  const visits = [first];
  while (visits.length < 8) {
    await hide(visits.at(-1) as Visit);
    const visit = await browser.open(`${server.url}/archive`, { as: first });
    await tileOf(visit.page, /first/).waitFor();
    visits.push(visit);
  }
  const last = visits.at(-1) as Visit;
  await addPhoto(server, "second.jpg");
  await tileOf(last.page, /second/).waitFor();
  expect(await tileOf(first.page, /second/).count()).toBe(0);
  await hide(last);
  const asked = asksForEvents(first.page);
  await show(first);
  await asked;
  await tileOf(first.page, /second/).waitFor();
  await addPhoto(server, "third.jpg");
  await tileOf(first.page, /third/).waitFor();
});

test("a tab that is opened behind others asks for events when it is seen, and may have missed some", async () => {
  const front = await openArchive(browser, server);
  await front.context.addInitScript(setSeen, "hidden" as const);
  const behind = await browser.open(`${server.url}/archive`, { as: front });
  await tileOf(behind.page, /first/).waitFor();
  await addPhoto(server, "fourth.jpg");
  await tileOf(front.page, /fourth/).waitFor();
  expect(await tileOf(behind.page, /fourth/).count()).toBe(0);
  const asked = asksForEvents(behind.page);
  await show(behind);
  await asked;
  await tileOf(behind.page, /fourth/).waitFor();
});

test("a page that is kept for its return has no connection meanwhile", async () => {
  const { page } = await openArchive(browser, server);
  const heard = page.waitForResponse((answer) => answer.url().endsWith("/archive/events"));
  await page.reload();
  await heard;
  await tileOf(page, /first/).waitFor();
  const ended = page.waitForEvent("requestfailed", (request) =>
    request.url().endsWith("/archive/events"),
  );
  await page.evaluate(() => void dispatchEvent(new PageTransitionEvent("pagehide")));
  await ended;
  await addPhoto(server, "fifth.jpg");
  await page.evaluate(() => void dispatchEvent(new PageTransitionEvent("pageshow")));
  await tileOf(page, /fifth/).waitFor();
});
