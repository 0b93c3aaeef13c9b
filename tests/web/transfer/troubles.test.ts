import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { browserForAll } from "../../support/browsers.ts";
import { pieces } from "../../support/chunks.ts";
import { type CuttingProxy, startCuttingProxy } from "../../support/cutting-proxy.ts";
import {
  addFiles,
  control,
  openEnginePage,
  requestsOf,
  sentOf,
  transferIs,
  transfersOf,
  watching,
} from "../../support/engine-page.ts";
import type { EngineWindow } from "../../support/engine-script.ts";
import { mp4, png } from "../../support/media.ts";
import { sendPiece, sha256, storedAs } from "../../support/over-http.ts";
import { until } from "../../support/remains.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { gateAt } from "../../support/upload-page.ts";

/** The upload page's sending machinery when something goes wrong: servers, lines, links, tabs and files. */

const MEBIBYTE = 1024 * 1024;
const LARGE = mp4(9 * MEBIBYTE + 77, 5);

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

/** What the server says of a token. */
async function statusOf(token: string): Promise<{ state: string; free: number; reserved: number }> {
  const answer = await fetch(`${server.url}/api/2/photo/upload-token-status?upload_token=${token}`);
  return ((await answer.json()) as { data: { state: string; free: number; reserved: number } })
    .data;
}

const stagedFiles = () => readdir(join(server.folder, "uploads"));

test("a server that dies and comes back is waited for, and the file goes on", async () => {
  proxy = await startCuttingProxy(server.port);
  const token = await server.token();
  const page = await openEnginePage(browser, proxy.url, { uploadToken: token });
  const gate = await gateAt(page, 2);
  await addFiles(page, server.folder, { name: "killed.mp4", bytes: LARGE });
  await until("two chunks are stored", async () => (await sentOf(page)) === 4 * MEBIBYTE);
  await server.kill("SIGKILL");
  await gate.open();
  await until("it says so", async () => (await transfersOf(page))[0]?.trouble === "silent");
  expect((await transfersOf(page))[0]).toMatchObject({ state: "sending" });
  server = await startServer({ folder: server.folder });
  proxy.aim(server.port);
  await page.evaluate(() => (globalThis as unknown as EngineWindow).engine.retryNow());
  expect(await transferIs(page, "killed.mp4", "done")).toMatchObject({ trouble: undefined });
  await isStored("killed.mp4", LARGE);
});

test("a lost answer is asked for: the bytes are not sent again", async () => {
  proxy = await startCuttingProxy(server.port);
  const page = await openEnginePage(browser, proxy.url, { uploadToken: await server.token() });
  const made = requestsOf(page);
  proxy.loseAnswers(1);
  const file = png(300_000, 9);
  await addFiles(page, server.folder, { name: "lost.png", bytes: file });
  const done = await transferIs(page, "lost.png", "done");
  expect(made).toEqual(["POST 1", "GET 1"]);
  expect(done).toMatchObject({ outcome: { return: null }, continued: false });
  await isStored("lost.png", file);
});

test("a small file does not wait behind a large one of which nothing gets through", async () => {
  const token = await server.token({ max_uploads: 2 });
  const page = await openEnginePage(browser, server.url, { uploadToken: token });
  let held = 0;
  await page.route("**/redeem-upload-token?*wide.mp4*", () => void (held += 1));
  await addFiles(page, server.folder, { name: "wide.mp4", bytes: LARGE });
  await until("its chunks are on their way", async () => held >= 3);
  await addFiles(page, server.folder, { name: "small.png", bytes: png(50_000, 3) });
  await transferIs(page, "small.png", "done");
  expect((await transfersOf(page))[0]).toMatchObject({ name: "wide.mp4", state: "sending" });
});

const isInLargeChunks = (url: URL) => Number(url.searchParams.get("resumableChunkSize")) > MEBIBYTE;

test("what a proxy finds too large goes in chunks of 1 MiB", async () => {
  const page = await openEnginePage(browser, server.url, { uploadToken: await server.token() });
  await page.route(isInLargeChunks, (route) => route.fulfill({ status: 413, body: "<html>" }));
  await addFiles(page, server.folder, { name: "nginx.mp4", bytes: LARGE });
  await transferIs(page, "nginx.mp4", "done");
  await isStored("nginx.mp4", LARGE);
});

test("without a network it waits, says so, and goes on by itself", async () => {
  const page = await openEnginePage(browser, server.url, { uploadToken: await server.token() });
  await page.context().setOffline(true);
  const file = png(60_000, 4);
  await addFiles(page, server.folder, { name: "tunnel.png", bytes: file });
  await transferIs(page, "tunnel.png", "offline");
  await page.context().setOffline(false);
  await transferIs(page, "tunnel.png", "done");
  await isStored("tunnel.png", file);
});

