import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { png } from "../support/media.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { API_KEY } from "../support/site.ts";

let server: TestServer;
let browser: Browser;
let folder: string;
let photo: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-docs-"));
  photo = join(folder, "chosen.png");
  await Bun.write(photo, png(5000));
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

type Docs = { page: Page; elsewhere: string[]; broken: string[]; close(): Promise<void> };

/** /docs at an address, which may only ask its own host. */
async function openDocs(address: string): Promise<Docs> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const elsewhere: string[] = [];
  const broken: string[] = [];
  await context.route("**/*", (route) => {
    const url = new URL(route.request().url());
    if (url.protocol === "data:" || url.origin === new URL(address).origin) return route.fallback();
    elsewhere.push(url.href);
    return route.abort();
  });
  // What the policy forbids is said on the console.
  page.on("console", (said) => said.type() === "error" && broken.push(said.text()));
  page.on("pageerror", (error) => broken.push(error.message));
  await page.goto(address);
  return { page, elsewhere, broken, close: () => context.close() };
}

async function authorize(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Authorize" }).first().click();
  const dialog = page.locator(".modal-ux");
  await dialog.locator("input").fill(API_KEY);
  await dialog.getByRole("button", { name: "Apply credentials" }).click();
  await dialog.getByRole("button", { name: "Close" }).first().click();
}

/** A heading's methods, which Swagger UI shows while it is open. */
function methodOf(page: Page, tag: string, operationId: string): Locator {
  const name = tag.replaceAll(" ", "_").replace(/[()]/g, "\\$&");
  return page.locator(`[id=${JSON.stringify(`operations-${name}-${operationId}`)}]`);
}

async function openHeading(page: Page, tag: string): Promise<void> {
  await page.getByRole("heading", { name: new RegExp(`^${RegExp.escape(tag)}`) }).click();
}

/** Opens a method and presses "Try it out". */
async function tryOut(page: Page, tag: string, operationId: string): Promise<Locator> {
  const method = methodOf(page, tag, operationId);
  await method.locator(".opblock-summary-control").click();
  await method.getByRole("button", { name: "Try it out" }).click();
  return method;
}

type Sent = { status: number; shown: string; fields: string[] };

/** Presses "Execute": what was sent, and what the page then shows. */
async function execute(page: Page, method: Locator): Promise<Sent> {
  const sent = page.waitForRequest((request) => request.url().includes("/api/"));
  await method.getByRole("button", { name: "Execute" }).click();
  const request = await sent;
  const response = method.locator(".live-responses-table");
  const status = await response.locator("tbody .response-col_status").first().innerText();
  const shown = await response.locator(".highlight-code code").first().innerText();
  const body = request.postData() ?? "";
  const multipart = request.headers()["content-type"]?.startsWith("multipart/form-data");
  const form = multipart
    ? [...body.matchAll(/form-data; name="(\w+)"/g)].map(([, name = ""]) => name)
    : [...new URLSearchParams(body).keys()];
  const fields = [...new URL(request.url()).searchParams.keys(), ...form];
  return { status: Number.parseInt(status, 10), shown, fields };
}

async function redeem(page: Page, version: "v1" | "v2", token: string): Promise<Sent> {
  const id = `redeemUploadToken${version === "v1" ? "V1" : ""}`;
  const tag = version === "v1" ? "Sending files (version 1)" : "Sending files";
  const method = await tryOut(page, tag, id);
  await method.locator('[data-property-name="upload_token"] input').fill(token);
  await method.locator('[data-property-name="file"] input[type="file"]').setInputFiles(photo);
  return execute(page, method);
}

test("authorize, get a token, redeem it with a chosen file, and find the photo", async () => {
  const { page, elsewhere, broken, close } = await openDocs(`${server.url}/docs`);
  await authorize(page);

  const asked = await execute(page, await tryOut(page, "Upload tokens", "getUploadTokenByPost"));
  expect(asked.status).toBe(200);
  expect(asked.fields).toEqual([]);
  const token = (JSON.parse(asked.shown) as { data: { upload_token: string } }).data.upload_token;

  const redeemed = await redeem(page, "v2", token);
  expect(redeemed.status).toBe(200);
  expect(redeemed.fields.sort()).toEqual(["file", "upload_token"]);
  const { photo_id: id } = JSON.parse(redeemed.shown) as { photo_id: number };
  expect(id).toBeGreaterThan(0);

  const listed = await execute(page, await tryOut(page, "Photos and videos", "list"));
  expect(listed.status).toBe(200);
  const { data } = JSON.parse(listed.shown) as { data: Record<string, unknown>[] };
  expect(data).toContainEqual(
    expect.objectContaining({
      photo_id: id,
      original_filename: "chosen.png",
      original_type: "image/png",
      original_size: 5000,
    }),
  );

  expect(elsewhere).toEqual([]);
  expect(broken).toEqual([]);
  await close();
}, 120_000);

