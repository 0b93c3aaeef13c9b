import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { addPhoto } from "../support/archive-calls.ts";
import { openArchive, tileOf } from "../support/archive-page.ts";
import { browserForAll } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";

/** What the kit's parts do with the focus and with time, on the archive page. */

const browser = browserForAll("chromium");
const server = serverForAll();

/** Longer than a toast is shown, in milliseconds of the page's clock. */
const LONG = 10_000;

async function deleted(name: string) {
  await addPhoto(server, name);
  const { page } = await openArchive(browser, server);
  await tileOf(page, name).waitFor();
  await page.clock.install();
  await tileOf(page, name).click();
  await page.getByRole("dialog", { name }).waitFor();
  await page.keyboard.press("Delete");
  const undo = page.getByRole("button", { name: "Undo" });
  await undo.waitFor();
  return { page, undo };
}

test("a toast waits while its Undo has the focus, and goes afterwards", async () => {
  const { page, undo } = await deleted("focus.jpg");
  await undo.focus();
  await page.clock.runFor(LONG);
  expect(await undo.count()).toBe(1);
  await undo.blur();
  await page.clock.runFor(LONG);
  await undo.waitFor({ state: "detached" });
});

test("a toast waits while the pointer is on it", async () => {
  const { page, undo } = await deleted("pointer.jpg");
  await undo.hover();
  await page.clock.runFor(LONG);
  expect(await undo.count()).toBe(1);
  await undo.click();
  await page.getByText("Undone.").waitFor();
  await page.mouse.move(5, 5);
  await page.clock.runFor(LONG);
  await page.getByText("Undone.").waitFor({ state: "detached" });
});

test("a menu closes when the focus goes elsewhere, and not within it", async () => {
  const { page } = await openArchive(browser, server);
  const button = page.getByRole("button", { name: "Filter and order" });
  await button.click();
  const panel = page.locator(".menu-panel");
  const choices = panel.locator("select, input");
  await choices.first().focus();
  await choices.last().focus();
  expect(await panel.count()).toBe(1);
  await page.locator("nav a").first().focus();
  await panel.waitFor({ state: "detached" });
  await button.click();
  await choices.last().focus();
  await page.keyboard.press("Tab");
  await panel.waitFor({ state: "detached" });
});

describe("a dialog tells once that it was closed", () => {
  test.each(["Escape", "its button", "whoever draws it"])("by %s", async (how) => {
    const page = await dialogPage();
    if (how === "Escape") await page.keyboard.press("Escape");
    else if (how === "its button") await page.getByRole("button", { name: "Close" }).click();
    else await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    // The browser's own event comes after those that are waiting.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(await page.title()).toBe("closed 1");
  });

  test("and not when a file is not chosen in it", async () => {
    const page = await dialogPage();
    await page
      .locator("input[type=file]")
      .evaluate((input) => input.dispatchEvent(new Event("cancel", { bubbles: true })));
    expect(await page.title()).toBe("closed 0");
  });
});

/** A page with nothing but a dialog. */
async function dialogPage(): Promise<Page> {
  const { page } = await browser.open(`${server.url}/archive`);
  const address = `${server.url}/dialog-page`;
  const body = '<!doctype html><link rel="icon" href="data:,"><div id="root"></div>';
  await page.route(address, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(address);
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "../support/dialog-script.tsx")],
    target: "browser",
    format: "iife",
  });
  await page.addScriptTag({ content: (await built.outputs[0]?.text()) ?? "" });
  await page.getByRole("dialog").waitFor();
  return page;
}
