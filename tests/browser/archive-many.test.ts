import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { openData } from "../../src/data-folder.ts";
import { addPhoto, openArchive } from "../support/archive-page.ts";
import { browserForAll } from "../support/browsers.ts";
import { fillRecords } from "../support/million.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** The grid with very many photos: what is near is drawn and asked for, and nothing else. */

const PHOTOS = 100_000;
const DAY = 24 * 60 * 60_000;
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
    `update photos set publish_date = null, published = 1, token = '${"a".repeat(32)}',
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
  await page.getByText("100,000 photos").waitFor();
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
  await page.evaluate(async () => {
    for (let y = scrollY; y < document.documentElement.scrollHeight; y += 15_000) {
      scrollTo(0, y);
      await new Promise(requestAnimationFrame);
    }
    scrollTo(0, document.documentElement.scrollHeight);
  });
  await page.locator(`.tile[data-photo="1"]`).waitFor();
  expect(lists.length).toBeLessThan(6);
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
  await page.getByText("100,001 photos").waitFor();
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
