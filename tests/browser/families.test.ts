import { afterAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserForAll, type Visit } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { mp4, textFile } from "../support/media.ts";
import { photosOf, sha256, storedHash } from "../support/over-http.ts";
import { startPages } from "../support/pages.ts";
import { redeemPath } from "../support/redeem.ts";
import { expectSoon } from "../support/remains.ts";
import { gateAt } from "../support/upload-page.ts";
import { SCRIPTS, uploadBy, type Outcome, type Uploader } from "../support/uploaders.ts";

/**
 * Issue 7, 16: flow.js, Dropzone and jQuery File Upload themselves, in a real browser, on a page of
 * another origin. Their first chunk was once taken for a whole file.
 */

const server = serverForAll();
const browser = browserForAll("chromium");
const pages = startPages();
let visit: Visit;
let page: Page;
/** Methods of what the page has sent to the server, preflights left out. */
let methods: string[];
/** Photos that there were before the test. */
let before: number;

afterAll(() => pages.stop());

const MIB = 1024 * 1024;
const FILE = mp4(5_500_000);
const NAME = "Über 50 %.mp4";

/** A page of somebody who was never there. */
async function open(uploader: Uploader): Promise<void> {
  before = photosOf(server).length;
  await openAs(undefined, uploader);
}

/** Another page of the same person. */
const openAgain = (uploader: Uploader) => openAs(visit, uploader);

async function openAs(as: Visit | undefined, uploader: Uploader): Promise<void> {
  // A line that was cut is what some of these are about.
  const options = { allowed: [server.url], mayComplain: /net::ERR_/, ...(as && { as }) };
  visit = await browser.open(`${pages.url}/?${SCRIPTS[uploader]}`, options);
  ({ page } = visit);
  methods = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === redeemPath() && request.method() !== "OPTIONS") methods.push(request.method());
  });
}

type Sending = {
  token: string;
  file?: Uint8Array;
  options?: Record<string, unknown>;
  /** Ends when so many bytes have been sent, and leaves the rest. */
  until?: number;
};

function upload(
  uploader: Uploader,
  { token, file = FILE, options = {}, until }: Sending,
): Promise<Outcome> {
  const bytes = Buffer.from(file).toString("base64");
  const target = server.url + redeemPath();
  const sent = { bytes, name: NAME, target, token, options, until, size: MIB };
  return uploadBy(page, uploader, sent);
}

/** The upload is one photo, of the bytes that were chosen, and its answer names it. */
async function isOnePhoto(outcome: Outcome): Promise<void> {
  expect(outcome.event).toBe("success");
  const photos = photosOf(server).slice(before);
  expect(photos).toMatchObject([{ filename: NAME, size: FILE.length }]);
  for (const photo of photos) expect(await storedHash(server, photo)).toBe(sha256(FILE));
}

const count = (method: string) => methods.filter((one) => one === method).length;

const OPTIONS: [Uploader, what: string, Record<string, unknown>, posts: number][] = [
  ["flow", "as it is", {}, 5],
  ["flow", "octet", { method: "octet" }, 5],
  ["flow", "forceChunkSize, without tests", { forceChunkSize: true, testChunks: false }, 6],
  ["flow", "withCredentials", { withCredentials: true }, 5],
  ["dropzone", "one chunk at a time", {}, 6],
  ["dropzone", "the token in the address", { tokenInUrl: true }, 6],
  ["dropzone", "chunks in parallel", { parallelChunkUploads: true, parallelUploads: 4 }, 6],
  ["jquery", "a form", {}, 6],
  ["jquery", "multipart: false", { multipart: false }, 6],
];

test.each(OPTIONS)(
  "%s, %s: one photo of the same bytes",
  async (uploader, _what, options, posts) => {
    await open(uploader);
    const token = await server.token();
    const outcome = await upload(uploader, { token, options });
    await isOnePhoto(outcome);
    const tests = uploader === "flow" && options["testChunks"] !== false ? posts : 0;
    await expectSoon(() => [count("POST"), count("GET")], [posts, tests]);
  },
);

