import { afterAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserForAll, type Visit } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { mp4 } from "../support/media.ts";
import { photosOf, sha256, storedHash } from "../support/over-http.ts";
import { startPages } from "../support/pages.ts";
import { startReceiver } from "../support/receiver.ts";
import { redeemPath } from "../support/redeem.ts";
import { expectSoon } from "../support/remains.ts";
import { gateAt } from "../support/upload-page.ts";

/** Resumable.js itself, in a real browser, on a page of another origin. */

const server = serverForAll();
const browser = browserForAll("chromium");
const pages = startPages();
let visit: Visit;
let page: Page;
/** What the page has sent to the server, preflights left out. */
let requests: { method: string; number: number }[];

afterAll(() => pages.stop());

const CHUNK = 100_000;
/** Five chunks, the last of them longer than the others. */
const FILE = mp4(5 * CHUNK + 12_345);
const numbersOf = (method: string) =>
  requests.filter((one) => one.method === method).map(({ number }) => number);

/** @param as an earlier visit of the same person */
async function openPage(version: string, as?: Visit): Promise<void> {
  // A line that was cut is what some of these are about.
  const options = { allowed: [server.url], mayComplain: /net::ERR_/, ...(as && { as }) };
  visit = await browser.open(`${pages.url}/?resumable=${version}`, options);
  ({ page } = visit);
  requests = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname !== redeemPath() || request.method() === "OPTIONS") return;
    // 1.0.2 has the parameters of a form in the form alone.
    const number = Number(url.searchParams.get("resumableChunkNumber"));
    requests.push({ method: request.method(), number });
  });
}

type Outcome = { event: string; message: string };
type Sending = {
  token: string;
  file?: Uint8Array;
  name?: string;
  options?: Record<string, unknown>;
  /** Ends when so many chunks have been taken, and leaves the rest unsent. */
  until?: number;
};

/** Uploads from the page, and says which of Resumable.js's events ended it. */
function upload({ token, file = FILE, name = "clip.mp4", options, until }: Sending) {
  const given = {
    target: server.url + redeemPath(),
    query: { upload_token: token },
    chunkSize: CHUNK,
    maxChunkRetries: 3,
    chunkRetryInterval: 50,
    ...options,
  };
  const bytes = Buffer.from(file).toString("base64");
  return page.evaluate(
    async (sent) => {
      const binary = Uint8Array.from(atob(sent.bytes), (letter) => letter.charCodeAt(0));
      const chosen = new File([binary], sent.name, { lastModified: 1 });
      const Resumable = (globalThis as Record<string, unknown>)["Resumable"] as new (
        options: unknown,
      ) => {
        on(event: string, run: (...said: unknown[]) => void): void;
        addFile(file: File): void;
        upload(): void;
        pause(): void;
        progress(): number;
      };
      const resumable = new Resumable(sent.given);
      const ended = new Promise<Outcome>((resolve) => {
        resumable.on("fileSuccess", (_file, message) => {
          resolve({ event: "fileSuccess", message: String(message) });
        });
        resumable.on("fileError", (_file, message) => {
          resolve({ event: "fileError", message: String(message) });
        });
        resumable.on("progress", () => {
          if (sent.until !== undefined && resumable.progress() >= sent.until) {
            resolve({ event: "progress", message: "" });
          }
        });
      });
      resumable.on("fileAdded", () => resumable.upload());
      resumable.addFile(chosen);
      return ended;
    },
    { given, bytes, name, until },
  );
}

async function isStored(file = FILE): Promise<void> {
  const photo = photosOf(server).at(-1);
  expect(photo).toMatchObject({ filename: "clip.mp4", size: file.length });
  expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
}

const OPTIONS: [version: string, what: string, options: Record<string, unknown>][] = [
  ["1.1.0", "as it is", {}],
  ["1.0.2", "as it is", {}],
  ["1.1.0", "octet", { method: "octet" }],
  ["1.0.2", "octet", { method: "octet" }],
  ["1.1.0", "PUT", { uploadMethod: "PUT" }],
  ["1.1.0", "PATCH, octet", { uploadMethod: "PATCH", method: "octet" }],
  ["1.1.0", "forceChunkSize", { forceChunkSize: true }],
  ["1.0.2", "forceChunkSize", { forceChunkSize: true }],
  ["1.1.0", "prioritizeFirstAndLastChunk", { prioritizeFirstAndLastChunk: true }],
  ["1.1.0", "withCredentials", { withCredentials: true }],
  ["1.0.2", "withCredentials", { withCredentials: true }],
  ["1.1.0", "without tests, and a header", { testChunks: false, headers: { "x-mine": "1" } }],
  ["1.1.0", "one chunk at a time", { simultaneousUploads: 1 }],
];

