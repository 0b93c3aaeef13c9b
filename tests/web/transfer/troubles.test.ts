import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Page } from "playwright-core";
import { hashSecret } from "../../../src/random.ts";
import { browserForAll } from "../../support/browsers.ts";
import { type CuttingProxy, startCuttingProxy } from "../../support/cutting-proxy.ts";
import {
  addFiles,
  control,
  openEnginePage,
  requestsOf,
  sendingOf,
  smallFiles,
  transferIs,
  transfersOf,
} from "../../support/engine-page.ts";
import type { Chosen } from "../../support/upload-page.ts";
import type { EngineWindow } from "../../support/engine-script.ts";
import { mp4, png } from "../../support/media.ts";
import { photosOf, sha256, storedHash } from "../../support/over-http.ts";
import { until } from "../../support/remains.ts";
import { API_KEY } from "../../support/site.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { gateAt } from "../../support/upload-page.ts";
import { changeToken } from "../../support/upload-tokens.ts";

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

async function isStored(name: string, bytes: Uint8Array): Promise<void> {
  const made = photosOf(server).filter(({ filename }) => filename === name);
  expect(made).toHaveLength(1);
  expect(made[0] && (await storedHash(server, made[0]))).toBe(sha256(bytes));
}

/** What the server says of a token. */
async function statusOf(token: string): Promise<{ state: string; free: number; reserved: number }> {
  const answer = await fetch(`${server.url}/api/2/photo/upload-token-status?upload_token=${token}`);
  return ((await answer.json()) as { data: { state: string; free: number; reserved: number } })
    .data;
}

const sentOf = async (page: Page) => (await transfersOf(page))[0]?.sent;

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

// Of a file of which little was sent the use is free at once, of others when the time of Undo is over.
test.each([
  ["little", 1, 60_000],
  ["much", 4, 50],
])(
  "a cancelled file of which %s was sent frees its use, and may be sent again",
  async (_, chunks, undoMs) => {
    const token = await server.token();
    const page = await openEnginePage(browser, server.url, { uploadToken: token, undoMs });
    const gate = await gateAt(page, chunks);
    const name = `again-${chunks}.mp4`;
    await addFiles(page, server.folder, { name, bytes: LARGE });
    const stored = chunks * 2 * MEBIBYTE;
    await until("so much is stored", async () => (await sentOf(page)) === stored);
    expect((await statusOf(token)).reserved).toBe(1);
    await control(page, name, "cancel");
    await gate.openBehindThem();
    await until("the use is free", async () => (await statusOf(token)).free === 1);
    await control(page, name, "undoCancel");
    await transferIs(page, name, "done");
    await isStored(name, LARGE);
  },
);

test("a chunk that arrives behind its file's cancelling leaves no photo that nobody wanted", async () => {
  const token = await server.token();
  const page = await openEnginePage(browser, server.url, { uploadToken: token, undoMs: 1000 });
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
  expect((await fetch(request.url(), { method: "POST", headers, body })).status).toBe(200);
  expect((await statusOf(token)).reserved).toBe(1);
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

/** As the page has it: with the token's status, and asked for again and again. */
const watching = (uploadToken: string) => ({
  uploadToken,
  status: {
    state: "open" as const,
    maxUploads: 1,
    remaining: 1,
    free: 1,
    validUntil: Date.now() + 1e7,
    graceUntil: Date.now() + 2e7,
  },
  statusMs: 50,
});

const stateOfLink = (page: Page): Promise<string> =>
  page.evaluate(() => (globalThis as unknown as EngineWindow).engine.status().state);

test("a file that one tab sends with a link's last place has arrived in the other one, too", async () => {
  proxy = await startCuttingProxy(server.port);
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
  await revoke(uploadToken);
  await page.evaluate(() => (globalThis as unknown as EngineWindow).engine.askStatus());
  letThrough();
  await allStored(page, files);
});

async function revoke(token: string): Promise<void> {
  const database = new Database(join(server.folder, "redeem.db"), { readonly: true });
  const row = database
    .prepare("select id from upload_tokens where hash = ?")
    .get(hashSecret(token));
  database.close();
  const { id } = row as { id: number };
  const answer = await fetch(`${server.url}/api/2/upload-token/revoke`, {
    method: "POST",
    headers: { authorization: `Bearer ${API_KEY}` },
    body: new URLSearchParams({ token_id: String(id) }),
  });
  expect(answer.status).toBe(200);
}
