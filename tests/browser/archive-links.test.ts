import { describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { encode } from "uqr";
import { callApi, linkOf, type ApiItem } from "../support/archive-calls.ts";
import { goToView, openArchive } from "../support/archive-page.ts";
import { expectSoon, until } from "../support/remains.ts";
import { browserForAll, browsers } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { pixelsOf } from "../support/pictures.ts";
import { inTwoChunks, sendChunkOf } from "../support/two-chunks.ts";

/** The archive page's view of links: made, handed over, watched, extended, revoked. */

const server = serverForAll();

describe.each(browsers)("%s", (name) => {
  const browser = browserForAll(name);

  test("one is made with the form, is handed over, and does what was asked for", async () => {
    const { page } = await openArchive(browser, server, { view: "links" });
    await page.getByRole("button", { name: "New link" }).click();
    const form = page.getByRole("dialog", { name: "New link" });
    await form.getByLabel("Title").fill(`Holiday (${name})`);
    await form.getByLabel("Message").fill("I <3 <b>you</b>\nsecond line");
    await form.getByLabel("Who asks").fill("Ann & <i>Bob</i>");
    await form.getByLabel("Ends").selectOption({ label: "In 3 days" });
    await typeNumber(form.getByLabel("Number of files"), "7");
    await form.getByLabel("Largest size of a file").fill("1.5");
    await form.getByLabel("Unit").selectOption("MB");
    await form.getByRole("combobox", { name: "Album" }).click();
    await form.getByRole("option", { name: "New album" }).click();
    const albumTitle = form.getByLabel("Name of the album");
    await albumTitle.waitFor();
    // A name that no album has is that of a new one, too.
    await form.getByRole("combobox", { name: "Album" }).fill(` Album (${name})`);
    await form.getByRole("option", { name: `New album “Album (${name})”` }).waitFor();
    await page.keyboard.press("Enter");
    await expectSoon(() => albumTitle.inputValue(), `Album (${name})`);
    await form.getByLabel("Pictures").check();
    await form.getByLabel("Videos").check();
    // The server takes neither, so no link could.
    expect(await form.getByLabel(/^(Sound|PDF)$/).count()).toBe(0);
    await form.getByLabel("Passphrase").fill("open sesame");
    await form.getByLabel("a name").check();
    await form.getByRole("button", { name: "Make link" }).click();

    const ready = page.getByRole("dialog", { name: "The link is ready" });
    const address = await ready.getByLabel("The link", { exact: true }).inputValue();
    expect(await ready.textContent()).toContain("The passphrase is open sesame.");
    // The server has no public address in this test.
    expect(await ready.textContent()).toContain("This address opens on this machine alone.");
    const link = await linkOf(server, `Holiday (${name})`);
    expect(link).toMatchObject({
      upload_url: address,
      description: "I &lt;3 &lt;b&gt;you&lt;/b&gt;<br />second line",
      sender: "Ann & <i>Bob</i>",
      max_uploads: 7,
      max_size: 1_500_000,
      types: "image/*,video/*",
      passphrase_p: true,
      ask: "name",
    });
    const days = (Number(link["valid_until"]) - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(2.99);
    expect(days).toBeLessThan(3.01);
    const albums = await callApi<ApiItem[]>(server, "album/list");
    expect(albums.map((album) => album["title"])).toContain(`Album (${name})`);
    expect(String(link["album_id"])).toMatch(/^\d+$/);

    await ready.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "New link" }).click();
    await form.getByRole("combobox", { name: "Album" }).fill(`Album (${name})`);
    const options = page.locator(".combobox [role=option]");
    await until("it is offered, and no second one of its name", async () => {
      const [offered = "", ...others] = await options.allInnerTexts();
      return others.length === 0 && /^Album \(\w+\)\s*0$/.test(offered);
    });
    await form.getByRole("button", { name: "Cancel" }).click();
    const row = page.getByRole("listitem").filter({ hasText: `Holiday (${name})` });
    await row.getByText("0 of 7 files arrived").waitFor();
    await row.getByText("with a passphrase").waitFor();
    await row.locator(".badge").getByText("Open", { exact: true }).waitFor();
  });

  test("its QR code is that of its address, dark on light", async () => {
    const token = await server.token({ title: `Coded (${name})` });
    const { page } = await openArchive(browser, server, { view: "links", dark: true });
    const row = page.getByRole("listitem").filter({ hasText: `Coded (${name})` });
    await row.getByRole("button", { name: "QR code" }).click();
    const drawn = await page.getByRole("img", { name: "QR code" }).evaluate((svg) => {
      const [ground, path] = [svg.querySelector("rect"), svg.querySelector("path")];
      const size = (svg as SVGSVGElement).viewBox.baseVal.width;
      // Four points of each module: all of them are dark, or none.
      const corners = [0.1, 0.9].flatMap((right) => [0.1, 0.9].map((down) => [right, down]));
      const moduleAt = (x: number, y: number) => {
        const dark = corners.filter(([right = 0, down = 0]) =>
          path?.isPointInFill(new DOMPoint(x + right, y + down)),
        ).length;
        return dark === 4 || (dark === 0 ? false : "torn");
      };
      return {
        colours: [ground, path].map((part) => part && getComputedStyle(part).fill),
        modules: Array.from({ length: size }, (_, y) =>
          Array.from({ length: size }, (__, x) => moduleAt(x, y)),
        ),
      };
    });
    expect(drawn.colours).toEqual(["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
    const { data } = encode(`${server.url}/upload/${token}`, { ecc: "M", border: 4 });
    expect<unknown>(drawn.modules).toEqual(data);

    const save = page.getByRole("button", { name: "Save QR code" });
    await save.waitFor();
    // Firefox's driver does not hand over what is downloaded.
    if (name === "firefox") return;
    const saved = page.waitForEvent("download");
    await save.click();
    const file = await saved;
    expect(file.suggestedFilename()).toBe("Coded (chromium).png");
    const places = data.map((_, at) => (at + 0.5) / data.length);
    const pixels = await pixelsOf(
      await Bun.file(await file.path()).bytes(),
      places.flatMap((down) => places.map((right) => [right, down] as const)),
    );
    const whites = pixels.map((pixel) => pixel.slice(0, 3).every((part) => part === 255));
    expect(whites).toEqual(data.flat().map((isDark) => !isDark));
  });

  test("it is copied, also where the browser keeps its clipboard to pages of https", async () => {
    const token = await server.token({ title: `Copied (${name})` });
    const { page } = await openArchive(browser, server, { view: "links" });
    const row = page.getByRole("listitem").filter({ hasText: `Copied (${name})` });
    for (const isSecure of [false, true]) {
      if (!isSecure) {
        await page.evaluate(() => {
          Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
        });
      } else if (name === "chromium") {
        await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
        await page.evaluate(() => {
          Reflect.deleteProperty(navigator, "clipboard");
        });
      }
      await row.getByRole("button", { name: "Copy link" }).click();
      await page.getByText("The link is copied.").last().waitFor();
      const search = page.getByRole("searchbox");
      await search.fill("");
      await search.press("ControlOrMeta+v");
      await expectSoon(() => search.inputValue(), `${server.url}/upload/${token}`);
      await search.fill("");
    }
  });

  test("the system's share sheet gets it, where there is one", async () => {
    const token = await server.token({ title: `Shared (${name})` });
    const { page } = await openArchive(browser, server, { view: "links", screen: "phone" });
    await page.getByRole("button", { name: "Copy link" }).first().waitFor();
    expect(await page.evaluate(() => "share" in navigator)).toBe(
      await page.getByRole("button", { name: "Share" }).first().isVisible(),
    );
    // A browser at a desk has none: what the page gives it is looked at here.
    await page.evaluate(() => {
      Object.defineProperty(navigator, "share", {
        value: async (given: ShareData) => {
          document.title = JSON.stringify(given);
        },
        configurable: true,
      });
    });
    await goToView(page, "links?search=Shared");
    const row = page.getByRole("listitem").filter({ hasText: `Shared (${name})` });
    await row.getByRole("button", { name: "Share" }).click();
    const url = `${server.url}/upload/${token}`;
    await expectSoon(() => page.title(), JSON.stringify({ url, title: `Shared (${name})` }));
  });

  test("what is on the way is shown as it comes, and then that it has arrived", async () => {
    const token = await server.token({ title: `Live (${name})`, max_uploads: 2 });
    const { page } = await openArchive(browser, server, { view: "links" });
    const row = page.getByRole("listitem").filter({ hasText: `Live (${name})` });
    await row.getByText("0 of 2 files arrived").waitFor();
    const file = inTwoChunks(`live-${name}`, `<b>film <img src=x> ${name}.png`);
    await sendChunkOf(server, token, file, 1);
    await row.getByText(`<b>film <img src=x> ${name}.png`).waitFor();
    await row.getByText("1 on the way").waitFor();
    await row.locator(".under-way").getByText("1 MB of 2 MB").waitFor();
    await expectSoon(() => row.getByRole("progressbar").getAttribute("value"), "50");
    await sendChunkOf(server, token, file, 2);
    await row.getByText("1 of 2 files arrived").waitFor();
    await row.getByText(`<b>film <img src=x> ${name}.png`).waitFor({ state: "detached" });
    const { href } = await row
      .getByRole("link", { name: "What arrived" })
      .evaluate((link) => ({ href: link.getAttribute("href") }));
    const { token_id: id } = await linkOf(server, `Live (${name})`);
    expect(href).toBe(`#/photos?token_id=${String(id)}`);
  });

  test("it is extended and changed, and what came is never more than it is for", async () => {
    const title = `Extended (${name})`;
    const token = await server.token({ title, max_uploads: 2, description: "<b>Old</b> words" });
    await sendWhole(server, token, png());
    const { page } = await openArchive(browser, server, { view: "links" });
    const row = page.getByRole("listitem").filter({ hasText: title });
    await row.getByRole("button", { name: "More actions" }).click();
    await row.getByRole("button", { name: "Extend or change" }).click();
    const dialog = page.getByRole("dialog", { name: "Extend or change" });
    expect(await dialog.getByLabel("Message").inputValue()).toBe("Old words");
    expect(await dialog.getByLabel("Number of files").getAttribute("min")).toBe("1");
    await dialog.getByLabel("Ends").selectOption({ label: "In 30 days" });
    await typeNumber(dialog.getByLabel("Number of files"), "9");
    await dialog.getByLabel("Who asks").fill("Ann");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("The link is changed.").waitFor();
    await row.getByText("1 of 9 files arrived").waitFor();
    const link = await linkOf(server, title);
    // What was not touched keeps its markup.
    expect(link).toMatchObject({
      max_uploads: 9,
      description: "<b>Old</b> words",
      sender: "Ann",
    });
    expect((Number(link["valid_until"]) - Date.now() / 1000) / 86_400).toBeGreaterThan(29.9);
  });

  test("it is revoked after a question, says so, and takes nothing any more", async () => {
    const title = `Revoked (${name})`;
    const token = await server.token({ title });
    const { page } = await openArchive(browser, server, { view: "links" });
    const row = page.getByRole("listitem").filter({ hasText: title });
    const ask = async () => {
      await row.getByRole("button", { name: "More actions" }).click();
      await row.getByRole("button", { name: "Revoke" }).click();
      return page.getByRole("dialog", { name: "Revoke this link?" });
    };
    await (await ask()).getByRole("button", { name: "Cancel" }).click();
    expect(await linkOf(server, title)).toMatchObject({ state: "open" });
    const dialog = await ask();
    expect(await dialog.textContent()).toContain(title);
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await row.locator(".badge", { hasText: "Revoked" }).waitFor();
    await expectSoon(() => row.getByRole("button").count(), 0);
    expect((await sendWhole(server, token, png())).status).toBe(404);
  });

  test("what is wrong is said at its field, in the page's language, before anything is sent", async () => {
    const { page } = await openArchive(browser, server, { view: "links", locale: "de" });
    const sent: string[] = [];
    page.on("request", (request) => sent.push(new URL(request.url()).pathname));
    await page.getByRole("button", { name: "Neuer Link" }).click();
    const form = page.getByRole("dialog", { name: "Neuer Link" });
    await form.getByLabel("Endet").selectOption({ label: "Zu einer bestimmten Zeit" });
    const [end, files, size, passphrase] = [
      form.getByLabel("Tag und Uhrzeit"),
      form.getByLabel("Anzahl der Dateien"),
      form.getByLabel("Höchstgröße einer Datei"),
      form.getByLabel("Kennwort"),
    ];
    await end.fill("2020-01-01T12:00");
    await typeNumber(files, "0");
    await typeNumber(size, "900000");
    await passphrase.fill("  abc ");
    await form.getByRole("button", { name: "Link erstellen" }).click();
    await expectSoon(() => saidOf(end), "true: Frühestens am …");
    await expectSoon(() => saidOf(files), "true: Mindestens 1.");
    await expectSoon(() => saidOf(size), "true: Der Server nimmt Dateien bis 100 GB an.");
    const short = "true: Mindestens 4 Zeichen, ohne Leerzeichen davor und dahinter.";
    await expectSoon(() => saidOf(passphrase), short);
    // The first wrong one has the focus.
    await expectSoon(() => end.evaluate((it) => it === document.activeElement), true);

    // What is mended is wrong no more; of a size also by another unit.
    await form.getByLabel("Einheit").selectOption("MB");
    await expectSoon(() => size.getAttribute("aria-invalid"), "true");
    await typeNumber(size, "90000");
    await expectSoon(() => size.getAttribute("aria-invalid"), "false");
    await form.getByLabel("Endet").selectOption({ label: "In 3 Tagen" });
    await passphrase.fill("  abcd ");
    await files.press("ControlOrMeta+a");
    await files.press("Delete");
    await form.getByRole("button", { name: "Link erstellen" }).click();
    await expectSoon(() => saidOf(files), "true: Fülle dieses Feld aus.");
    expect(sent).not.toContain("/api/2/photo/get-upload-token");
    await typeNumber(files, "2");
    await form.getByRole("button", { name: "Link erstellen" }).click();
    await page.getByRole("dialog", { name: "Der Link ist fertig" }).waitFor();
  });

  test("what the server alone can know stands at its field", async () => {
    const title = `Gone (${name})`;
    const { album_id: album } = await callApi<{ album_id: number }>(server, "album/create", {
      title,
    });
    const { page } = await openArchive(browser, server, { view: "links" });
    await page.getByRole("button", { name: "New link" }).click();
    const form = page.getByRole("dialog", { name: "New link" });
    const field = form.getByRole("combobox", { name: "Album" });
    await field.fill(title);
    await form.getByRole("option", { name: title }).click();
    await callApi(server, "album/delete", { album_id: album });
    await form.getByRole("button", { name: "Make link" }).click();
    await expectSoon(() => field.getAttribute("aria-invalid"), "true");
    const note = await field.getAttribute("aria-describedby");
    expect(await form.locator(`[id="${note}"]`).textContent()).toContain("album");
  });

  test("they are found by words and state, which the address keeps", async () => {
    await server.token({ title: `Needle Ä (${name})` });
    const used = await server.token({ title: `Needle used (${name})` });
    await sendWhole(server, used, png());
    const { page } = await openArchive(browser, server, { view: "links" });
    await page.getByRole("searchbox").fill(`needle ${name}`);
    const rows = page.locator(".card-row");
    const titles = () => rows.locator("h2").allTextContents();
    await expectSoon(titles, [`Needle used (${name})`, `Needle Ä (${name})`]);
    await page.getByLabel("Show").selectOption({ label: "Used up" });
    await expectSoon(titles, [`Needle used (${name})`]);
    await page.reload();
    await expectSoon(titles, [`Needle used (${name})`]);
    await page.getByRole("searchbox").fill("no such words");
    await page.getByText("Nothing was found.").waitFor();
  });

  test("many come page by page, and stay when something happens", async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => server.token({ title: `Many ${index} ${name}` })),
    );
    const { page } = await openArchive(browser, server, { view: `links?search=many ${name}` });
    const rows = page.locator(".card-row");
    await expectSoon(() => rows.count(), 50);
    await page.getByRole("button", { name: "Show more" }).click();
    await expectSoon(() => rows.count(), 60);
    await server.token({ title: `Many new ${name}` });
    await expectSoon(() => rows.count(), 61);
  });

  test("a server that does not answer is said, and asked again", async () => {
    const { page } = await openArchive(browser, server, { view: "links" });
    await page.context().setOffline(true);
    await page.getByLabel("Show").selectOption({ label: "Expired" });
    const notice = page.getByText("The server does not answer.");
    await notice.waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try now" }).click();
    await notice.waitFor({ state: "detached" });
  });

  test("one is made by the keyboard alone", async () => {
    const { page } = await openArchive(browser, server, { view: "links" });
    await page.getByRole("button", { name: "New link" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type(`By keys (${name})`);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "The link is ready" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await linkOf(server, `By keys (${name})`)).toMatchObject({
      state: "open",
      max_uploads: 10,
    });
  });
});

/** Firefox's driver fills a field for numbers behind what is there. */
async function typeNumber(field: Locator, number: string): Promise<void> {
  await field.press("ControlOrMeta+a");
  await field.pressSequentially(number);
}

/** What is said at a field, and whether as an error, without the day that it may name. All in one look, since it may change meanwhile. */
async function saidOf(field: Locator): Promise<string> {
  const said = await field.evaluate((it) => {
    const note = document.getElementById(it.getAttribute("aria-describedby") ?? "");
    return `${it.getAttribute("aria-invalid")}: ${note?.textContent}`;
  });
  return said.replaceAll(/\s/g, " ").replace(/ \p{L}+(?:tag|woch), .*/u, " …");
}
