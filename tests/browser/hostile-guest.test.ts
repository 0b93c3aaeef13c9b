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

  test("pages of words: the passphrase, and what the form without script ends on", async () => {
    const all = Object.values(HOSTILE).join(" ").toWellFormed().replaceAll("\u0000", "");
    const locked = await server.token({ title: all.slice(0, 1000), passphrase: "blue heron" });
    const { page } = await browser.open(`${server.url}/upload/${locked}`, { screen: "phone" });
    await page.getByLabel("Passphrase").fill(all.slice(0, 200));
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("That is not the passphrase.").waitFor();
    expect(await tracesOf(page)).toEqual([]);

    const token = await server.token({ title: all.slice(0, 1000), sender: all.slice(0, 200) });
    for (const heading of ["The file was not accepted.", "Your file has arrived."]) {
      await page.goto(`${server.url}/upload/${token}`);
      await page.evaluate(sendByForm, {
        fields: { upload_token: token, format: "page", guest_name: all.slice(0, 200) },
        name: `${all.slice(0, 3000)}.png`,
        bytes: [...(heading.startsWith("The") ? textFile(4000) : png(3000))],
      });
      await page.getByRole("heading", { name: heading }).waitFor();
      expect(await tracesOf(page)).toEqual([]);
    }
  });
});

/** Sends a file as the form without script does, in a browser whose scripts can look at what comes of it. */
function sendByForm(sent: { fields: Record<string, string>; name: string; bytes: number[] }): void {
  const form = document.createElement("form");
  Object.assign(form, {
    method: "post",
    enctype: "multipart/form-data",
    action: "../api/2/photo/redeem-upload-token",
  });
  for (const [name, value] of Object.entries(sent.fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(sent.bytes)], sent.name, { type: "image/png" }));
  const input = Object.assign(document.createElement("input"), { type: "file", name: "file" });
  input.files = chosen.files;
  form.append(input);
  document.body.append(form);
  form.submit();
}
