import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { callApi, linkOf } from "../support/archive-calls.ts";
import { browserForAll, type Visit } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { mp4, png, textFile } from "../support/media.ts";
import { photosOf, sendWhole } from "../support/over-http.ts";
import { expectSoon, until } from "../support/remains.ts";
import { withTimeToUndo } from "../support/time-to-undo.ts";
import { chooseFiles, gateAt, rowOf, stateOf, type Chosen } from "../support/upload-page.ts";
import { startServer } from "../support/server.ts";
import { changeToken } from "../support/upload-tokens.ts";

/** What the page says is so, at the moment when it is so: of its link, of the line, and of what became of each file. */

const server = serverForAll();
const browser = browserForAll("chromium");
let chosen = 0;

const open = async (token: string): Promise<Page> => (await openVisit(token)).page;

async function openVisit(token: string): Promise<Visit> {
  const visit = await browser.open(`${server.url}/upload/${token}`, {
    // A line that was cut is what some of these are about.
    mayComplain: /net::ERR_/,
    before: withTimeToUndo,
  });
  await visit.page.locator("#announcements").waitFor({ state: "attached" });
  return visit;
}

const choose = (page: Page, ...files: Chosen[]) =>
  chooseFiles(page, `${server.folder}/truth-${(chosen += 1)}`, ...files);

const says = (page: Page, what: string, expected: RegExp) =>
  until(`${what} says ${expected}`, async () =>
    expected.test(
      await page
        .locator(what)
        .allInnerTexts()
        .then((texts) => texts.join("\n")),
    ),
  );

test("what remains is right after each file, and when others use the link", async () => {
  const token = await server.token({ max_uploads: 4 });
  const page = await open(token);
  await says(page, ".remains", /^4 of 4 files left, until /);
  await choose(page, { name: "mine.png", bytes: png(3000) });
  await stateOf(page, "mine.png", "done");
  await says(page, ".remains", /^3 of 4 files/);
  await sendWhole(server, token, png(3100, 2));
  await says(page, ".remains", /^2 of 4 files/);
  await sendWhole(server, token, png(3200, 3));
  await sendWhole(server, token, png(3300, 4));
  // The last one is gone: nothing more can be chosen.
  await page.locator("#files").waitFor({ state: "detached" });
});

test("what it says of one file is of several when the link was extended, and it stays for them", async () => {
  const token = await server.token({ title: "Extended", return_url: `${server.url}/back` });
  const page = await open(token);
  await says(page, "#limits", /^One file: images and videos, up to .+\.\s+Until /);
  await page.getByLabel("Choose a file").waitFor();
  const { token_id: id = 0 } = await linkOf(server, "Extended");
  await callApi(server, "upload-token/update", { token_id: Number(id), max_uploads: 5 });
  await says(page, "#limits", /^You can send images and videos, .+ each\.\s+5 of 5 files left/);
  await page.getByLabel("Choose files").waitFor();
  await choose(page, { name: "first.png", bytes: png(4100) });
  await stateOf(page, "first.png", "done");
  // It would leave by itself behind its only file.
  await says(page, "#ending-sentence", /^Your file has arrived\. Press Finish to go on\.$/);
  await says(page, ".remains", /^4 of 5 files/);
});

test("used up by others while it is open, it says so and takes the chooser away", async () => {
  const token = await server.token();
  const page = await open(token);
  await page.locator("#files").waitFor();
  await sendWhole(server, token, png());
  await says(page, ".notice.warning", /This upload link has already been used\./);
  await page.locator("#files").waitFor({ state: "detached" });
});

test("revoked while a file is under way, it says so, and why the file stopped", async () => {
  const token = await server.token({ max_uploads: 3 });
  const visit = await openVisit(token);
  const { page } = visit;
  const gate = await gateAt(page, 1);
  await choose(page, { name: "film.mp4", bytes: mp4(20_000_000) });
  await gate.held(1);
  changeToken(server, token, { revokedAt: Date.now() });
  await says(page, ".notice.warning", /This upload link was revoked\./);
  await page.locator("#files").waitFor({ state: "detached" });
  const row = await stateOf(page, "film.mp4", "refused");
  await row.locator(".detail").getByText("The upload link was revoked.", { exact: true }).waitFor();
  // At opening it says the same.
  const again = await browser.open(page.url(), { as: visit });
  expect(await again.page.getByRole("heading", { level: 1 }).innerText()).toBe(
    "This upload link was revoked.",
  );
});

