import { expect, test } from "bun:test";
import { browserForAll } from "../../support/browsers.ts";
import {
  addFiles,
  control,
  type EngineSettings,
  openEnginePage,
  requestsOf,
  sendingOf,
  smallFiles,
  transferIs,
  transfersOf,
} from "../../support/engine-page.ts";
import type { EngineWindow } from "../../support/engine-script.ts";
import { serverForAll } from "../../support/lifetime.ts";
import { linesOf } from "../../support/log-lines.ts";
import { mp4, png, textFile } from "../../support/media.ts";
import { photosOf, sha256, storedHash } from "../../support/over-http.ts";
import { until } from "../../support/remains.ts";
import { gateAt } from "../../support/upload-page.ts";

/** The upload page's sending machinery, in Chromium, against a server: what it does while nothing goes wrong. */

const MEBIBYTE = 1024 * 1024;

const server = serverForAll();
const browser = browserForAll("chromium");

const open = (settings: EngineSettings) => openEnginePage(browser, server.url, settings);

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
  expect(done).toMatchObject({ sent: 200_000, outcome: { return: null }, trouble: undefined });
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
  // It can be undone for as long as a busy machine may need.
  const page = await open({ uploadToken: await server.token(), undoMs: 120_000 });
  const gate = await gateAt(page, 3);
  const file = mp4(9 * MEBIBYTE + 79, 7);
  await addFiles(page, server.folder, { name: "undo.mp4", bytes: file });
  await gate.held(1);
  await until("much is stored", async () => (await transfersOf(page))[0]?.sent === 6 * MEBIBYTE);
  await control(page, "undo.mp4", "cancel");
  await transferIs(page, "undo.mp4", "cancelled");
  await gate.openBehindThem();
  await control(page, "undo.mp4", "undoCancel");
  await transferIs(page, "undo.mp4", "done");
  expect(gate.passed.filter((number) => number === 1)).toHaveLength(1);
  await isStored("undo.mp4", file);
});

test("small files go together, in few requests, and each arrives whole", async () => {
  const page = await open({ uploadToken: await server.token({ max_uploads: 20 }) });
  const made = sendingOf(page);
  const files = smallFiles(14, "together");
  await addFiles(page, server.folder, ...files);
  for (const { name, bytes } of files) {
    const done = await transferIs(page, name, "done");
    expect(done).toMatchObject({ sent: bytes.length, outcome: { return: null } });
    await isStored(name, bytes);
  }
  // Shared among three requests; those that are left when these have gone are too few to be shared.
  expect(made).toEqual({ "redeem-upload-token-many": 4, "redeem-upload-token": 2 });
});

test("what is refused of those that go together is that file alone", async () => {
  const page = await open({ uploadToken: await server.token({ max_uploads: 20 }) });
  const files = smallFiles(8, "beside");
  const text = { name: "text.png", bytes: textFile(20_000) };
  await addFiles(page, server.folder, ...files.slice(0, 4), text, ...files.slice(4));
  const { refusal } = await transferIs(page, "text.png", "refused");
  expect(refusal).toMatchObject({ code: "file_not_supported" });
  for (const { name } of files) await transferIs(page, name, "done");
});

test("a link that takes fewer than go together is sent those, and of the others it is said why not", async () => {
  const uploadToken = await server.token({ max_uploads: 5 });
  const end = Date.now() + 3_600_000;
  const uses = { maxUploads: 5, remaining: 5, free: 5 };
  const status = { state: "open", ...uses, validUntil: end, graceUntil: end } as const;
  const page = await open({ uploadToken, status });
  const refused = () =>
    linesOf(server).filter(({ code }) => code === "invalid_upload_token").length;
  const before = refused();
  const files = smallFiles(9, "fewer");
  await addFiles(page, server.folder, ...files);
  const ends = await Promise.all(
    files.map(({ name }) => transferIs(page, name, "done", "refused")),
  );
  expect(ends.map(({ refusal }) => refusal?.code ?? "done")).toEqual([
    ...Array.from({ length: 5 }, () => "done"),
    ...Array.from({ length: 4 }, () => "token_used"),
  ]);
  // Nothing was sent that the link has no use for.
  expect(refused()).toBe(before);
});

test("a link that others use up meanwhile says so of the files that came too late", async () => {
  const page = await open({ uploadToken: await server.token({ max_uploads: 5 }) });
  const files = smallFiles(9, "late");
  await addFiles(page, server.folder, ...files);
  const ends = await Promise.all(
    files.map(({ name }) => transferIs(page, name, "done", "refused")),
  );
  const codes = ends.map(({ refusal }) => refusal?.code ?? "done");
  expect(codes.toSorted()).toEqual([
    ...Array.from({ length: 5 }, () => "done"),
    ...Array.from({ length: 4 }, () => "token_used"),
  ]);
});

test.each(["pause", "cancel"] as const)(
  "%s of one that goes together with others stops that one alone",
  async (action) => {
    const page = await open({ uploadToken: await server.token({ max_uploads: 20 }), undoMs: 100 });
    const gate = await gateAt(page, 0);
    const files = smallFiles(9, action);
    const one = `${action}-1.png`;
    await addFiles(page, server.folder, ...files);
    // Three that send several, and two that are left.
    await gate.held(5);
    await control(page, one, action);
    await transferIs(page, one, "paused", "cancelled");
    // Its request is given up, and the others of it are sent anew at once.
    await gate.held(6);
    await gate.openBehindThem();
    await page.evaluate(() => (globalThis as unknown as EngineWindow).engine.retryNow());
    for (const { name } of files) if (name !== one) await transferIs(page, name, "done");
    expect(photosOf(server).some(({ filename }) => filename === one)).toBe(false);
    await control(page, one, action === "pause" ? "resume" : "undoCancel");
    await transferIs(page, one, "done");
    expect(photosOf(server).filter(({ filename }) => filename === one)).toHaveLength(1);
  },
);