describe.each(OPTIONS)("Resumable.js %s, %s", (version, _what, options) => {
  test("uploads from another origin", async () => {
    await openPage(version);
    const outcome = await upload({ token: await server.token(), options });
    expect(outcome.event).toBe("fileSuccess");
    const chunks = options["forceChunkSize"] ? [1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5];
    const method = String(options["uploadMethod"] ?? "POST");
    await expectSoon(() => numbersOf(method).length, chunks.length);
    if (version === "1.1.0") expect(numbersOf(method).toSorted()).toEqual(chunks);
    if (options["testChunks"] !== false) expect(numbersOf("GET").toSorted()).toEqual(chunks);
    await isStored();
  });
});

describe.each(["1.1.0", "1.0.2"])("Resumable.js %s", (version) => {
  test("gives up a file that is not supported, with the server's words", async () => {
    await openPage(version);
    const text = new Uint8Array(5 * CHUNK).fill(0x61);
    const outcome = await upload({ token: await server.token(), file: text, name: "text.png" });
    expect(outcome.event).toBe("fileError");
    expect(outcome.message).toStartWith(
      "The file type is not supported: this is not a photo or video.",
    );
    // Not one chunk is tried again; the others may have been sent before the first was judged.
    const posts = numbersOf("POST").length;
    expect(posts).toBeLessThanOrEqual(5);
    await page.waitForTimeout(500);
    expect(numbersOf("POST")).toHaveLength(posts);
  });

  test("gives up at a token that is used, with the server's words", async () => {
    await openPage(version);
    const token = await server.token();
    await upload({ token });
    requests.length = 0;
    const outcome = await upload({ token, name: "another.mp4", options: { testChunks: false } });
    expect(outcome).toEqual({
      event: "fileError",
      message: "The upload token has already been used.",
    });
    expect(numbersOf("POST").length).toBeLessThanOrEqual(3);
  });

  test("goes on in a new page, and sends what is missing", async () => {
    await openPage(version);
    const token = await server.token();
    const options = { simultaneousUploads: 1 };
    // Else the rest may be there before the page is closed.
    const gate = await gateAt(page, 3);
    await upload({ token, options, until: 0.55 });
    await gate.shut();
    await page.close();
    const first = numbersOf("POST").length;
    await openPage(version, visit);
    expect((await upload({ token, options })).event).toBe("fileSuccess");
    await expectSoon(() => numbersOf("GET").length, 5);
    const second = numbersOf("POST").length;
    // The chunk that was cut off may be sent twice; those before it may not.
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThanOrEqual(5 - first + 1);
    await isStored();
  });

  test("follows the way back with the photo's ids in the query", async () => {
    await openPage(version);
    const count = pages.returned.length;
    const outcome = await upload({
      token: await server.token({ return_url: `${pages.url}/back?mine=1`, extra: "ä&b" }),
      options: { testChunks: false },
    });
    expect(outcome).toEqual({ event: "fileSuccess", message: "<h1>Welcome back</h1>" });
    const [back, ...more] = pages.returned.slice(count);
    expect(more).toEqual([]);
    expect(back?.method).toBe("GET");
    const query = back?.url.searchParams;
    const photo = photosOf(server).at(-1);
    expect(query?.get("photo_id")).toBe(String(photo?.id));
    expect(query?.get("token")).toMatch(/^[0-9A-Za-z]{32}$/);
    expect([query?.get("mine"), query?.get("extra")]).toEqual(["1", "ä&b"]);
  });

  test("with a background return the page is told, and the backend is called", async () => {
    const receiver = startReceiver();
    try {
      await openPage(version);
      const return_url = `${receiver.url}/back`;
      const token = await server.token({ return_url, background_return_p: 1 });
      const outcome = await upload({ token, options: { simultaneousUploads: 1 } });
      const [told] = await receiver.got(1);
      expect(outcome.event).toBe("fileSuccess");
      const id = String(photosOf(server).at(-1)?.id);
      expect(outcome.message).toMatch(
        new RegExp(`^ok 127\\.0\\.0\\.1 1 ${id} [0-9A-Za-z]{32} http`),
      );
      expect(told?.url.searchParams.get("photo_id")).toBe(id);
    } finally {
      await receiver.stop();
    }
  });
});
