import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAccessible } from "../support/accessible.ts";
import { browserForAll, browsers } from "../support/browsers.ts";
import { png, textFile } from "../support/media.ts";
import { photosOf } from "../support/over-http.ts";
import { shot } from "../support/shots.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** The pages of an upload link that need no script: the passphrase before it, and what its form ends on. */

const WORDS = "blue heron";
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><rect width="60" height="20" rx="6" fill="#c2410c"/></svg>`;

let server: TestServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-logo-"));
  await Bun.write(join(folder, "logo.svg"), LOGO);
  const env = { REDEEM_ACCENT: "#c2410c", REDEEM_LOGO: join(folder, "logo.svg") };
  server = await startServer({ env: { ...env, REDEEM_SITE_NAME: "Photos of Ann" } });
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const choose = (name: string, mimeType: string, bytes: Uint8Array) => ({
  name,
  mimeType,
  buffer: Buffer.from(bytes),
});

describe.each(browsers)("an upload link in %s", (name) => {
  const browser = browserForAll(name);

  test.each([true, false])(
    "opens with its passphrase, and stays open for who has said it (script: %p)",
    async (script) => {
      const token = await server.token({ passphrase: WORDS, title: "The party" });
      const link = `${server.url}/upload/${token}`;
      const visit = await browser.open(link, { script, screen: "phone" });
      const { page } = visit;
      expect(await page.textContent("h1")).toBe("This link has a passphrase.");
      expect(await page.content()).not.toContain("The party");
      if (script) {
        await shot(visit, "passphrase");
        await expectAccessible(visit);
      }
      await page.getByLabel("Passphrase").fill("red heron");
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByText("That is not the passphrase.").waitFor();
      if (script) {
        await shot(visit, "passphrase-wrong");
        await expectAccessible(visit);
      }
      await page.getByLabel("Passphrase").fill(`${WORDS} `);
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByRole("heading", { name: "The party" }).waitFor();
      expect(page.url()).toBe(link);
      const again = await browser.open(link, { as: visit });
      expect(await again.page.textContent("h1")).toBe("The party");
    },
  );

  test("too many wrong ones: it says how long to wait", async () => {
    const token = await server.token({ passphrase: WORDS });
    const visit = await browser.open(`${server.url}/upload/${token}`, { locale: "da-DK" });
    const { page } = visit;
    const statuses: number[] = [];
    while (statuses.at(-1) !== 429) {
      await page.getByLabel("Adgangskode").fill(`guess ${statuses.length}`);
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await page.getByRole("button", { name: "Fortsæt" }).click();
      statuses.push((await answered).status());
      await page.waitForLoadState();
    }
    // Eight, and one more for each quarter of a minute that they took.
    const [first, ...others] = new Set(statuses);
    expect([first, others, statuses.length > 8]).toEqual([403, [429], true]);
    await page.getByText(/Prøv igen om \d+ sekunder\./).waitFor();
    // The other tests of this file come from the same address.
    await expectAccessible(visit);
  });
});

// In Firefox nothing that a test can say turns scripts off for what reads the page: it shows no <noscript>.
describe("the form of an upload link without script, in chromium", () => {
  const browser = browserForAll("chromium");

  test("ends on words, and takes the next file", async () => {
    const token = await server.token({ passphrase: WORDS, max_uploads: 2 });
    const visit = await browser.open(`${server.url}/upload/${token}`, { script: false });
    const { page } = visit;
    await page.getByLabel("Passphrase").fill(WORDS);
    await page.getByRole("button", { name: "Go on" }).click();
    const before = photosOf(server).length;
    await page.setInputFiles(
      "noscript input[type=file]",
      choose("a.txt", "text/plain", textFile()),
    );
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("The file was not accepted.").waitFor();
    await page.getByText("Files of this type are not accepted.").waitFor();
    await page.getByRole("link", { name: "Try again" }).click();
    for (const [more, isLast] of [
      ["You can send 1 more file.", false],
      ["Everything that the link was meant for has been sent.", true],
    ] as const) {
      await page.setInputFiles(
        "noscript input[type=file]",
        choose("a.png", "image/png", png(5000)),
      );
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByRole("heading", { name: "Your file has arrived." }).waitFor();
      await page.getByText(more).waitFor();
      if (!isLast) await page.getByRole("link", { name: "Send another file" }).click();
    }
    expect(photosOf(server).length - before).toBe(2);
    expect(await page.locator("img.logo").count()).toBe(1);
  });

  test("its page of words has the site's look", async () => {
    const token = await server.token({ max_uploads: 2, sender: "Ann", ask: "name,note" });
    const form = await browser.open(`${server.url}/upload/${token}`, { script: false });
    await shot(form, "plain-form");
    await form.page.getByLabel("Your name").fill("Bo");
    const picture = choose("a.png", "image/png", png(5000));
    await form.page.setInputFiles("noscript input[type=file]", picture);
    await form.page.getByRole("button", { name: "Send" }).click();
    await form.page.getByRole("heading", { name: "Your file has arrived." }).waitFor();
    await form.page.waitForLoadState();
    const html = await form.page.content();
    // Looked at with scripts, since axe-core is one. The document is the same.
    const visit = await browser.open(`${server.url}/upload/${token}`);
    await visit.page.route("**/api/photo/words", (route) =>
      route.fulfill({ contentType: "text/html", body: html }),
    );
    await visit.page.goto(`${server.url}/api/photo/words`);
    await shot(visit, "outcome");
    await expectAccessible(visit);
    const accent = await visit.page.evaluate(() =>
      getComputedStyle(document.documentElement).getPropertyValue("--accent").trim(),
    );
    expect(accent).toMatch(/^#/);
    const width = await visit.page.evaluate(
      () =>
        document.querySelector<HTMLImageElement>("img.logo")?.getBoundingClientRect().width ?? 0,
    );
    expect(width).toBeGreaterThan(20);
  });
});