// What is behind the third chunk waits at a gate: else it may be there before the page is closed.
describe("closed in the middle", () => {
  test("flow.js goes on in a new page, and sends what is missing", async () => {
    await open("flow");
    const token = await server.token();
    const options = { simultaneousUploads: 1 };
    const gate = await gateAt(page, 3);
    await upload("flow", { token, options, until: 2.5 * MIB });
    await gate.shut();
    await page.close();
    const first = count("POST");
    await openAgain("flow");
    await isOnePhoto(await upload("flow", { token, options }));
    await expectSoon(() => count("GET"), 5);
    // The chunk that was cut off may be sent twice; those before it may not.
    expect(count("POST")).toBeGreaterThan(0);
    expect(count("POST")).toBeLessThanOrEqual(5 - first + 1);
  });

  test("jQuery File Upload begins again in a new page, and it is the same upload", async () => {
    await open("jquery");
    const token = await server.token();
    const gate = await gateAt(page, 3);
    await upload("jquery", { token, until: 2.5 * MIB });
    await gate.shut();
    await page.close();
    await openAgain("jquery");
    await isOnePhoto(await upload("jquery", { token }));
  });

  test("jQuery File Upload goes on behind the bytes that it is told are there", async () => {
    await open("jquery");
    const token = await server.token();
    const gate = await gateAt(page, 3);
    await upload("jquery", { token, until: 3 * MIB });
    await gate.shut();
    await page.close();
    await openAgain("jquery");
    const options = { uploadedBytes: 3 * MIB };
    await isOnePhoto(await upload("jquery", { token, options }));
    await expectSoon(() => count("POST"), 3);
  });

  test("Dropzone cannot go on in a new page; what it left is no photo", async () => {
    await open("dropzone");
    // It names a file anew each time it is chosen, and the first keeps its use for a while.
    const token = await server.token({ max_uploads: 2 });
    const gate = await gateAt(page, 3);
    await upload("dropzone", { token, until: 2.5 * MIB });
    await gate.shut();
    await page.close();
    await openAgain("dropzone");
    await isOnePhoto(await upload("dropzone", { token }));
  });
});

test("Dropzone with retryChunks sends a chunk again whose connection broke", async () => {
  await open("dropzone");
  let cut = 0;
  await page.route(server.url + redeemPath(), async (route) => {
    const isThird = route.request().postDataBuffer()?.includes('name="dzchunkindex"\r\n\r\n2\r\n');
    if (!isThird || cut > 0) return route.continue();
    cut += 1;
    return route.abort("connectionreset");
  });
  const options = { retryChunks: true };
  await isOnePhoto(await upload("dropzone", { token: await server.token(), options }));
  expect(cut).toBe(1);
});

test.each(["flow", "jquery"] as const)(
  "%s: the same file again is the same upload, which is there",
  async (uploader) => {
    await open(uploader);
    const token = await server.token();
    const options = { testChunks: false };
    await isOnePhoto(await upload(uploader, { token, options }));
    await page.close();
    await openAgain(uploader);
    await isOnePhoto(await upload(uploader, { token, options }));
  },
);

test("Dropzone gives up at a token that is used, with the server's words", async () => {
  await open("dropzone");
  const token = await server.token();
  await isOnePhoto(await upload("dropzone", { token }));
  await page.close();
  await openAgain("dropzone");
  const message = "The upload token has already been used.";
  expect(await upload("dropzone", { token })).toEqual({ event: "error", message });
  expect(photosOf(server)).toHaveLength(before + 1);
});

test.each(["flow", "dropzone", "jquery"] as const)(
  "%s gives up a file that is not supported, with the server's words",
  async (uploader) => {
    await open(uploader);
    const token = await server.token();
    const outcome = await upload(uploader, { token, file: textFile(3 * MIB) });
    expect(outcome.event).toBe("error");
    expect(outcome.message).toStartWith(
      "The file type is not supported: this is not a photo or video.",
    );
    expect(photosOf(server)).toHaveLength(before);
  },
);
