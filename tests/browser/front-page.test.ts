import { expect, test } from "bun:test";
import { startBrowser } from "../support/browser.ts";
import { startServer } from "../support/server.ts";

test("/ in a browser: nothing is refused by its own policy, the icon is an image, the link leads on", async () => {
  const name = `<img src=x onerror="globalThis.ran=true">`;
  const [server, browser] = await Promise.all([
    startServer({ env: { REDEEM_SITE_NAME: name } }),
    startBrowser(),
  ]);
  const page = await browser.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(server.url);
  expect(await page.locator("h1").textContent()).toBe(name);
  expect(await page.title()).toBe(name);
  const icon = await page.evaluate(async () => {
    const image = new Image();
    image.src = document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "";
    await image.decode();
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    const points = context?.getImageData(0, 0, 16, 16).data;
    const alpha = (x: number, y: number) => points?.[(y * 16 + x) * 4 + 3];
    // The tip of the arrow is seen, a corner is not.
    return [image.naturalWidth, image.naturalHeight, alpha(7, 1), alpha(0, 0)];
  });
  expect(icon).toEqual([16, 16, 255, 0]);
  expect(await page.evaluate(() => "ran" in globalThis)).toBe(false);
  expect(said).toEqual([]);
  await page.locator("a").click();
  await page.waitForURL(`${server.url}/docs`);
  await browser.close();
  await server.stop();
}, 60_000);
