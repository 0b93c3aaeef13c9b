import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserForAll } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png, textFile } from "../support/media.ts";
import { photosOf, sha256, storedHash } from "../support/over-http.ts";
import { startPages, type PageServer } from "../support/pages.ts";
import { redeemPath } from "../support/redeem.ts";

/** A plain HTML form on somebody's page, sent by a real browser. */

const server = serverForAll();
const browser = browserForAll("chromium");
let pages: PageServer;
let page: Page;

const FILE = png(100_000);

beforeAll(() => {
  const form = `
    <form method="post" enctype="multipart/form-data" action="${server.url}${redeemPath(1)}">
      <input type="hidden" name="upload_token">
      <input type="hidden" name="note">
      <input type="file" name="file">
      <button>Send</button>
    </form>`;
  pages = startPages({ "/form": form });
});
afterAll(() => pages?.stop());

/** Fills the form, sends it, and waits until the browser has arrived somewhere. */
async function sendForm(token: string, bytes: Uint8Array, note = "", script = true) {
  ({ page } = await browser.open(`${pages.url}/form`, { allowed: [server.url], script }));
  await page.setInputFiles("input[type=file]", {
    name: "photo.png",
    mimeType: "image/png",
    buffer: Buffer.from(bytes),
  });
  if (script) {
    await page.evaluate(
      ([given = "", more = ""]) => {
        const fields = [...document.querySelectorAll<HTMLInputElement>("input[type=hidden]")];
        for (const field of fields) field.value = field.name === "note" ? more : given;
      },
      [token, note],
    );
  }
  await page.getByRole("button", { name: "Send" }).click();
}

async function isStored(): Promise<string> {
  const photo = photosOf(server).at(-1);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(FILE));
  return String(photo?.id);
}

const backAt = () => page.waitForURL(`${pages.url}/back**`);

test("lands on return_url with the photo's ids", async () => {
  await sendForm(await server.token({ return_url: `${pages.url}/back?a=1#part` }), FILE, "Grüße");
  await backAt();
  expect(await page.getByRole("heading").innerText()).toBe("Welcome back");
  const url = new URL(page.url());
  expect(url.searchParams.get("photo_id")).toBe(await isStored());
  expect(url.searchParams.get("token")).toMatch(/^[0-9A-Za-z]{32}$/);
  expect([url.searchParams.get("note"), url.hash]).toEqual(["Grüße", "#part"]);
  expect(pages.returned.at(-1)?.method).toBe("GET");
});

test("lands on return_url with the reason where the file is refused", async () => {
  await sendForm(await server.token({ return_url: `${pages.url}/back` }), textFile());
  await backAt();
  const query = new URL(page.url()).searchParams;
  expect(query.get("error_message")).toStartWith("The file type is not supported");
  expect(query.has("photo_id")).toBe(false);
});

test("is carried on by a form that sends itself where the outcome is long", async () => {
  const note = "long and “quoted” <b>note</b> ".repeat(100);
  await sendForm(await server.token({ return_url: `${pages.url}/back?a=1` }), FILE, note);
  await backAt();
  const back = pages.returned.at(-1);
  expect([back?.method, back?.url.search]).toEqual(["POST", "?a=1"]);
  const fields = new URLSearchParams(back?.body);
  expect(fields.get("photo_id")).toBe(await isStored());
  expect(fields.get("note")).toBe(note);
});

test("without a return the browser shows the answer", async () => {
  await sendForm(await server.token(), FILE);
  await page.waitForURL(`${server.url}${redeemPath(1)}`);
  expect(await page.content()).toContain("The file was successfully uploaded");
  await isStored();
});

test("a token that was used is said in words", async () => {
  const token = await server.token({ return_url: `${pages.url}/back` });
  await sendForm(token, FILE);
  await backAt();
  await sendForm(token, FILE);
  await page.waitForURL(`${server.url}${redeemPath(1)}`);
  expect(await page.locator("body").innerText()).toBe("The upload token has already been used.");
});
