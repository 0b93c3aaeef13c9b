import { describe, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { overflowOf } from "../support/watch-page.ts";
import { browserForAll, SCREENS } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png, textFile } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { expectSoon } from "../support/remains.ts";
import { inTwoChunks, sendChunkOf } from "../support/two-chunks.ts";
import { shot } from "../support/shots.ts";
import { chooseFiles, gateAt, stateOf, type Chosen } from "../support/upload-page.ts";
import { changeToken } from "../support/upload-tokens.ts";

/** How each state of the upload page looks: nothing is wider than the narrowest window, whatever the files are called. */

const server = serverForAll({ env: { REDEEM_SITE_NAME: "Fotos von Ann" } });
const browser = browserForAll("chromium");

// They fit whole lines of no window.
const LONG = `Familienzusammenkunft_am_Vierwaldstaettersee_${"x".repeat(60)}.png`;
const RIGHT_TO_LEFT = "תמונות מהחתונה 2026.png";

const pictures = (count: number): Chosen[] =>
  Array.from({ length: count }, (_, at) => ({
    name: at === 0 ? LONG : at === 1 ? RIGHT_TO_LEFT : `IMG_${4000 + at}.png`,
    bytes: png(3000 + at, at),
  }));

let folders = 0;
const choose = (page: Page, files: Chosen[]) =>
  chooseFiles(page, join(server.folder, `states-${(folders += 1)}`), ...files);

const BUTTONS = {
  de: { pause: "Alle anhalten", retry: /Jetzt/ },
  en: { pause: "Pause all", retry: /Try now/ },
};

type State = {
  name: string;
  /** Of the link. */
  fields?: Record<string, string | number>;
  reach(page: Page, token: string, language: "de" | "en"): Promise<void>;
};

const STATES: State[] = [
  { name: "sending-one", reach: (page) => sending(page, 1) },
  { name: "sending-twelve", fields: { max_uploads: 12 }, reach: (page) => sending(page, 12) },
  { name: "sending-500", fields: { max_uploads: 500 }, reach: (page) => sending(page, 500) },
  {
    name: "paused",
    fields: { max_uploads: 5 },
    reach: async (page, _, language) => {
      await sending(page, 4);
      await page.getByRole("button", { name: BUTTONS[language].pause }).click();
      await stateOf(page, "IMG_4003.png", "paused");
    },
  },
  {
    name: "offline",
    fields: { max_uploads: 5 },
    reach: async (page) => {
      await sending(page, 2);
      await page.context().setOffline(true);
      await stateOf(page, LONG, "offline");
    },
  },
  {
    name: "away",
    fields: { max_uploads: 3 },
    reach: async (page, _, language) => {
      await page.route("**/api/**", (route) => route.abort());
      await choose(page, pictures(2));
      await page.getByRole("button", { name: BUTTONS[language].retry }).waitFor();
    },
  },
  {
    name: "refused-some",
    fields: { max_uploads: 3 },
    reach: async (page) => {
      const others = [
        { name: "notes.txt", bytes: textFile() },
        { name: "fake.png", bytes: textFile(5000) },
      ];
      await choose(page, [...pictures(4), ...others]);
      await page.locator(".ending").waitFor();
    },
  },
  {
    name: "done",
    reach: async (page) => {
      await choose(page, pictures(1));
      await page.locator(".ending").waitFor();
    },
  },
  {
    name: "used-up-while-open",
    reach: async (page, token) => {
      await sendWhole(server, token, png());
      await page.locator(".notice.warning").waitFor();
    },
  },
  {
    name: "revoked-while-open",
    fields: { max_uploads: 3 },
    reach: async (page, token) => {
      await sending(page, 2);
      changeToken(server, token, { revokedAt: Date.now() });
      await page.locator(".notice.warning").waitFor();
    },
  },
  {
    name: "expired",
    reach: async (page, token) => {
      changeToken(server, token, { validUntil: Date.now() - 30 * 24 * 3_600_000 });
      await page.reload();
      await page.locator(".hint").waitFor();
    },
  },
  {
    name: "busy",
    reach: async (page, token, language) => {
      await sendChunkOf(server, token, inTwoChunks(`busy-${language}`, "other.png"), 1);
      await page.reload();
      await page.locator("#app > *").first().waitFor();
    },
  },
];

async function sending(page: Page, count: number): Promise<void> {
  const gate = await gateAt(page, count > 3 ? 2 : 0);
  await choose(page, pictures(count));
  await gate.held(1);
}

describe.each(["de", "en"] as const)("in %s", (language) => {
  test.each(STATES.map((state) => [state.name, state] as const))(
    "%s fits",
    async (name, { fields, reach }) => {
      const token = await server.token({
        title: language === "de" ? "Donaudampfschifffahrtsgesellschaft" : "Summer at the lake",
        sender: "Ann",
        ...fields,
      });
      const visit = await browser.open(`${server.url}/upload/${token}`, {
        screen: "phone",
        locale: language === "de" ? "de-AT" : "en-GB",
        // Lines that are cut are what some of these are.
        mayComplain: /net::ERR_/,
      });
      const { page } = visit;
      await page.locator("#app > *").first().waitFor();
      await reach(page, token, language);
      await shot(visit, `upload-${language}-${name}`);
      for (const width of [320, 640]) {
        await page.setViewportSize({ width, height: 700 });
        await expectSoon(async () => [width, await overflowOf(page)], [width, 0]);
        await wholePage(page, `upload-${language}-${name}-${width}`);
      }
      await page.setViewportSize(SCREENS.phone);
      await expectSoon(() => tooSmall(page), []);
      await expectSoon(() => stacked(page), []);
    },
    60_000,
  );
});

/** What a finger is to hit, and is less than 44 px high or wide. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("button, input:not([type=file]), textarea, a[href], summary")]
      .map((control) => ({ control, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 43.9 || box.width < 43.9))
      .map(({ control, box }) => `${control.outerHTML.slice(0, 90)} ${box.width}x${box.height}`),
  );
}

/** Buttons with an icon that is not beside their words. */
function stacked(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("button > svg")]
      .filter((icon) => {
        const words = icon.nextSibling;
        if (words === null) return false;
        const range = document.createRange();
        range.selectNode(words);
        const { top, bottom } = icon.getBoundingClientRect();
        const [line] = range.getClientRects();
        return line !== undefined && (line.top >= bottom || line.bottom <= top);
      })
      .map((icon) => String(icon.parentElement?.outerHTML.slice(0, 90))),
  );
}

async function wholePage(page: Page, name: string): Promise<void> {
  const folder = process.env["REDEEM_SHOTS"];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}
