import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { browserForAll } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { mp4, png, textFile } from "../support/media.ts";
import { photosOf, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { startPages } from "../support/pages.ts";
import { expectSoon } from "../support/remains.ts";
import { chooseFiles, stateOf, type Chosen } from "../support/upload-page.ts";
import { changeToken } from "../support/upload-tokens.ts";

/** The ready-made page, as somebody without a page of his own sees it. */

const server = serverForAll();
const browser = browserForAll("chromium");
const pages = startPages();
afterAll(() => pages.stop());

const open = async (token: string, allowed: string[] = []): Promise<Page> =>
  (await browser.open(`${server.url}/upload/${token}`, { allowed })).page;

const choose = (page: Page, ...files: Chosen[]) =>
  chooseFiles(page, join(server.folder, String(++chosen)), ...files);
let chosen = 0;

async function isStored(name: string, bytes: Uint8Array): Promise<void> {
  const photo = photosOf(server).findLast(({ filename }) => filename === name);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(bytes));
}

const endsWith = (page: Page, words: string) =>
  page.locator("#ending-sentence").getByText(words, { exact: true }).waitFor();

test("a file is chosen, arrives, and is thanked for", async () => {
  const page = await open(await server.token({ title: "Summer <b>party</b>", description: "Hi" }));
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Summer party");
  const file = png(200_000);
  await choose(page, { name: "photo.png", bytes: file });
  await stateOf(page, "photo.png", "done");
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
  await endsWith(page, "Your file has arrived.");
  // It was the only one: no more can be chosen.
  await page.locator("#files").waitFor({ state: "hidden" });
  await isStored("photo.png", file);
});

test("several files are sent, whatever their size", async () => {
  const page = await open(await server.token({ max_uploads: 3 }));
  const files = [
    { name: "one.png", bytes: png(100) },
    { name: "zwei ü & 写真.png", bytes: png(300_000, 2) },
    { name: "large.mp4", bytes: mp4(17 * 1024 * 1024 + 5, 3) },
  ];
  await choose(page, ...files);
  for (const { name } of files) await stateOf(page, name, "done");
  await endsWith(page, "3 files have arrived.");
  for (const { name, bytes } of files) await isStored(name, bytes);
});

test("more files than there are places for: the first that fit are sent, the rest says why not", async () => {
  const page = await open(await server.token({ max_uploads: 2 }));
  const files = ["one", "two", "three"].map((name, index) => ({
    name: `${name}.png`,
    bytes: png(2000 + index, index + 1),
  }));
  await choose(page, ...files);
  await stateOf(page, "one.png", "done");
  await stateOf(page, "two.png", "done");
  const third = await stateOf(page, "three.png", "refused");
  expect(await third.locator(".detail").innerText()).toStartWith("The link takes no more files");
  const ending = page.locator(".ending.warning");
  await ending
    .getByRole("heading", { name: "2 arrived, 1 was not accepted", exact: true })
    .waitFor();
  await ending.locator(".reasons").getByText("three.png").waitFor();
  await page.locator("#files").waitFor({ state: "detached" });
});

test("what cannot be sent is said before it is sent, and can be removed", async () => {
  const page = await open(
    await server.token({ max_uploads: 5, max_size: 1024 * 1024, types: "image/png" }),
  );
  let posts = 0;
  page.on("request", (request) => {
    if (request.method() === "POST") posts += 1;
  });
  await choose(
    page,
    { name: "notes.txt", bytes: textFile() },
    { name: "huge.png", bytes: png(1.5 * 1024 * 1024) },
    { name: "empty.png", bytes: new Uint8Array() },
  );
  const reasons: Record<string, RegExp> = {
    "notes.txt": /^This is not a photo or video\. You can send PNG images\.$/,
    "huge.png": /^The file is too large: it is 1\.6 MB, and at most 1 MB is allowed\.$/,
    "empty.png": /^The file is empty\.$/,
  };
  for (const [name, reason] of Object.entries(reasons)) {
    const row = await stateOf(page, name, "refused");
    expect(await row.locator(".detail").innerText()).toMatch(reason);
    await page.getByRole("button", { name: `Remove ${name}` }).click();
    await row.waitFor({ state: "detached" });
  }
  expect(posts).toBe(0);
});