test("a file that is changed while it is sent is given up, and its use is free", async () => {
  const token = await server.token();
  const page = await openEnginePage(browser, server.url, { uploadToken: token });
  const gate = await gateAt(page, 1);
  await addFiles(page, server.folder, { name: "changed.mp4", bytes: LARGE });
  await until("a chunk is stored", async () => (await sentOf(page)) === 2 * MEBIBYTE);
  await control(page, "changed.mp4", "pause");
  await gate.openBehindThem();
  await appendFile(join(server.folder, "chosen", "changed.mp4"), "more");
  await control(page, "changed.mp4", "resume");
  const { refusal } = await transferIs(page, "changed.mp4", "refused");
  expect(refusal).toEqual({ code: "file_changed", message: "" });
  await until("the use is free", async () => (await statusOf(token)).free === 1);
});

/** A page whose only file has some chunks on the server, and is cancelled. @param undoMs how long that can be undone */
async function cancelledFile(name: string, chunks: number, undoMs: number) {
  const token = await server.token();
  const page = await openEnginePage(browser, server.url, { ...watching(token), undoMs });
  const gate = await gateAt(page, chunks);
  await addFiles(page, server.folder, { name, bytes: LARGE });
  const stored = chunks * 2 * MEBIBYTE;
  await until("so much is stored", async () => (await sentOf(page)) === stored);
  expect((await statusOf(token)).reserved).toBe(1);
  await control(page, name, "cancel");
  await gate.openBehindThem();
  await until("the use is free", async () => (await statusOf(token)).free === 1);
  return { token, page, gate };
}

test.each([1, 4])(
  "a cancelled file of %p chunks frees its use at once, and goes on where it was when that is undone",
  async (chunks) => {
    const name = `undone-${chunks}.mp4`;
    const { page, gate } = await cancelledFile(name, chunks, 50_000);
    await control(page, name, "undoCancel");
    await transferIs(page, name, "done");
    expect(gate.passed.toSorted()).toEqual([1, 2, 3, 4, 5]);
    await isStored(name, LARGE);
  },
);

test("when it can no longer be undone the bytes of a cancelled file are gone, and it may be sent again", async () => {
  const { page } = await cancelledFile("again.mp4", 4, 50);
  await until("its bytes are deleted", async () => (await stagedFiles()).length === 0);
  await control(page, "again.mp4", "undoCancel");
  await transferIs(page, "again.mp4", "done");
  await isStored("again.mp4", LARGE);
});

describe("a cancelled file that is undone when others have its use", () => {
  const plan = { identifier: "other", filename: "other.png", chunkSize: 1000, totalSize: 2000 };
  const sendOther = async (token: string, number: 1 | 2) => {
    const piece = pieces(plan)[number - 1] as { number: number; start: number; end: number };
    expect((await sendPiece(server, token, plan, piece, png(2000))).status).toBe(200);
  };
  const undoneFile = async (name: string) => {
    const cancelled = await cancelledFile(name, 4, 50_000);
    await sendOther(cancelled.token, 1);
    await control(cancelled.page, name, "undoCancel");
    await until("it waits", async () => (await transfersOf(cancelled.page))[0]?.waitsFor === "use");
    return cancelled;
  };

  test("waits, and goes on where it was when they give it back", async () => {
    const { token, page, gate } = await undoneFile("place.mp4");
    const body = new URLSearchParams({
      upload_token: token,
      resumableIdentifier: "other",
      resumableTotalSize: "2000",
      resumableChunkSize: "1000",
      resumableFilename: "other.png",
    });
    await fetch(`${server.url}/api/2/photo/cancel-upload`, { method: "POST", body });
    await transferIs(page, "place.mp4", "done");
    expect(gate.passed.toSorted()).toEqual([1, 2, 3, 4, 5]);
    await isStored("place.mp4", LARGE);
  });

  test("is refused when that has become a photo, since the last place is gone", async () => {
    const { token, page } = await undoneFile("no-place.mp4");
    await sendOther(token, 2);
    const { refusal } = await transferIs(page, "no-place.mp4", "refused");
    // Heard from the link's status, or from the answer to its chunk, which has words.
    expect(refusal?.code).toBe("token_used");
    expect((await statusOf(token)).reserved).toBe(0);
  });
});

test("a chunk that arrives behind its file's cancelling leaves no photo that nobody wanted", async () => {
  const token = await server.token();
  const page = await openEnginePage(browser, server.url, { uploadToken: token, undoMs: 3000 });
  const gate = await gateAt(page, 0);
  const asked = page.waitForRequest(/resumableChunkNumber=1(&|$)/);
  await addFiles(page, server.folder, { name: "late.mp4", bytes: LARGE });
  const request = await asked;
  await gate.held(1);
  const told = page.waitForResponse("**/cancel-upload");
  await control(page, "late.mp4", "cancel");
  await told;
  const body = Buffer.from(LARGE.subarray(0, 2 * MEBIBYTE));
  const headers = { "content-type": "application/octet-stream" };
  // It has the use from now on, until the page says once more that nobody wants it.
  expect((await fetch(request.url(), { method: "POST", headers, body })).status).toBe(200);
  await until("the use is free again", async () => (await statusOf(token)).free === 1);
});

