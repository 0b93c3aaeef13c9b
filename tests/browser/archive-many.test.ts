import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { openData } from "../../src/data-folder.ts";
import { addPhoto } from "../support/archive-calls.ts";
import { openArchive } from "../support/archive-page.ts";
import { browserForAll, browsers } from "../support/browsers.ts";
import { fillRecords } from "../support/million.ts";
import { expectSoon, until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** The grid with very many photos: what is near is drawn and asked for, and nothing else. */

const PHOTOS = 100_000;
const DAY = 24 * 60 * 60_000;
/** Of these. One by one they are more than a ZIP is asked for. */
const UNPUBLISHED = 10_100;
/** Photos of a day. */
const EACH = 40;

const browser = browserForAll("chromium");
let server: TestServer;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-many-"));
  await (await openData(folder)).records.close();
  fillRecords(folder, { photos: PHOTOS });
  const db = new Database(join(folder, "redeem.db"));
  db.prepare(
    `update photos set publish_date = null, published = id > ${UNPUBLISHED}, token = '${"a".repeat(32)}',
      created_at = ? - ((? - id) / ${EACH}) * ${DAY} - (? - id) % ${EACH} * 1000`,
  ).run(Date.now() - DAY, PHOTOS, PHOTOS);
  db.exec(`insert or replace into media_jobs (original_id, state, backlog, attempts, next_at, reason)
    select id, 'none', 0, 0, 0, 'not_supported' from originals`);
  db.close();
  server = await startServer({ folder });
}, 60_000);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test("a hundred thousand photos: few squares, few questions, any place at once", async () => {
  const { page } = await openArchive(browser, server);
  const lists: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/photo/list")) lists.push(request.postData() ?? "");
  });
  await page.getByText("100,000 files").waitFor();
  await page.locator(".tile[data-photo]").first().waitFor();
  const drawn = () => page.evaluate(() => document.querySelectorAll("*").length);
  expect(await drawn()).toBeLessThan(2000);
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
  await page.waitForFunction(() => {
    const [tile] = document.elementsFromPoint(innerWidth / 2, innerHeight / 2);
    return tile?.closest(".tile[data-photo]");
  });
  expect(await drawn()).toBeLessThan(2000);
  // Flung through the rest, it asks for what is seen in the end.
  lists.length = 0;
  const pauses = await page.evaluate(async () => {
    let count = 0;
    let last = performance.now();
    for (let y = scrollY; y < document.documentElement.scrollHeight; y += 15_000) {
      scrollTo(0, y);
      const now = await new Promise(requestAnimationFrame);
      if (now - last > 100) count += 1;
      last = now;
    }
    scrollTo(0, document.documentElement.scrollHeight);
    return count;
  });
  await page.locator(`.tile[data-photo="1"]`).waitFor();
  // Where a busy machine draws no frame for a while, the page takes that for a rest, and asks for what is seen.
  expect(lists.length).toBeLessThan(6 + 2 * pauses);
  expect(await drawn()).toBeLessThan(2000);
});

test("what arrives above does not move what is looked at", async () => {
  const { page } = await openArchive(browser, server);
  await page.locator(".tile[data-photo]").first().waitFor();
  await page.evaluate(() => scrollTo(0, 30_000));
  const middle = () =>
    page.evaluate(() => {
      const tile = document
        .elementsFromPoint(innerWidth / 2, innerHeight / 2)[0]
        ?.closest(".tile[data-photo]");
      return tile && { id: tile.getAttribute("data-photo"), top: tile.getBoundingClientRect().top };
    });
  await page.waitForFunction(() =>
    document.elementsFromPoint(innerWidth / 2, innerHeight / 2)[0]?.closest(".tile[data-photo]"),
  );
  const before = await middle();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await addPhoto(server, "new.jpg");
  await page.getByText("100,001 files").waitFor();
  // A day of its own, above all others.
  await page.waitForFunction((old) => document.documentElement.scrollHeight > old, height);
  expect(await middle()).toEqual(before);
});

test("a range that nobody has seen is marked whole: Ctrl+A, and Shift across what is not known", async () => {
  const { page } = await openArchive(browser, server);
  await page.locator(".tile[data-photo]").first().waitFor();
  await page.locator(".tile-mark").first().click();
  await page.evaluate(() => scrollTo(0, 60_000));
  await page.waitForFunction(() =>
    document.elementsFromPoint(innerWidth / 2, innerHeight / 2)[0]?.closest(".tile[data-photo]"),
  );
  const index = await page.evaluate(() => {
    const tile = document
      .elementsFromPoint(innerWidth / 2, innerHeight / 2)[0]
      ?.closest(".tile[data-photo]");
    return Number(tile?.getAttribute("data-index"));
  });
  expect(index).toBeGreaterThan(1000);
  await page.locator(`[data-index="${index}"] .tile-link`).click({ modifiers: ["Shift"] });
  await page.getByText(`${(index + 1).toLocaleString("en")} selected`, { exact: true }).waitFor();
});