test("the end says how many arrived and how many did not, and why, in amber", async () => {
  const page = await open(await server.token({ max_uploads: 5 }));
  await choose(
    page,
    { name: "good.png", bytes: png(4000) },
    { name: "notes.txt", bytes: textFile() },
    { name: "fake.png", bytes: textFile(5000) },
  );
  const ending = page.locator(".ending.warning");
  await ending
    .getByRole("heading", { name: "1 arrived, 2 were not accepted", exact: true })
    .waitFor();
  const reasons = await ending.locator(".reasons").innerText();
  expect(reasons).toContain("This is not a photo or video. You can send images and videos.");
  expect(reasons).toContain("notes.txt");
  expect(reasons).toContain("fake.png");
  expect(await page.getByText("Thank you").count()).toBe(0);
});

test("a server that does not answer is amber, with a countdown and Try now", async () => {
  const page = await open(await server.token());
  let away = true;
  await page.route("**/api/**", (route) => (away ? route.abort() : route.continue()));
  await choose(page, { name: "photo.png", bytes: png(4000) });
  await says(page, ".notice.warning", /The server does not answer\.[^]*Next attempt in \d+ second/);
  away = false;
  await page.getByRole("button", { name: "Try now" }).click();
  await stateOf(page, "photo.png", "done");
  await expectSoon(() => page.locator(".notice.warning").count(), 0);
});

test("a server without room says so, and it goes on when there is some", async () => {
  const full = await startServer({ env: { REDEEM_RESERVE: "1000000GiB" } });
  const link = `${full.url}/upload/${await full.token({ max_uploads: 3 })}`;
  const { page } = await browser.open(link, { mayComplain: /net::ERR_/ });
  await choose(page, { name: "film.mp4", bytes: mp4(3_000_000) });
  await says(page, ".notice.warning", /has no room at the moment\.[^]*Next attempt in \d+ second/);
  const detail = rowOf(page, "film.mp4").locator(".detail");
  await detail.getByText("The server has no room at the moment.").waitFor();
  expect(await page.locator("main").innerText()).not.toContain("does not answer");
  await full.kill("SIGKILL");
  const { folder, port } = full;
  const roomy = await startServer({ folder, env: { REDEEM_PORT: String(port) } });
  // It may try by itself at this very moment, and the button be gone.
  const again = page.getByRole("button", { name: "Try now" });
  await again.click({ timeout: 2000 }).catch(() => undefined);
  await stateOf(page, "film.mp4", "done");
  await expectSoon(() => page.locator(".notice.warning").count(), 0);
  await roomy.stop();
});

test("a link that is for another site's pages takes files on its own page, too", async () => {
  const token = await server.token({ origin: "https://www.example.com", max_uploads: 3 });
  const page = await open(token);
  // Small ones together, and a large one in chunks.
  await choose(
    page,
    { name: "a.png", bytes: png(4200) },
    { name: "b.png", bytes: png(4200, 2) },
    { name: "c.mp4", bytes: mp4(3_000_000) },
  );
  for (const name of ["a.png", "b.png", "c.mp4"]) await stateOf(page, name, "done");
  await says(page, ".ending", /3 files have arrived/);
});

test("offline says so, and goes on by itself", async () => {
  const page = await open(await server.token());
  const gate = await gateAt(page, 0);
  await choose(page, { name: "photo.png", bytes: png(4000) });
  await gate.held(1);
  await page.context().setOffline(true);
  await says(page, ".notice.warning", /You are offline\./);
  await stateOf(page, "photo.png", "offline");
  await gate.openBehindThem();
  await page.context().setOffline(false);
  await stateOf(page, "photo.png", "done");
});

