import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { browserForAll, browsers } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { mp4, png, textFile } from "../support/media.ts";
import { photosOf, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { expectSoon } from "../support/remains.ts";
import { startServer } from "../support/server.ts";
import { chooseFiles, gateAt, stateOf, type Chosen } from "../support/upload-page.ts";
import { changeToken } from "../support/upload-tokens.ts";

/**
 * The upload page tells the truth: what a stranger found false on it, read as he reads it. `REDEEM_TEST_PROGRAM=<a
 * worktree of 502525b>/src/main.ts` holds the page that he saw against these tests: all of them fail.
 */

const server = serverForAll();

const chooser = (page: Page) => page.locator("#files");
const urlOf = (token: string) => `${server.url}/upload/${token}`;

const says = (page: Page, words: string | RegExp) =>
  page.locator("main").getByText(words).filter({ visible: true }).first().waitFor();

async function offersNothing(page: Page): Promise<void> {
  await chooser(page).waitFor({ state: "hidden" });
  await expectSoon(() => page.getByRole("button", { name: /choose/i }).count(), 0);
}

let chosen = 0;
const choose = (page: Page, ...files: Chosen[]) =>
  chooseFiles(page, join(server.folder, `truth-${++chosen}`), ...files);

const large = () => ({ name: "large.mp4", bytes: mp4(20 * 1024 * 1024 + chosen) });

describe.each(browsers)("%s", (name) => {
  const browser = browserForAll(name);
  const openFor = async (token: string) => {
    const { page } = await browser.open(urlOf(token));
    await chooser(page).waitFor();
    return { token, page };
  };

  test("a link that was revoked is not said to be mistyped", async () => {
    const token = await server.token();
    changeToken(server, token, { revokedAt: Date.now() });
    const { page } = await browser.open(urlOf(token));
    expect(await page.getByRole("heading").innerText()).toBe("This upload link was revoked.");
    expect(await page.locator("body").innerText()).not.toContain("address is complete");
    await offersNothing(page);
  });

  test("a link whose time is over offers nothing, though begun files may be finished", async () => {
    const token = await server.token();
    changeToken(server, token, { validUntil: Date.now() - 1000 });
    const { page } = await browser.open(urlOf(token));
    await says(page, "This upload link has expired.");
    await offersNothing(page);
  });

  // On three pages at once, since each of them asks only every few seconds.
  test("an open page says it the moment its link expires, is revoked or is used up by others", async () => {
    const expiring = await openFor(await server.token({ max_uploads: 3 }));
    const revoked = await openFor(await server.token({ max_uploads: 3 }));
    const used = await openFor(await server.token());
    // All three are open by now, however long that took.
    changeToken(server, expiring.token, { validUntil: Date.now() + 1000 });
    changeToken(server, revoked.token, { revokedAt: Date.now() });
    await sendWhole(server, used.token, png());
    const expected = [
      [expiring.page, "This upload link has expired."],
      [revoked.page, "This upload link was revoked."],
      [used.page, "This upload link has already been used."],
    ] as const;
    for (const [page, words] of expected) {
      await says(page, words);
      await offersNothing(page);
    }
  });

  test("how many files are left is right after each file, and when others send", async () => {
    const token = await server.token({ max_uploads: 4 });
    const { page } = await browser.open(urlOf(token));
    await says(page, /\b4 of 4 files\b/);
    await choose(page, { name: "one.png", bytes: png(3000) });
    await stateOf(page, "one.png", "done");
    await says(page, /\b3 of 4 files\b/);
    await sendWhole(server, token, png(4000));
    await says(page, /\b2 of 4 files\b/);
  });

  test("the one place of a link is not offered to two", async () => {
    const token = await server.token();
    const first = await browser.open(urlOf(token));
    const gate = await gateAt(first.page, 1);
    await choose(first.page, large());
    await gate.held(1);
    const { page } = await browser.open(urlOf(token));
    await says(page, /used by others/i);
    await offersNothing(page);
    await gate.open();
    await stateOf(first.page, "large.mp4", "done");
  });

  test("the place of a cancelled file is free, for others too", async () => {
    const token = await server.token();
    const first = await browser.open(urlOf(token));
    const gate = await gateAt(first.page, 3);
    await choose(first.page, large());
    await gate.held(1);
    const told = first.page.waitForResponse("**/cancel-upload");
    await first.page.getByRole("button", { name: "Cancel large.mp4" }).click();
    // At once, though much was sent: its bytes stay for as long as it can be undone.
    expect(await (await told).json()).toMatchObject({ data: { kept_seconds: 12 } });
    await gate.openBehindThem();
    const { page } = await browser.open(urlOf(token));
    await chooser(page).waitFor();
    await choose(page, { name: "other.png", bytes: png(5000) });
    await stateOf(page, "other.png", "done");
  });

  test("the end says how many were not accepted and why, and not that all is well", async () => {
    const token = await server.token({ max_uploads: 3 });
    const { page } = await browser.open(urlOf(token));
    await choose(
      page,
      { name: "good.png", bytes: png(3000) },
      { name: "bad.png", bytes: textFile(3000) },
      { name: "empty.png", bytes: new Uint8Array() },
    );
    await stateOf(page, "good.png", "done");
    const end = page.getByRole("region", { name: "1 arrived, 2 were not accepted" });
    await end.getByText("type that is not accepted").waitFor();
    await end.getByText("The file is empty.").waitFor();
    expect(await page.getByText("Thank you").count()).toBe(0);
    await isAmber(page, "1 arrived, 2 were not accepted");
  });

  test("more files than there are places for: the first are taken, the rest are listed", async () => {
    const token = await server.token({ max_uploads: 2 });
    const { page } = await browser.open(urlOf(token));
    await choose(
      page,
      ...["a.png", "b.png", "c.png"].map((file, at) => ({ name: file, bytes: png(3000 + at) })),
    );
    await stateOf(page, "a.png", "done");
    await stateOf(page, "b.png", "done");
    await (await stateOf(page, "c.png", "refused")).getByText("takes no more files").waitFor();
  });

  test("a server that does not answer is said to, in amber, and tried again when asked", async () => {
    const first = await startServer();
    const token = await first.token();
    const { page } = await browser.open(`${first.url}/upload/${token}`);
    const gate = await gateAt(page, 1);
    const file = large();
    await chooseFiles(page, join(server.folder, `truth-${++chosen}`), file);
    await gate.held(1);
    await first.kill("SIGKILL");
    await gate.open();
    const again = page.getByRole("button", { name: "Try now" });
    await again.waitFor();
    await says(page, "The server does not answer.");
    await isAmber(page, "The server does not answer.");
    const second = await startServer({
      folder: first.folder,
      env: { REDEEM_PORT: String(first.port) },
    });
    // It may try by itself at this very moment, and the button be gone.
    await again.click({ timeout: 2000 }).catch(() => undefined);
    await stateOf(page, "large.mp4", "done");
    await again.waitFor({ state: "hidden" });
    const photo = photosOf(second).at(-1);
    expect(photo && (await storedHash(second, photo))).toBe(sha256(file.bytes));
    await second.stop();
  });
});

/** The words stand on something between red and green: neither says that all is well nor that all is lost. */
async function isAmber(page: Page, words: string): Promise<void> {
  const hues = await page
    .getByText(words, { exact: true })
    .first()
    .evaluate((element) => {
      const canvas = document
        .createElement("canvas")
        .getContext("2d", { colorSpace: "srgb", willReadFrequently: true });
      const hueOf = (colour: string): number | undefined => {
        if (!canvas) return undefined;
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
        const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
        if (alpha === 0 || most - least < 8) return undefined;
        const span = most - least;
        if (most === red) return (((green - blue) / span + 6) % 6) * 60;
        return most === green ? ((blue - red) / span + 2) * 60 : ((red - green) / span + 4) * 60;
      };
      const around: string[] = [];
      for (let at: Element | null = element; at && at.tagName !== "MAIN"; at = at.parentElement) {
        const { backgroundColor, borderTopColor, borderTopWidth } = getComputedStyle(at);
        around.push(backgroundColor);
        if (borderTopWidth !== "0px") around.push(borderTopColor);
      }
      return around.map(hueOf).filter((hue) => hue !== undefined);
    });
  expect(hues.some((hue) => hue >= 25 && hue <= 60)).toBe(true);
}
