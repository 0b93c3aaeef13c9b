import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startBrowser } from "../../support/browser.ts";
import {
  addFiles,
  control,
  type EngineSettings,
  openEnginePage,
  requestsOf,
  transferIs,
  transfersOf,
} from "../../support/engine-page.ts";
import type { EngineWindow } from "../../support/engine-script.ts";
import { mp4, png, textFile } from "../../support/media.ts";
import { photosOf, sha256, storedHash } from "../../support/over-http.ts";
import { until } from "../../support/remains.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { gateAt } from "../../support/upload-page.ts";

/** The upload page's sending machinery, in Chromium, against a server: what it does while nothing goes wrong. */

const MEBIBYTE = 1024 * 1024;

let server: TestServer;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
afterEach(async () => {
  await context?.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(settings: EngineSettings): Promise<Page> {
  context = await browser.newContext();
  return openEnginePage(context, server.url, settings);
}

async function isStored(name: string, bytes: Uint8Array): Promise<void> {
  const photo = photosOf(server).findLast(({ filename }) => filename === name);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(bytes));
}

test("a file that fits in one chunk is one POST", async () => {
  const page = await open({ uploadToken: await server.token() });
  const made = requestsOf(page);
  const file = png(200_000);
  await addFiles(page, server.folder, { name: "one.png", bytes: file });
  const done = await transferIs(page, "one.png", "done");
  expect(made).toEqual(["POST 1"]);
  expect(done).toMatchObject({ sent: 200_000, outcome: { return: null }, troubled: false });
  await isStored("one.png", file);
});

test("a large file goes in chunks without questions, and arrives whole", async () => {
  const page = await open({ uploadToken: await server.token() });
  const made = requestsOf(page);
  const file = mp4(9 * MEBIBYTE + 77, 5);
  await addFiles(page, server.folder, { name: "large.mp4", bytes: file });
  await transferIs(page, "large.mp4", "done");
  expect(made.toSorted()).toEqual(["POST 1", "POST 2", "POST 3", "POST 4", "POST 5"]);
  await isStored("large.mp4", file);
  const { seen } = await page.evaluate(() => ({
    seen: (globalThis as unknown as EngineWindow).seen,
  }));
  expect(seen["large.mp4"]?.slice(-2)).toEqual(["sending", "done"]);
});

test("what the server refuses is refused, in its words", async () => {
  const page = await open({ uploadToken: await server.token() });
  await addFiles(page, server.folder, { name: "no.png", bytes: textFile(5000) });
  const { refusal } = await transferIs(page, "no.png", "refused");
  expect(refusal?.message).toStartWith("The file type is not supported");
});

test("a file is paused, stays where it is, and goes on with what is missing", async () => {
  const page = await open({ uploadToken: await server.token() });
  const gate = await gateAt(page, 1);
  const file = mp4(9 * MEBIBYTE + 78, 6);
  await addFiles(page, server.folder, { name: "pause.mp4", bytes: file });
  await gate.held(3);
  // The one that passed is stored; what waits before the gate has not gone out.
  await until("a chunk is stored", async () => (await transfersOf(page))[0]?.sent === 2 * MEBIBYTE);
  await control(page, "pause.mp4", "pause");
  const paused = await transferIs(page, "pause.mp4", "paused");
  expect(paused.sent).toBe(2 * MEBIBYTE);
  await gate.openBehindThem();
  expect((await transfersOf(page))[0]).toMatchObject({ state: "paused", sent: 2 * MEBIBYTE });
  await control(page, "pause.mp4", "resume");
  await transferIs(page, "pause.mp4", "done");
  expect(gate.passed.filter((number) => number === 1)).toHaveLength(1);
  await isStored("pause.mp4", file);
});

test("a cancelled file stops, and goes on where it was when that is undone", async () => {
  const page = await open({ uploadToken: await server.token() });
  const gate = await gateAt(page, 1);
  const file = mp4(9 * MEBIBYTE + 79, 7);
  await addFiles(page, server.folder, { name: "undo.mp4", bytes: file });
  await gate.held(3);
  await until("a chunk is stored", async () => (await transfersOf(page))[0]?.sent === 2 * MEBIBYTE);
  await control(page, "undo.mp4", "cancel");
  await transferIs(page, "undo.mp4", "cancelled");
  await gate.openBehindThem();
  await control(page, "undo.mp4", "undoCancel");
  await transferIs(page, "undo.mp4", "done");
  expect(gate.passed.filter((number) => number === 1)).toHaveLength(1);
  await isStored("undo.mp4", file);
});
