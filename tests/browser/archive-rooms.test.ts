import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BrowserContext } from "playwright-core";
import { expectAccessible } from "../support/accessible.ts";
import { callApi, linkOf } from "../support/archive-calls.ts";
import { goToView, openArchive } from "../support/archive-page.ts";
import { overflowOf } from "../support/watch-page.ts";
import { browserForAll, browsers } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { expectSoon } from "../support/remains.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { shot } from "../support/shots.ts";
import { inTwoChunks, sendChunkOf } from "../support/two-chunks.ts";

/** The views of the archive page beside photos and links: callbacks, keys and storage; and how all of them look. */

// Nobody answers there: what is told of photos waits.
const server = serverForAll({ env: { REDEEM_PINGBACK_URL: "http://127.0.0.1:9/" } });

/** The page's clock is slow by 50 minutes; a test may put it forward. */
const withSlowClock = ({ clock }: BrowserContext) =>
  clock.install({ time: Date.now() - 50 * 60_000 });

describe.each(browsers)("%s", (name) => {
  const browser = browserForAll(name);

  describe("callbacks", () => {
    let status = 500;
    let receiver: Receiver;
    beforeAll(() => {
      receiver = startReceiver(() => new Response("", { status }));
    });
    afterAll(() => receiver.stop());

    test("say what failed and why, and are made again", async () => {
      status = 500;
      const token = await server.token({
        return_url: `${receiver.url}/done?own=secret`,
        background_return_p: 1,
        max_uploads: 2,
      });
      await sendWhole(server, token, png());
      const { page } = await openArchive(browser, server, { view: "callbacks" });
      const row = page
        .getByRole("listitem")
        .filter({ hasText: receiver.url.replace("http://", "") });
      // Once or, where this took some seconds, more often.
      await row.getByText(/tried (once|\d+ times)/).waitFor();
      await row.getByText("An upload succeeded").waitFor();
      await row.getByText("the receiver answered 500").waitFor();
      await row.locator(".badge").getByText("Waiting", { exact: true }).waitFor();
      const asGerman = { view: "callbacks", locale: "de", before: withSlowClock };
      const { page: german } = await openArchive(browser, server, asGerman);
      await german.getByText("Der Empfänger hat mit 500 geantwortet").waitFor();
      // The next attempt, due within minutes, is 50 more away by that clock, and comes nearer.
      await german
        .getByText(/wieder in 5\d Minuten/)
        .first()
        .waitFor();
      await german.clock.fastForward("20:00");
      await german
        .getByText(/wieder in 3\d Minuten/)
        .first()
        .waitFor();
      expect(await page.content()).not.toContain("own=secret");
      const delivered = row.locator(".badge", { hasText: "Delivered" });
      status = 200;
      const retry = row.getByRole("button", { name: "Retry now" });
      // It may be made by itself at this very moment, and the button be gone.
      await Promise.race([retry.click().catch(() => undefined), delivered.waitFor()]);
      await delivered.waitFor();
      await retry.waitFor({ state: "detached" });
      await page.getByLabel("Show").selectOption({ label: "Given up" });
      await page.getByText("Nothing was found.").waitFor();
    });
  });

  describe("keys", () => {
    test("one is made, shown once, and revoked after a question", async () => {
      const hostile = `<img src=x onerror="document.title='ran'"> ${name}`;
      const { page } = await openArchive(browser, server, { view: "keys" });
      await page.getByRole("button", { name: "New key" }).click();
      const dialog = page.getByRole("dialog", { name: "New key" });
      await dialog.getByLabel("What it is for").fill(hostile);
      await dialog.getByLabel("What it may do").selectOption({ label: "May look" });
      await dialog.getByRole("button", { name: "Make key" }).click();
      const secret = await dialog.getByLabel("API key").inputValue();
      expect(secret).toMatch(/^\w{40}$/);
      await dialog.getByRole("button", { name: "Close" }).last().click();
      await dialog.waitFor({ state: "detached" });
      expect(await page.content()).not.toContain(secret);
      const row = page.getByRole("listitem").filter({ hasText: hostile });
      await row.getByText("May look").waitFor();
      expect(await page.title()).not.toContain("ran");
      await callApi(server, "user/tokens", {}, secret);

      await row.getByRole("button", { name: "Revoke" }).click();
      const question = page.getByRole("dialog", { name: "Revoke this key?" });
      await question.getByRole("button", { name: "Revoke" }).click();
      await row.locator(".badge", { hasText: "Revoked" }).waitFor();
      await expect(callApi(server, "user/tokens", {}, secret)).rejects.toThrow("not valid");
    });

    test("of a lower level see what they may alone", async () => {
      const { api_key: key } = await callApi<{ api_key: string }>(server, "key/create", {
        name: `writer ${name}`,
        level: "write",
      });
      await server.token({ title: "The operator's" });
      const { page } = await openArchive(browser, server, { view: "links", key });
      // There are others' links, which are not shown to it.
      await page.getByText("You have made no link yet.").waitFor();
      await callApi(server, "photo/get-upload-token", { title: "The writer's" }, key);
      await page.getByText("The writer's").waitFor();
      expect(await page.getByText("The operator's").count()).toBe(0);
      const views = page.getByRole("navigation").getByRole("link");
      expect(await views.allTextContents()).toEqual(["Photos", "Links"]);
      await page.evaluate(() => void (location.hash = "#/keys"));
      await page.getByRole("heading", { level: 1, name: "Photos" }).waitFor();
    });
  });

  test("storage says what is used, by whom, and how the server is", async () => {
    const title = `Stored (${name})`;
    const token = await server.token({ title, max_uploads: 3 });
    await sendWhole(server, token, png(3_000_000));
    await sendChunkOf(server, token, inTwoChunks(`stored-${name}`, `half ${name}.png`), 1);
    const { page } = await openArchive(browser, server, { view: "storage" });
    const share = page.getByRole("listitem").filter({ hasText: title });
    await share.getByText("3 MB").waitFor();
    await share.getByText("1 file").waitFor();
    const { token_id: id } = await linkOf(server, title);
    const place = await share.getByRole("link").getAttribute("href");
    expect(place).toBe(`#/photos?token_id=${String(id)}`);
    await page.getByText(`half ${name}.png`).waitFor();
    const rooms = page.locator(".rooms");
    await rooms.filter({ hasText: /\d [kMG]B used, [\d.]+ [MGT]B free/ }).waitFor();
    await rooms.filter({ hasText: "Redeem 0.1.0" }).waitFor();
  });

  test.each(["phone", "desktop"] as const)("every state is accessible: %s", async (screen) => {
    const token = await server.token({ title: `Seen (${name})`, max_uploads: 3 });
    await sendWhole(server, token, png());
    await sendChunkOf(server, token, inTwoChunks(`seen-${name}-${screen}`, "seen.png"), 1);
    const visit = await openArchive(browser, server, { view: "links", screen });
    const { page } = visit;
    const dialogNamed = (words: string) => page.getByRole("dialog", { name: words });
    const states: [string, () => Promise<void>][] = [
      ["links", () => page.getByText("seen.png").first().waitFor()],
      [
        "new link",
        async () => {
          await page.getByRole("button", { name: "New link" }).click();
          await dialogNamed("New link").waitFor();
        },
      ],
      [
        "link made",
        async () => {
          await page.getByRole("button", { name: "Make link" }).click();
          await dialogNamed("The link is ready").waitFor();
        },
      ],
      [
        "link changed",
        async () => {
          await page.keyboard.press("Escape");
          await page.getByRole("button", { name: "More actions" }).first().click();
          await page.getByRole("button", { name: "Extend or change" }).click();
          await dialogNamed("Extend or change").waitFor();
        },
      ],
      [
        "link revoked",
        async () => {
          await page.keyboard.press("Escape");
          await page.getByRole("button", { name: "More actions" }).first().click();
          await page.getByRole("button", { name: "Revoke" }).click();
          await dialogNamed("Revoke this link?").waitFor();
        },
      ],
      [
        "callbacks",
        async () => {
          await page.keyboard.press("Escape");
          await goToView(page, "callbacks");
          await page.locator(".card-row").first().waitFor();
        },
      ],
      ["keys", () => goToView(page, "keys")],
      [
        "new key",
        async () => {
          await page.getByRole("button", { name: "New key" }).click();
          await dialogNamed("New key").waitFor();
        },
      ],
      [
        "key shown",
        async () => {
          await page.getByLabel("What it is for").fill("a program");
          await page.getByRole("button", { name: "Make key" }).click();
          await page.getByLabel("API key").waitFor();
        },
      ],
      [
        "storage",
        async () => {
          await page.keyboard.press("Escape");
          await goToView(page, "storage");
          await page.getByText("Thumbnails to make").waitFor();
        },
      ],
    ];
    for (const [state, reach] of states) {
      await reach();
      await expectAccessible(visit);
      await expectSoon(async () => [state, await overflowOf(page)], [state, 0]);
      await shot(visit, `archive-${state.replaceAll(" ", "-")}`);
    }
  });

  test("it speaks the visitor's language", async () => {
    const { page } = await openArchive(browser, server, { view: "links", locale: "de-AT" });
    await page.getByRole("button", { name: "Neuer Link" }).waitFor();
    await goToView(page, "storage");
    await page
      .getByText(/belegt, .* frei/)
      .first()
      .waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
  });
});
