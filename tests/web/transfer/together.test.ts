import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { browserForAll } from "../../support/browsers.ts";
import { type CuttingProxy, startCuttingProxy } from "../../support/cutting-proxy.ts";
import {
  addFiles,
  openEnginePage,
  sendingOf,
  smallFiles,
  transferIs,
} from "../../support/engine-page.ts";
import type { EngineWindow } from "../../support/engine-script.ts";
import { png } from "../../support/media.ts";
import { photosOf, sha256, storedAs } from "../../support/over-http.ts";
import { until } from "../../support/remains.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { gateAt, type Chosen } from "../../support/upload-page.ts";
import { changeToken } from "../../support/upload-tokens.ts";

/** The upload page's sending machinery when something goes wrong with small files that go in one request (protocol 4.9). */

const MEBIBYTE = 1024 * 1024;

let server: TestServer;
let proxy: CuttingProxy | undefined;
const browser = browserForAll("chromium");

beforeAll(async () => {
  server = await startServer();
});
afterEach(() => {
  proxy?.stop();
  proxy = undefined;
});
afterAll(() => server?.stop());

const isStored = async (name: string, bytes: Uint8Array) =>
  expect(await storedAs(server, name)).toEqual([sha256(bytes)]);

const MANY = "**/redeem-upload-token-many";

/** Each of them is one photo, of its own bytes. */
async function allStored(page: Page, files: readonly Chosen[]): Promise<void> {
  for (const { name, bytes } of files) {
    await transferIs(page, name, "done");
    await isStored(name, bytes);
  }
}

test("small files whose answer was lost with the server are one photo each", async () => {
  proxy = await startCuttingProxy(server.port);
  const page = await openEnginePage(browser, proxy.url, {
    uploadToken: await server.token({ max_uploads: 20 }),
  });
  const files = smallFiles(9, "lost");
  const before = photosOf(server).length;
  proxy.loseAnswers(1);
  // One request gets there, whichever is the first; the others do not before the server is killed.
  proxy.withholdAfter(1);
  await addFiles(page, server.folder, ...files);
  await until("files of it are photos", async () => photosOf(server).length > before);
  await server.kill("SIGKILL");
  server = await startServer({ folder: server.folder });
  proxy.withholdAfter(Number.POSITIVE_INFINITY);
  proxy.aim(server.port);
  proxy.cut();
  await page.evaluate(() => (globalThis as unknown as EngineWindow).engine.retryNow());
  await allStored(page, files);
  expect(photosOf(server).length - before).toBe(9);
});

const SIZE = 135_000;

test("what a proxy finds too large together goes in smaller requests", async () => {
  const uploadToken = await server.token({ max_uploads: 30 });
  const page = await openEnginePage(browser, server.url, { uploadToken });
  const sizes: number[] = [];
  await page.route(MANY, (route) => {
    // Their fields alone are shown here.
    const files = (route.request().postData() ?? "").split('name="file"').length - 1;
    sizes.push(files * SIZE);
    return files * SIZE > MEBIBYTE
      ? route.fulfill({ status: 413, body: "<html>" })
      : route.continue();
  });
  const files = Array.from({ length: 24 }, (_, index) => ({
    name: `proxy-${index}.png`,
    bytes: png(SIZE + index, index + 70),
  }));
  await addFiles(page, server.folder, ...files);
  await allStored(page, files);
  expect([sizes.length > 3, (sizes[0] ?? 0) > MEBIBYTE]).toEqual([true, true]);
  expect(Math.max(...sizes.slice(3))).toBeLessThan(MEBIBYTE);
});

test("what does not let files through together has them each alone", async () => {
  const uploadToken = await server.token({ max_uploads: 30 });
  const page = await openEnginePage(browser, server.url, { uploadToken });
  const made = sendingOf(page);
  await page.route(MANY, (route) => route.fulfill({ status: 400, body: "<html>" }));
  const files = smallFiles(24, "alone");
  await addFiles(page, server.folder, ...files);
  await allStored(page, files);
  expect(made).toEqual({ "redeem-upload-token-many": 3, "redeem-upload-token": 24 });
});

test("of small files that go together one that was changed meanwhile is refused, and no other", async () => {
  const uploadToken = await server.token({ max_uploads: 20 });
  const page = await openEnginePage(browser, server.url, { uploadToken });
  const gate = await gateAt(page, 0);
  const files = smallFiles(9, "changed");
  await addFiles(page, server.folder, ...files);
  await gate.held(3);
  await appendFile(join(server.folder, "chosen", "changed-1.png"), "more");
  // The requests that were made before have what they read then: the next ones do not.
  await page.evaluate(() => {
    const { engine } = globalThis as unknown as EngineWindow;
    engine.pauseAll();
    engine.resumeAll();
  });
  await gate.openBehindThem();
  const { refusal } = await transferIs(page, "changed-1.png", "refused");
  expect(refusal).toEqual({ code: "file_changed", message: "" });
  await allStored(
    page,
    files.filter(({ name }) => name !== "changed-1.png"),
  );
});

test("files that were there before their link was revoked have arrived, though their answer came after that", async () => {
  proxy = await startCuttingProxy(server.port);
  const uploadToken = await server.token({ max_uploads: 20 });
  const page = await openEnginePage(browser, proxy.url, { uploadToken });
  const letThrough = proxy.holdAnswers();
  const files = smallFiles(6, "revoked");
  const before = photosOf(server).length;
  await addFiles(page, server.folder, ...files);
  await until("all are photos", () => photosOf(server).length - before === 6);
  changeToken(server, uploadToken, { revokedAt: Date.now() });
  await page.evaluate(() => (globalThis as unknown as EngineWindow).engine.askStatus());
  letThrough();
  await allStored(page, files);
});