test("all files are in a line, in the tab's title, and are paused and resumed by one button", async () => {
  const page = await open(await server.token({ max_uploads: 3, title: "Wedding" }));
  const gate = await gateAt(page, 1);
  await choose(
    page,
    { name: "a.png", bytes: png(4000) },
    { name: "b.png", bytes: png(4000, 2) },
    { name: "c.mp4", bytes: mp4(3_000_000) },
  );
  await says(page, ".summary", /1 of 3 files[^]* of 3 MB/);
  await until("the title has it", async () => /^\d+% – Wedding/.test(await page.title()));
  await page.getByRole("button", { name: "Pause all" }).click();
  await stateOf(page, "c.mp4", "paused");
  await gate.openBehindThem();
  await page.getByRole("button", { name: "Resume all" }).click();
  await stateOf(page, "c.mp4", "done");
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
  await until("the title says so", async () => (await page.title()).startsWith("✓ Wedding"));
});

test("leaving is asked about while something is under way, and not else", async () => {
  const page = await open(await server.token());
  // A page that was never touched may not ask.
  await page.mouse.click(5, 5);
  const gate = await gateAt(page, 0);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toEqual([]);
  await page.mouse.click(5, 5);
  await choose(page, { name: "photo.png", bytes: png(4000) });
  await gate.held(1);
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
});

test("Cancel frees its use at once, can be undone, and keeps the focus", async () => {
  const page = await open(await server.token({ max_uploads: 2 }));
  const gate = await gateAt(page, 0);
  await choose(page, { name: "photo.png", bytes: png(4000) });
  await gate.held(1);
  await says(page, ".remains", /^1 of 2 files/);
  const told = page.waitForResponse("**/cancel-upload");
  await page.getByRole("button", { name: "Cancel photo.png" }).press("Enter");
  await stateOf(page, "photo.png", "cancelled");
  await told;
  await says(page, ".remains", /^2 of 2 files/);
  await until("the focus is on Undo", () =>
    page.evaluate(() => document.activeElement?.textContent === "Undo"),
  );
  await gate.openBehindThem();
  await page.keyboard.press("Enter");
  await stateOf(page, "photo.png", "done");
});

test("who asks, and what the guest says of himself: sent with each file, and remembered", async () => {
  const parameters = { sender: "Anna", ask: "name,note", max_uploads: 3, title: "Our trip" };
  const visit = await openVisit(await server.token(parameters));
  const { page } = visit;
  expect(await page.locator(".sender").innerText()).toContain(
    "Anna asks you for photos and videos",
  );
  await page.getByLabel("Your name").fill("Jens <b>");
  await page.getByLabel("A note").fill("From the boat");
  const asked = page.waitForRequest((request) => request.url().includes("guest_name="));
  await choose(page, { name: "photo.png", bytes: png(4000) });
  const sent = new URL((await asked).url()).searchParams;
  expect([sent.get("guest_name"), sent.get("guest_note")]).toEqual(["Jens <b>", "From the boat"]);
  await stateOf(page, "photo.png", "done");
  const link = `${server.url}/upload/${await server.token(parameters)}`;
  const other = await browser.open(link, { as: visit });
  await expectSoon(() => other.page.getByLabel("Your name").inputValue(), "Jens <b>");
  expect(await other.page.getByLabel("A note").inputValue()).toBe("");
});

test("the same file twice is said", async () => {
  const page = await open(await server.token({ max_uploads: 5 }));
  const folder = `${server.folder}/twice`;
  const file = { name: "photo.png", bytes: png(4000) };
  await chooseFiles(page, folder, file);
  await stateOf(page, "photo.png", "done");
  await chooseFiles(page, folder, file);
  await says(page, ".notice", /photo\.png is in the list already\./);
  expect(await rowOf(page, "photo.png").count()).toBe(1);
});

test("in the language of the browser", async () => {
  const url = `${server.url}/upload/${await server.token({ max_uploads: 2 })}`;
  const { page } = await browser.open(url, { locale: "de-CH" });
  expect(await page.locator(".pick").innerText()).toBe("Dateien auswählen");
  await choose(page, { name: "notes.txt", bytes: textFile() });
  await page.locator(".ending h2").getByText("1 nicht angenommen", { exact: true }).waitFor();
  expect(photosOf(server).some(({ filename }) => filename === "notes.txt")).toBe(false);
});