test("what the server refuses is said in words, and another file may come", async () => {
  const page = await open(await server.token());
  await choose(page, { name: "photo.png", bytes: textFile(5000) });
  const row = await stateOf(page, "photo.png", "refused");
  expect(await row.locator(".detail").innerText()).toBe(
    "What is in the file is of a type that is not accepted here.",
  );
  await page.getByRole("button", { name: "Remove photo.png" }).click();
  const file = png(7000);
  await choose(page, { name: "better.png", bytes: file });
  await stateOf(page, "better.png", "done");
  await isStored("better.png", file);
});

test("the browser goes to return_url with the photo's id", async () => {
  const return_url = `${pages.url}/back?mine=1`;
  const page = await open(await server.token({ return_url }), [pages.url]);
  // It is left no earlier than it has been looked at.
  const looked = Promise.withResolvers<void>();
  await page.route(`${pages.url}/back**`, async (route) => {
    await looked.promise;
    await route.continue();
  });
  await choose(page, { name: "photo.png", bytes: png(5000) });
  await page.getByRole("heading", { name: "All done" }).waitFor();
  looked.resolve();
  await page.waitForURL(`${pages.url}/back**`);
  const query = new URL(page.url()).searchParams;
  expect(query.get("mine")).toBe("1");
  expect(query.get("photo_id")).toBe(String(photosOf(server).at(-1)?.id));
});

test("with several files the browser goes back when Finish is pressed, each one told", async () => {
  const return_url = `${pages.url}/back`;
  const token = await server.token({ return_url, max_uploads: 3 });
  const page = await open(token, [pages.url]);
  const told = () =>
    pages.returned
      .filter(({ url }) => url.searchParams.get("upload_token") === token)
      .map(({ url }) => Number(url.searchParams.get("photo_id")));
  await choose(page, { name: "a.png", bytes: png(5000) }, { name: "b.png", bytes: png(6000, 2) });
  await page.getByRole("button", { name: "Finish" }).click();
  await page.waitForURL(`${pages.url}/back**`);
  const made = photosOf(server).slice(-2);
  await expectSoon(
    () => told().toSorted((a, b) => a - b),
    made.map(({ id }) => id),
  );
});

test("a long outcome goes back as a form", async () => {
  const return_url = `${pages.url}/back`;
  const token = await server.token({ return_url, note: "long ".repeat(400) });
  const page = await open(token, [pages.url]);
  await choose(page, { name: "photo.png", bytes: png(5000) });
  await page.waitForURL(return_url);
  const back = pages.returned.at(-1);
  expect(back?.method).toBe("POST");
  const fields = new URLSearchParams(back?.body);
  expect(fields.get("photo_id")).toBe(String(photosOf(server).at(-1)?.id));
  expect(fields.get("note")).toBe("long ".repeat(400));
});

test("a link that is used, expired or wrong says so, and offers nothing", async () => {
  const used = await server.token();
  await sendWhole(server, used, png());
  const expired = await server.token();
  changeToken(server, expired, { validUntil: 1 });
  const cases: [token: string, heading: string][] = [
    [expired, "This upload link has expired."],
    [used, "This upload link has already been used."],
    ["x".repeat(64), "This upload link is not valid."],
  ];
  for (const [token, heading] of cases) {
    const page = await open(token);
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(heading);
    expect(await page.locator("input, button, form").count()).toBe(0);
  }
});

test("without script there is a plain form, which works", async () => {
  const token = await server.token({ return_url: `${pages.url}/back` });
  const url = `${server.url}/upload/${token}`;
  const { page } = await browser.open(url, { allowed: [pages.url], script: false });
  const file = png(9000);
  await page.getByLabel("Choose a file").setInputFiles({
    name: "plain.png",
    mimeType: "image/png",
    buffer: Buffer.from(file),
  });
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL(`${pages.url}/back**`);
  await isStored("plain.png", file);
});