test("who leaves the page has cancelled what could still be undone", async () => {
  const token = await server.token();
  const page = await openEnginePage(browser, server.url, { uploadToken: token });
  const gate = await gateAt(page, 1);
  await addFiles(page, server.folder, { name: "left.mp4", bytes: LARGE });
  await until("a chunk is stored", async () => (await sentOf(page)) === 2 * MEBIBYTE);
  await control(page, "left.mp4", "cancel");
  await gate.openBehindThem();
  await page.goto("about:blank");
  await until("the use is free", async () => (await statusOf(token)).free === 1);
  // At a later visit nothing is remembered of it, and the server takes it from its beginning.
  const later = await openEnginePage(browser, server.url, { uploadToken: token }, page);
  await addFiles(later, server.folder, { name: "left.mp4", bytes: LARGE });
  await transferIs(later, "left.mp4", "done");
  await isStored("left.mp4", LARGE);
});

async function countUnfinished(): Promise<number> {
  return (await (globalThis as unknown as EngineWindow).engine.unfinished()).length;
}

test("at a later visit only what is missing is sent, with a question or two", async () => {
  const token = await server.token();
  const page = await openEnginePage(browser, server.url, { uploadToken: token });
  const gate = await gateAt(page, 2);
  await addFiles(page, server.folder, { name: "back.mp4", bytes: LARGE });
  await until("two chunks are stored", async () => (await sentOf(page)) === 4 * MEBIBYTE);
  await gate.held(2);
  await gate.shut();
  await page.goto("about:blank");

  const later = await openEnginePage(browser, server.url, { uploadToken: token }, page);
  const made = requestsOf(later);
  const left = await later.evaluate(async () => {
    const found = await (globalThis as unknown as EngineWindow).engine.unfinished();
    return found.map(({ name, percent, canContinue }) => ({ name, percent, canContinue }));
  });
  expect(left).toEqual([{ name: "back.mp4", percent: 44, canContinue: false }]);
  await addFiles(later, server.folder, { name: "back.mp4", bytes: LARGE });
  expect(await transferIs(later, "back.mp4", "done")).toMatchObject({ continued: true });
  const posts = made.filter((request) => request.startsWith("POST"));
  const missing = [1, 2, 3, 4, 5].filter((number) => !gate.passed.includes(number));
  expect(posts.toSorted()).toEqual(missing.map((number) => `POST ${number}`));
  expect(made.length - posts.length).toBeLessThanOrEqual(4);
  await isStored("back.mp4", LARGE);
  expect(await later.evaluate(countUnfinished)).toBe(0);
});

test("the guest's name and note are sent, in the address or in a form", async () => {
  const token = await server.token({ max_uploads: 2, ask: "name,note" });
  for (const note of ["Für euch", "ü".repeat(1900)]) {
    const guest = { name: "Zoë", note };
    const page = await openEnginePage(browser, server.url, { uploadToken: token, guest });
    const name = `note-${note.length}.png`;
    await addFiles(page, server.folder, { name, bytes: png(4000, note.length) });
    await transferIs(page, name, "done");
    await page.close();
  }
  const database = new Database(join(server.folder, "redeem.db"), { readonly: true });
  const kept = database.prepare("select extra from upload_extras").all() as { extra: string }[];
  database.close();
  const said = kept.map(({ extra }) => JSON.parse(extra) as Record<string, string>);
  for (const guest_note of ["Für euch", "ü".repeat(1900)]) {
    expect(said).toContainEqual({ guest_name: "Zoë", guest_note });
  }
});

test("changes are told together, and in a hidden tab too", async () => {
  const token = await server.token({ max_uploads: 60 });
  const page = await openEnginePage(browser, server.url, { uploadToken: token });
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    globalThis.requestAnimationFrame = () => 0;
  });
  const files = Array.from({ length: 50 }, (_, index) => ({
    name: `many-${index}.png`,
    bytes: png(2000, 100 + index),
  }));
  await addFiles(page, server.folder, ...files);
  for (const { name } of files) await transferIs(page, name, "done");
  const told = await page.evaluate(() => (globalThis as unknown as EngineWindow).told);
  const gaps = told.slice(1).map(({ at }, index) => at - (told[index]?.at ?? 0));
  expect(told[0]?.ids).toBe(50);
  expect(Math.min(...gaps)).toBeGreaterThan(200);
});
