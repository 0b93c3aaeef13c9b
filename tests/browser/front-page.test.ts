import { describe, expect, test } from "bun:test";
import { expectAccessible } from "../support/accessible.ts";
import { browserForAll, browsers } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { shot } from "../support/shots.ts";

const NAME = `<img src=x onerror="globalThis.ran=true">`;
const server = serverForAll({ env: { REDEEM_SITE_NAME: NAME } });

describe.each(browsers)("/ in %s", (name) => {
  const browser = browserForAll(name);

  test("nothing is refused by its own policy, the icon is an image, the link leads on", async () => {
    const visit = await browser.open(server.url);
    const { page } = visit;
    expect(await page.locator("h1").textContent()).toBe(NAME);
    expect(await page.title()).toBe(NAME);
    const icon = await page.evaluate(async () => {
      const image = new Image();
      image.src = document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "";
      await image.decode();
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d");
      context?.drawImage(image, 0, 0, 16, 16);
      const points = context?.getImageData(0, 0, 16, 16).data;
      const alpha = (x: number, y: number) => points?.[(y * 16 + x) * 4 + 3];
      // The tip of the arrow is seen, a corner is not.
      return [alpha(7, 1), alpha(0, 0)];
    });
    expect(icon).toEqual([255, 0]);
    expect(await page.evaluate(() => "ran" in globalThis)).toBe(false);
    await shot(visit, "front-page");
    await expectAccessible(visit);
    await page.getByRole("link", { name: "the documentation of the API" }).click();
    await page.waitForURL(`${server.url}/docs`);
  });

  test("an address that nothing is at says so in the reader's language, and leads to /", async () => {
    const visit = await browser.open(`${server.url}/nothing/${encodeURIComponent(NAME)}`, {
      locale: "de-DE",
    });
    const { page } = visit;
    expect(await page.locator("h1").textContent()).toBe("Unter dieser Adresse ist nichts.");
    expect(await page.evaluate(() => "ran" in globalThis)).toBe(false);
    await shot(visit, "nothing");
    await expectAccessible(visit);
    await page.getByRole("link").click();
    await page.waitForURL(`${server.url}/`);
  });
});
