import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserForAll } from "../../support/browsers.ts";
import { startCuttingProxy } from "../../support/cutting-proxy.ts";
import {
  addFiles,
  control,
  openEnginePage,
  requestsOf,
  sentOf,
  smallFiles,
  transferIs,
  transfersOf,
  watching,
} from "../../support/engine-page.ts";
import type { EngineWindow } from "../../support/engine-script.ts";
import { serverForAll } from "../../support/lifetime.ts";
import { mp4, png } from "../../support/media.ts";
import { photosOf, sha256, storedAs } from "../../support/over-http.ts";
import { until } from "../../support/remains.ts";
import { gateAt, type Chosen } from "../../support/upload-page.ts";
import { changeToken } from "../../support/upload-tokens.ts";

/** The upload page's sending machinery where a link is used in several tabs, by others, up, or for too long. */

const MEBIBYTE = 1024 * 1024;
const LARGE = mp4(9 * MEBIBYTE + 77, 5);

const server = serverForAll();
const browser = browserForAll("chromium");

const isStored = async (name: string, bytes: Uint8Array) =>
  expect(await storedAs(server, name)).toEqual([sha256(bytes)]);

test("two tabs with one link send a file once, and both see it arrive", async () => {
  const token = await server.token();
  const first = await openEnginePage(browser, server.url, { uploadToken: token });
  const second = await openEnginePage(browser, server.url, { uploadToken: token }, first);
  const gate = await gateAt(first, 1);
  const made = requestsOf(second);
  const file = { name: "tabs.mp4", bytes: LARGE };
  await addFiles(first, server.folder, file);
  await until("a chunk is stored", async () => (await sentOf(first)) === 2 * MEBIBYTE);
  await addFiles(second, server.folder, file);
  await until("it waits", async () => (await transfersOf(second))[0]?.waitsFor === "tab");
  expect(made).toEqual([]);
  await gate.open();
  await transferIs(first, "tabs.mp4", "done");
  await transferIs(second, "tabs.mp4", "done");
  expect(made.filter((request) => request.startsWith("POST"))).toEqual([]);
  await isStored("tabs.mp4", LARGE);
});

test("a tab that is closed leaves its file to the other one", async () => {
  const token = await server.token();
  const first = await openEnginePage(browser, server.url, { uploadToken: token });
  const second = await openEnginePage(browser, server.url, { uploadToken: token }, first);
  await gateAt(first, 2);
  const file = { name: "heir.mp4", bytes: LARGE };
  await addFiles(first, server.folder, file);
  await until("two chunks are stored", async () => (await sentOf(first)) === 4 * MEBIBYTE);
  await addFiles(second, server.folder, file);
  await until("it waits", async () => (await transfersOf(second))[0]?.waitsFor === "tab");
  const made = requestsOf(second);
  await first.close();
  expect(await transferIs(second, "heir.mp4", "done")).toMatchObject({ continued: true });
  // What the first one had on its way may have arrived, too.
  const again = made.filter((request) => /^POST [12]$/.test(request));
  expect(again).toEqual([]);
  await isStored("heir.mp4", LARGE);
});

const stateOfLink = (page: Page): Promise<string> =>
  page.evaluate(() => (globalThis as unknown as EngineWindow).engine.status().state);

test("a file that one tab sends with a link's last place has arrived in the other one, too", async () => {
  const proxy = await startCuttingProxy(server.port);
  const token = await server.token();
  const first = await openEnginePage(browser, proxy.url, watching(token));
  const second = await openEnginePage(browser, proxy.url, watching(token), first);
  const letThrough = proxy.holdAnswers();
  const [file] = smallFiles(1, "last-place") as [Chosen];
  const before = photosOf(server).length;
  await addFiles(first, server.folder, file);
  await until("it is a photo", () => photosOf(server).length > before);
  await addFiles(second, server.folder, file);
  await until("the other one knows that", async () => (await stateOfLink(second)) === "used");
  letThrough();
  for (const page of [first, second]) {
    expect((await transferIs(page, file.name, "done", "refused")).refusal).toBeUndefined();
  }
  proxy.stop();
});

test("a file whose cancelling is undone when the link is used up is refused, and does not wait for ever", async () => {
  const token = await server.token();
  const page = await openEnginePage(browser, server.url, watching(token));
  const gate = await gateAt(page, 0);
  const [sent, undone] = smallFiles(2, "undone") as [Chosen, Chosen];
  await addFiles(page, server.folder, sent, undone);
  await gate.held(1);
  await control(page, undone.name, "cancel");
  await gate.open();
  await transferIs(page, sent.name, "done");
  await until("it is known", async () => (await stateOfLink(page)) === "used");
  await control(page, undone.name, "undoCancel");
  const { refusal } = await transferIs(page, undone.name, "refused");
  expect(refusal).toEqual({ code: "token_used", message: "" });
});

test("a link whose time is over refuses what has not begun, and lets the rest be finished", async () => {
  const token = await server.token({ max_uploads: 8 });
  const page = await openEnginePage(browser, server.url, { uploadToken: token });
  const gate = await gateAt(page, 1);
  await addFiles(page, server.folder, { name: "begun.mp4", bytes: LARGE });
  await until("a chunk is stored", async () => (await sentOf(page)) === 2 * MEBIBYTE);
  await gate.held(2);
  await addFiles(page, server.folder, { name: "late.mp4", bytes: mp4(5 * MEBIBYTE, 8) });
  await control(page, "late.mp4", "pause");
  changeToken(server, token, { validUntil: Date.now() - 1000 });
  await page.evaluate(() => (globalThis as unknown as EngineWindow).engine.askStatus());
  const { refusal } = await transferIs(page, "late.mp4", "refused");
  expect(refusal).toEqual({ code: "token_expired", message: "" });
  await gate.open();
  await transferIs(page, "begun.mp4", "done");
  await isStored("begun.mp4", LARGE);
});

test("a file for which all uses are in others' hands waits, and goes when one is free", async () => {
  const token = await server.token();
  const { status } = watching(token);
  const theirs = await openEnginePage(browser, server.url, { uploadToken: token, undoMs: 0 });
  const gate = await gateAt(theirs, 1);
  await addFiles(theirs, server.folder, { name: "theirs.mp4", bytes: LARGE });
  await until("a chunk is stored", async () => (await sentOf(theirs)) === 2 * MEBIBYTE);
  const page = await openEnginePage(browser, server.url, {
    uploadToken: token,
    status,
    statusMs: 100,
  });
  const file = png(70_000, 6);
  await addFiles(page, server.folder, { name: "mine.png", bytes: file });
  await until("it waits", async () => (await transfersOf(page))[0]?.waitsFor === "use");
  await gate.held(2);
  await control(theirs, "theirs.mp4", "cancel");
  await transferIs(page, "mine.png", "done");
  await isStored("mine.png", file);
});
