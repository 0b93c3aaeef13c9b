import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { browserForAll } from "../support/browsers.ts";
import { rowsOf } from "../support/database.ts";
import { serverForAll } from "../support/lifetime.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sha256, storedHash } from "../support/over-http.ts";
import { expectSoon, until } from "../support/remains.ts";
import { chooseFiles, gateAt, rowOf, stateOf } from "../support/upload-page.ts";

/** Pausing, cancelling, closing and coming back; with the keyboard, and with a screen reader. */

/** Four chunks of 8 MiB; the last of them longer, as Resumable.js has it. */
const LARGE = { name: "large.mp4", bytes: mp4(4 * 8 * 1024 * 1024 + 1234) };

const server = serverForAll();
const browser = browserForAll("chromium");

const open = async (token: string): Promise<Page> =>
  (await browser.open(`${server.url}/upload/${token}`)).page;

async function largeIsStored(): Promise<void> {
  const photo = photosOf(server).at(-1);
  expect(photo).toMatchObject({ filename: "large.mp4", size: LARGE.bytes.length });
  expect(photo && (await storedHash(server, photo))).toBe(sha256(LARGE.bytes));
}

const detailOf = (page: Page, name: string) => rowOf(page, name).locator(".detail");

test("a file is paused, stays where it is, and goes on", async () => {
  const page = await open(await server.token());
  const gate = await gateAt(page, 1);
  await chooseFiles(page, server.folder, LARGE);
  await stateOf(page, "large.mp4", "sending");
  await gate.held(2);
  const stored = () => rowsOf(server, "select start from chunks");
  await until("the one that passed is stored", async () => stored().length === 1);
  const before = stored();
  await page.getByRole("button", { name: "Pause large.mp4" }).click();
  await stateOf(page, "large.mp4", "paused");
  await detailOf(page, "large.mp4")
    .filter({ hasText: /^Paused at \d+% of 33\.6 MB$/ })
    .waitFor();
  await gate.openBehindThem();
  // Paused means that nothing is sent, though everything may pass now; the page looks twice a second.
  await page.waitForTimeout(1100);
  expect(stored()).toEqual(before);
  expect(await rowOf(page, "large.mp4").getAttribute("data-state")).toBe("paused");
  await page.getByRole("button", { name: "Resume large.mp4" }).click();
  await stateOf(page, "large.mp4", "done");
  await largeIsStored();
});

test("a file is cancelled, and another one takes its place", async () => {
  const page = await open(await server.token());
  const gate = await gateAt(page, 0);
  await chooseFiles(page, server.folder, LARGE);
  await gate.held(3);
  await page.locator("#files").waitFor({ state: "hidden" });
  await page.clock.install();
  await page.getByRole("button", { name: "Cancel large.mp4" }).click();
  await stateOf(page, "large.mp4", "cancelled");
  // The time in which it can be undone.
  await page.clock.fastForward(8000);
  await rowOf(page, "large.mp4").waitFor({ state: "detached" });
  await gate.openBehindThem();
  const other = png(30_000);
  await chooseFiles(page, server.folder, { name: "other.png", bytes: other });
  await stateOf(page, "other.png", "done");
  expect(photosOf(server).at(-1)).toMatchObject({ filename: "other.png", size: other.length });
});

test("a closed page is gone on with: only what is missing is sent", async () => {
  const token = await server.token({ max_uploads: 3 });
  const visit = await browser.open(`${server.url}/upload/${token}`);
  const { page } = visit;
  const first = await gateAt(page, 2);
  await chooseFiles(page, server.folder, LARGE);
  await first.held(2);
  await until("two chunks are stored", async () => first.answered.length === 2);
  await until("they are shown", async () => (await percentOf(page)) > 0);
  await first.shut();
  await page.close();

  const { page: again } = await browser.open(page.url(), { as: visit });
  const offer = again.getByRole("list", { name: "Files you had started" });
  await offer.filter({ hasText: /large\.mp4\s*\d+% of 33\.6 MB · choose it again/ }).waitFor();
  const second = await gateAt(again, 1);
  await chooseFiles(again, server.folder, LARGE);
  await second.held(1);
  // Its reservation is its own, not that of somebody else.
  await again.locator(".remains", { hasText: /^2 of 3 files left/ }).waitFor();
  await second.open();
  await stateOf(again, "large.mp4", "done");
  await offer.waitFor({ state: "hidden" });
  // Each chunk went once, on one of the two pages.
  const numbers = [...first.passed, ...second.passed].toSorted((one, other) => one - other);
  expect(first.passed).toHaveLength(2);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  await largeIsStored();
});