test("the same in version 1, with GET", async () => {
  const { page, elsewhere, broken, close } = await openDocs(`${server.url}/docs`);
  await authorize(page);
  // Version 1 stands behind everything else, closed.
  const own = methodOf(page, "Upload tokens (version 1)", "getUploadTokenV1");
  await methodOf(page, "Upload tokens", "getUploadToken").waitFor();
  expect(await own.count()).toBe(0);
  await openHeading(page, "Upload tokens (version 1)");
  await openHeading(page, "Sending files (version 1)");
  const method = await tryOut(page, "Upload tokens (version 1)", "getUploadTokenV1");
  const example = method.locator(".response .highlight-code code").first();
  expect(await example.innerText()).toContain('<response status="ok"');
  await method.locator('[data-param-name="title"] input').fill("From the docs");
  const asked = await execute(page, method);
  expect(asked.fields).toEqual(["title"]);
  const token = /<upload_token>(\w{64})</.exec(asked.shown)?.[1] ?? "";

  const redeemed = await redeem(page, "v1", token);
  expect(redeemed.status).toBe(200);
  expect(redeemed.shown).toMatch(/status="ok"[^]*<photo_id>\d+<\/photo_id>/);
  expect(elsewhere).toEqual([]);
  expect(broken).toEqual([]);
  await close();
}, 120_000);

test("the callback is shown, with its headers; whole file and chunks have headings of their own", async () => {
  const { page, broken, close } = await openDocs(`${server.url}/docs`);
  const method = methodOf(page, "Upload tokens", "getUploadToken");
  await method.locator(".opblock-summary-control").click();
  await method.getByText("Callbacks", { exact: true }).first().click();
  const callback = page.locator('[id="operations-callbacks-getUploadTokenOutcome"]');
  await callback.locator(".opblock-summary-control").click();
  const told = callback.locator("[data-param-name]");
  await told.first().waitFor();
  const names = await told.evaluateAll((rows) =>
    rows.map((row) => row.getAttribute("data-param-name")),
  );
  expect(names).toEqual(expect.arrayContaining(["photo_id", "error_message", "Redeem-Signature"]));
  expect(await callback.innerText()).toContain("Verify the signature");

  const sending = methodOf(page, "Sending files", "redeemUploadToken");
  await sending.locator(".opblock-summary-control").click();
  await sending.locator(".opblock-description h3").last().waitFor();
  expect(await sending.locator(".opblock-description h3").allInnerTexts()).toEqual([
    "A whole file",
    "A file in chunks",
    "Hashes",
    "The outcome",
    "What to do next",
  ]);
  const headed = (field: string) =>
    sending
      .locator(`tr[data-property-name="${field}"] > td`)
      .first()
      .evaluate((cell) => getComputedStyle(cell, "::before").content);
  await sending.getByRole("button", { name: "Try it out" }).click();
  await sending.locator('tr[data-property-name="file"] input').waitFor();
  expect(await headed("upload_token")).toBe('"A whole file"');
  expect(await headed("file")).toBe("none");
  expect(await headed("resumableChunkNumber")).toStartWith('"A file in chunks');
  expect(broken).toEqual([]);
  await close();
}, 120_000);

test.each(["echo", "echoByPost"])(
  "%s sends what is in its box",
  async (id) => {
    const { page, broken, close } = await openDocs(`${server.url}/docs`);
    const asked = await execute(page, await tryOut(page, "Site", id));
    expect(asked).toMatchObject({ status: 200, fields: ["greeting", "number"] });
    expect(JSON.parse(asked.shown)).toMatchObject({ data: { greeting: "Hello", number: "7" } });
    expect(broken).toEqual([]);
    await close();
  },
  120_000,
);

test("behind a proxy that puts a path before it", async () => {
  const proxy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      if (!pathname.startsWith("/media/")) return new Response(null, { status: 404 });
      const { method, headers } = request;
      return fetch(server.url + pathname.slice("/media".length) + search, {
        method,
        headers,
        body: request.body,
        redirect: "manual",
      });
    },
  });
  const { page, elsewhere, broken, close } = await openDocs(`${proxy.url.href}media/docs`);
  await authorize(page);
  const asked = await execute(page, await tryOut(page, "Upload tokens", "getUploadToken"));
  expect(asked.status).toBe(200);
  expect(asked.fields).toEqual([]);
  expect(elsewhere).toEqual([]);
  expect(broken).toEqual([]);
  await close();
  await proxy.stop(true);
}, 120_000);
