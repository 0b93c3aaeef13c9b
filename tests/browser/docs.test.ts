import { beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { violationsOf } from "../support/accessible.ts";
import { browserForAll } from "../support/browsers.ts";
import {
  authorize,
  execute,
  methodOf,
  openDocs,
  toggleHeading,
  tryOut,
  type Tried,
} from "../support/docs.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { expectSoon, until } from "../support/remains.ts";

const server = serverForAll();
const browser = browserForAll("chromium");

beforeAll(() => Bun.write(photo(), png(5000)));

const photo = () => join(server.folder, "chosen.png");

async function redeem(page: Page, version: "v1" | "v2", token: string): Promise<Tried> {
  const id = `redeemUploadToken${version === "v1" ? "V1" : ""}`;
  const tag = version === "v1" ? "Sending files (version 1)" : "Sending files";
  const method = await tryOut(page, tag, id);
  await method.locator('[data-property-name="upload_token"] input').fill(token);
  await method.locator('[data-property-name="file"] input[type="file"]').setInputFiles(photo());
  return execute(page, method);
}

test("authorize, get a token, redeem it with a chosen file, and find the photo", async () => {
  const page = await openDocs(browser, `${server.url}/docs`);
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
}, 120_000);

test("the same in version 1, with GET", async () => {
  const page = await openDocs(browser, `${server.url}/docs`);
  await authorize(page);
  // Version 1 stands behind everything else, closed.
  const own = methodOf(page, "Upload tokens (version 1)", "getUploadTokenV1");
  await methodOf(page, "Upload tokens", "getUploadToken").waitFor();
  expect(await own.count()).toBe(0);
  await toggleHeading(page, "Upload tokens (version 1)");
  await toggleHeading(page, "Sending files (version 1)");
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
}, 120_000);

test("the callback is shown, with its headers; whole file and chunks have headings of their own", async () => {
  const page = await openDocs(browser, `${server.url}/docs`);
  const method = methodOf(page, "Upload tokens", "getUploadToken");
  await method.locator(".opblock-summary-control").click();
  await method.getByText("Callbacks", { exact: true }).first().click();
  const callback = page.locator('[id="operations-callbacks-getUploadTokenOutcome"]');
  await callback.locator(".opblock-summary-control").click();
  const told = callback.locator("[data-param-name]");
  await until("its fields and headers are shown", async () => {
    const names = await told.evaluateAll((rows) =>
      rows.map((row) => row.getAttribute("data-param-name")),
    );
    return ["photo_id", "error_message", "Redeem-Signature"].every((name) => names.includes(name));
  });
  await callback.getByText("Verify the signature").first().waitFor();

  const sending = methodOf(page, "Sending files", "redeemUploadToken");
  await sending.locator(".opblock-summary-control").click();
  await expectSoon(
    () => sending.locator(".opblock-description h3").allInnerTexts(),
    ["A whole file", "A file in chunks", "Hashes", "The outcome", "What to do next"],
  );
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
}, 120_000);

/** The colour behind everything. */
const ground = (page: Page) =>
  page.evaluate(() => getComputedStyle(document.querySelector(".swagger-ui")!).backgroundColor);

const shown = (path: string) => /^\/api\/2\/photo\/(get|redeem)-upload-token$/.test(path);

test("is dark where the system is, also when that changes, and can be read in both", async () => {
  const page = await openDocs(browser, `${server.url}/docs`, shown);
  await authorize(page);
  // Badges of all verbs, a form, its answer with a number in it, tables of the description and of headers.
  await execute(page, await tryOut(page, "Upload tokens", "getUploadToken"));
  await tryOut(page, "Sending files", "redeemUploadToken");
  await page.locator('[data-property-name="file"] input').waitFor();
  for (const [colorScheme, behind] of [
    ["dark", "rgb(28, 32, 34)"],
    ["light", "rgba(0, 0, 0, 0)"],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await expectSoon(() => ground(page), behind);
    expect(await violationsOf(page, ["color-contrast"])).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await methodOf(page, "Upload tokens", "getUploadToken").waitFor();
  await expectSoon(() => ground(page), "rgb(28, 32, 34)");
}, 120_000);

test.each(["echo", "echoByPost"])(
  "%s sends what is in its box",
  async (id) => {
    const page = await openDocs(browser, `${server.url}/docs`);
    const asked = await execute(page, await tryOut(page, "Site", id));
    expect(asked).toMatchObject({ status: 200, fields: ["greeting", "number"] });
    expect(JSON.parse(asked.shown)).toMatchObject({ data: { greeting: "Hello", number: "7" } });
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
  const page = await openDocs(browser, `${proxy.url.href}media/docs`);
  await authorize(page);
  const asked = await execute(page, await tryOut(page, "Upload tokens", "getUploadToken"));
  expect(asked.status).toBe(200);
  expect(asked.fields).toEqual([]);
  await proxy.stop(true);
}, 120_000);