async function percentOf(page: Page): Promise<number> {
  return Number(await page.locator("li[data-file] progress").getAttribute("value"));
}

test("everything is done with the keyboard alone", async () => {
  const page = await open(await server.token());
  // Tests can answer the picker of the file input alone.
  await page.evaluate(() => {
    delete (window as { showOpenFilePicker?: unknown }).showOpenFilePicker;
  });
  const gate = await gateAt(page, 1);
  await Bun.write(join(server.folder, "chosen", LARGE.name), LARGE.bytes);
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Tab");
  await expectSoon(() => focused(page), "Choose a file");
  await page.keyboard.press("Space");
  await (await chooser).setFiles(join(server.folder, "chosen", LARGE.name));
  await gate.held(2);
  await tabTo(page, "Pause large.mp4");
  await page.keyboard.press("Enter");
  await stateOf(page, "large.mp4", "paused");
  // The focus stays where it is: the same key goes on.
  await expectSoon(() => focused(page), "Resume large.mp4");
  await gate.openBehindThem();
  await page.keyboard.press("Space");
  await stateOf(page, "large.mp4", "done");
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
  // The button is gone; the focus is still in the file's row.
  await expectSoon(
    () => page.evaluate(() => document.activeElement?.getAttribute("data-file")),
    "large.mp4",
  );
});

test("the screen stays awake while something is sent, and not while all is paused or done", async () => {
  const token = await server.token();
  const { page } = await browser.open(`${server.url}/upload/${token}`, {
    // Without a screen Chromium refuses, until it is told not to.
    permissions: ["screen-wake-lock"],
    before: (context) => context.addInitScript(countLocks),
  });
  const locksHeld = (count: number) =>
    page.waitForFunction(
      (wanted) => (window as unknown as { held(): number }).held() === wanted,
      count,
      { timeout: 30_000 },
    );
  await locksHeld(0);
  const gate = await gateAt(page, 1);
  await chooseFiles(page, server.folder, LARGE);
  await gate.held(2);
  await locksHeld(1);
  await page.getByRole("button", { name: "Pause large.mp4" }).click();
  await locksHeld(0);
  await gate.openBehindThem();
  await page.getByRole("button", { name: "Resume large.mp4" }).click();
  await locksHeld(1);
  await stateOf(page, "large.mp4", "done");
  await locksHeld(0);
});

/** Runs in the page: the browser's own locks, noted as they are given out. */
function countLocks(): void {
  const locks: WakeLockSentinel[] = [];
  const request = navigator.wakeLock.request.bind(navigator.wakeLock);
  navigator.wakeLock.request = async (type) => {
    const lock = await request(type);
    locks.push(lock);
    return lock;
  };
  Object.assign(window, { held: () => locks.filter(({ released }) => !released).length });
}

function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? null);
}

async function tabTo(page: Page, label: string): Promise<void> {
  for (let presses = 0; presses < 10; presses += 1) {
    if ((await focused(page)) === label) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${label}`);
}

test("everything that can be used has a name, and what happens is announced", async () => {
  const page = await open(await server.token({ title: "Wedding", max_uploads: 3 }));
  const gate = await gateAt(page, 1);
  await chooseFiles(page, server.folder, LARGE);
  await gate.held(2);
  const names = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("main input, main button, main progress")]
        .filter((element) => element.checkVisibility())
        .map((element) => [
          element.tagName,
          element.getAttribute("aria-label") ?? (element as HTMLElement).innerText,
        ]),
    );
  await expectSoon(names, [
    ["INPUT", "Choose files"],
    ["BUTTON", "Choose a folder"],
    ["BUTTON", "Pause large.mp4"],
    ["BUTTON", "Cancel large.mp4"],
    ["PROGRESS", "large.mp4"],
  ]);
  const tree = await page.locator("body").ariaSnapshot();
  for (const line of [
    '- heading "Wedding" [level=1]',
    '- button "Pause large.mp4"',
    '- progressbar "large.mp4"',
    '- list "Files"',
  ]) {
    expect(tree).toContain(line);
  }
  expect(await page.locator("html").getAttribute("lang")).toBe("en");
  expect(await page.getByLabel("Choose files").getAttribute("accept")).toContain("image/png");
  await gate.open();
  await stateOf(page, "large.mp4", "done");
  const status = page.getByRole("status");
  await until("it is announced", async () =>
    (await status.innerText()).includes("large.mp4 has arrived."),
  );
});
