import { describe, expect, test } from "bun:test";
import { browserForAll, browsers } from "../support/browsers.ts";
import { HOSTILE, tracesOf } from "../support/hostile.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png, textFile } from "../support/media.ts";

/**
 * A hostile guest, and a hostile backend: in every place where a page shows words, words that want to be more. Nothing comes of
 * them: no element, no script, no attribute, no request, nothing that the policy had to forbid.
 */

const server = serverForAll({
  env: { REDEEM_SITE_NAME: Object.values(HOSTILE).join(" ").slice(0, 200) },
});

describe.each(browsers)("%s", (name) => {
  const browser = browserForAll(name);

  test.each(Object.entries(HOSTILE))("the upload page: %s", async (_, words) => {
    const token = await server.token({
      title: words.slice(0, 1000),
      description: words,
      sender: words.slice(0, 200),
      ask: "name,note",
      max_uploads: 3,
    });
    const visit = await browser.open(`${server.url}/upload/${token}`, { screen: "phone" });
    const { page } = visit;
    expect(await tracesOf(page)).toEqual([]);
    const fileName = words.slice(0, 3000).replaceAll("\u0000", "");
    await page.getByLabel("Choose files").setInputFiles([
      { name: `${fileName}.png`, mimeType: "image/png", buffer: Buffer.from(png(3000)) },
      { name: `no ${fileName}.png`, mimeType: "image/png", buffer: Buffer.from(textFile(4000)) },
    ]);
    await page.locator("li[data-state=done]").waitFor();
    await page.locator("li[data-state=refused]").waitFor();
    expect(await tracesOf(page)).toEqual([]);
  });

  test("links that are none", async () => {
    const { page } = await browser.open(server.url, { screen: "phone" });
    for (const words of Object.values(HOSTILE)) {
      const address = encodeURIComponent(words.slice(0, 100).toWellFormed());
      await page.goto(`${server.url}/upload/${address}?lang=${address}#${address}`);
      expect(await tracesOf(page)).toEqual([]);
    }
  });
});