test("all of a list are downloaded together, however many: the server is told which list", async () => {
  const { page } = await openArchive(browser, server, { view: "photos?state=unpublished" });
  await page.getByText("10,100 files").waitFor();
  await page.locator(".tile[data-photo]").first().waitFor();
  await page.keyboard.press("ControlOrMeta+a");
  // Each of them is asked for, page after page.
  await page.getByText("10,100 selected", { exact: true }).waitFor({ timeout: 90_000 });
  const asked = page.waitForRequest((request) => request.url().endsWith("/photo/download"));
  await page.getByRole("button", { name: "Download" }).click();
  expect(Object.fromEntries(new URLSearchParams((await asked).postData() ?? ""))).toEqual({
    published_p: "0",
    include_unpublished_p: "1",
  });
  await page.getByText("Downloading 10,100 files as one ZIP.").waitFor();
  // But for one, it cannot be said in one word which they are.
  await page.locator(".tile-mark").first().click();
  await page.getByText("10,099 selected", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Download" }).click();
  await page.getByText("A ZIP holds more than 10,000 files only if all are selected.").waitFor();
});

/** More than any browser draws in one element: a day of 600,000 photos, and 400 days of 1000. No photo of them is ever known. */
const MILLION = 1_000_000;
const SEGMENTS = [
  { day: "2026-11-20", count: 600_000, after: "x" },
  ...Array.from({ length: 400 }, (_, at) => ({
    day: new Date(Date.UTC(2026, 9, 31) - at * DAY).toISOString().slice(0, 10),
    count: 1000,
    after: `${at}`,
  })),
];

describe.each(browsers)("a million photos in %s", (name) => {
  const many = browserForAll(name);

  test("any of them is scrolled to, on a phone too, and little by little nothing leaps", async () => {
    const { page } = await openArchive(many, server, { screen: "phone" });
    await page.locator(".tile[data-photo]").first().waitFor();
    await page.route("**/photo/segments", (route) =>
      route.fulfill({ json: { status: "ok", data: { segments: SEGMENTS, total_count: MILLION } } }),
    );
    await page.route("**/photo/list", (route) =>
      route.fulfill({ json: { status: "ok", data: [], total_count: 0 } }),
    );
    await page.evaluate(() => void (location.hash = "#/photos?order=oldest"));
    await page.getByText("1,000,000 files").waitFor();
    await page.locator('[data-index="0"]').waitFor();

    /** The photo in the middle of the window, and its upper edge. */
    const middle = () =>
      page.evaluate(() => {
        const [seen] = document.elementsFromPoint(innerWidth / 2 + 20, innerHeight / 2);
        const tile = seen?.closest("[data-index]");
        return {
          index: Number(tile?.getAttribute("data-index") ?? -1),
          top: Math.round(tile?.getBoundingClientRect().top ?? 0),
        };
      });
    const isDrawn = () =>
      page.waitForFunction(() => {
        const seen = document.elementsFromPoint(innerWidth / 2 + 20, innerHeight / 2);
        return seen.some((one) => one.closest("[data-index]"));
      });
    const scroll = (y: number) =>
      page.evaluate((by) => scrollBy({ top: by, behavior: "instant" }), y);

    // The scroll bar: to the middle, which is in the day of 600,000.
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
    await isDrawn();
    const half = await middle();
    expect(half.index).toBeGreaterThan(480_000);
    expect(half.index).toBeLessThan(520_000);
    // Little by little a pixel is a pixel, also after a rest.
    await scroll(60);
    await isDrawn();
    const moved = await middle();
    const rows = (moved.index - half.index) / 3;
    const row = await page
      .locator(".tile")
      .first()
      .evaluate((tile) => tile.clientHeight + 4);
    expect(moved.top - half.top).toBe(rows * row - 60);
    const begin = await page.evaluate(() => scrollY);
    await page.evaluate(async () => {
      for (let step = 0; step < 80; step += 1) {
        scrollBy({ top: 4000, behavior: "instant" });
        await new Promise(requestAnimationFrame);
      }
    });
    await isDrawn();
    const far = await middle();
    expect((far.index - moved.index) / 3).toBeCloseTo((320_000 + far.top - moved.top) / row, 5);
    // When that has ended, the scroll bar is put right, and nothing else moves. On a busy machine this comes before the end, too.
    await until("the scroll bar is put right", async () => {
      const passed = (await page.evaluate(() => scrollY)) - begin;
      return Math.abs(passed - 320_000) > 10_000;
    });
    expect(await middle()).toEqual(far);

    // The scrubber agrees with what is seen.
    const scrubber = page.getByRole("slider", { name: "Time" });
    await scrubber.focus();
    const headings = page.locator(".day-heading h2");
    for (const [key, month, day] of [
      ["Home", "November 2026", "20"],
      ["ArrowDown", "October 2026", "31"],
      ["ArrowDown", "September 2026", "30"],
    ] as const) {
      await scrubber.press(key);
      await headings.filter({ hasText: day }).first().waitFor();
      await page.locator(`.scrubber[aria-valuetext="${month}"]`).waitFor();
    }
    await scrubber.press("End");
    const last = page.locator(`[data-index="${MILLION - 1}"]`);
    await last.waitFor();
    await until("the last photo is in the window", () =>
      last.evaluate((tile) => tile.getBoundingClientRect().bottom <= innerHeight),
    );

    // The view's head is still there: Firefox lets nothing stick further down than 8.9 million pixels.
    const head = page.locator(".view-head");
    await expectSoon(async () => Math.round((await head.boundingBox())?.y ?? -1), 0);

    // The keyboard goes from the first photo to the last one and back.
    await last.locator(".tile-link").focus();
    await page.keyboard.press("Home");
    await page.locator('[data-index="0"] .tile-link:focus').waitFor();
    await page.keyboard.press("End");
    await page.locator(`[data-index="${MILLION - 1}"] .tile-link:focus`).waitFor();
    await page.keyboard.press("ArrowUp");
    await page.locator(`[data-index="${MILLION - 4}"] .tile-link:focus`).waitFor();
  });
});
