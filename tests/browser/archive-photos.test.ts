import { beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expectAccessible } from "../support/accessible.ts";
import { addPhoto, callApi, picture } from "../support/archive-calls.ts";
import { goToView, openArchive, shownNames, tileOf } from "../support/archive-page.ts";
import { browserForAll } from "../support/browsers.ts";
import { rowsOf } from "../support/database.ts";
import { serverForAll } from "../support/lifetime.ts";
import { sendWhole } from "../support/over-http.ts";
import { expectSoon, until } from "../support/remains.ts";
import { overflowOf } from "../support/watch-page.ts";
import { shot } from "../support/shots.ts";
import { API_KEY } from "../support/site.ts";
import { withTimeToUndo } from "../support/time-to-undo.ts";

/** The archive's photos, as somebody who collects uses them. */

type Listed = {
  photo_id: number;
  title: string;
  tags: string;
  album_id: string;
  published_p: boolean;
  content: string;
  original_size: number;
  thumbnails_state: string;
};

const server = serverForAll({ env: { REDEEM_MEDIA_WORKERS: "1", REDEEM_FFMPEG: "off" } });
const browser = browserForAll("chromium");

const HOSTILE = `<img src=x onerror="document.title='owned'">`;
const NAMES = ["boat.jpg", "harbour.jpg", "lighthouse.jpg", "seagulls.jpg", "the shore.jpg"];
const ids: Record<string, number> = {};

async function photosOnRecord(trash = false): Promise<Listed[]> {
  const where = trash ? { deleted_p: 1 } : { include_unpublished_p: 1 };
  return callApi<Listed[]>(server, "photo/list", { ...where, size: 500, orderby: "created" });
}

const tagged = async () => (await photosOnRecord()).filter(({ tags }) => tags !== "").length;

const trashed = async () => (await photosOnRecord(true)).map(({ photo_id: id }) => id);

const countPublished = async () =>
  (await photosOnRecord()).filter(({ published_p: isPublished }) => isPublished).length;

const onRecord = async (name: string) =>
  (await photosOnRecord()).find(({ photo_id: id }) => id === ids[name]);

/** Thumbnails are made behind everybody else: on a machine that is busy this takes long. */
const areMade = async () =>
  (await photosOnRecord()).every(({ thumbnails_state: state }) => state !== "pending");

beforeAll(async () => {
  for (const [at, name] of NAMES.entries()) {
    const bytes = await picture(at, 900 + at, 600);
    const { photo_id: id } = await addPhoto(server, name, at === 1 ? { publish: "0" } : {}, bytes);
    ids[name] = id;
  }
  await until("thumbnails", areMade, 240_000);
}, 300_000);

/** How many of the timers are running that a page starts again and again from now on. */
async function countIntervals(page: Page): Promise<() => Promise<number>> {
  const running = await page.evaluateHandle(() => {
    const alive = new Set<unknown>();
    const [start, stop] = [globalThis.setInterval, globalThis.clearInterval];
    const started = (run: () => void, ms: number) => {
      const id = start(run, ms);
      alive.add(id);
      return id;
    };
    const stopped = (id: ReturnType<typeof setInterval>) => {
      alive.delete(id);
      stop(id);
    };
    Object.assign(globalThis, { setInterval: started, clearInterval: stopped });
    return alive;
  });
  return () => running.evaluate(({ size }) => size);
}

async function opened(page: Page, name: string): Promise<void> {
  await tileOf(page, new RegExp(`^${name}`)).click();
  await page.getByRole("dialog", { name }).waitFor();
}

describe("the grid", () => {
  test("shows what is there by day, says what is not published, and is open to everybody", async () => {
    const visit = await openArchive(browser, server);
    const { page } = visit;
    await page.locator(".tile-link img.there").nth(4).waitFor();
    await expectSoon(
      () => shownNames(page),
      [
        "the shore.jpg",
        "seagulls.jpg",
        "lighthouse.jpg",
        "harbour.jpg and not published",
        "boat.jpg",
      ],
    );
    await page.locator(".photo-count").getByText("5 files", { exact: true }).waitFor();
    await shot(visit, "archive-photos");
    await expectAccessible(visit);
    await page.getByRole("button", { name: "Filter and order" }).click();
    await expectAccessible(visit);
    await shot(visit, "archive-filter");
  });

  test("is walked through by keys: arrows, Space marks, Escape unmarks, Enter opens, / searches", async () => {
    const { page } = await openArchive(browser, server);
    await tileOf(page, /^the shore/).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await page.keyboard.press("Shift+ArrowRight");
    await page.getByText("2 selected").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".photo-count").waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "lighthouse.jpg" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("dialog", { name: "harbour.jpg" }).waitFor();
    await page.keyboard.press("Escape");
    // Who comes back is where the last photo is.
    await page.locator(`[data-photo="${ids["harbour.jpg"]}"] .tile-link:focus`).waitFor();
    await page.keyboard.press("/");
    await page.locator(".photo-search input:focus").waitFor();
  });

  test("finds by words and by state, the address says it, and back leads back", async () => {
    const { page } = await openArchive(browser, server);
    await page.locator(".tile[data-photo]").nth(4).waitFor();
    await page.getByRole("searchbox").fill("seag");
    await page.getByText("1 file", { exact: true }).waitFor();
    await expectSoon(() => shownNames(page), ["seagulls.jpg"]);
    await expectSoon(() => new URL(page.url()).hash, "#/photos?search=seag");
    await page.getByRole("searchbox").fill("nothing of that name");
    await page.getByRole("heading", { name: "Nothing found" }).waitFor();
    await page.getByText("No file matches all of this.").waitFor();
    await page.getByRole("button", { name: "Show everything" }).click();
    await page.getByText("5 files").waitFor();
    await page.getByRole("button", { name: "Filter and order" }).click();
    await page.getByLabel("Show", { exact: true }).selectOption("unpublished");
    await page.getByText("1 file", { exact: true }).waitFor();
    await expectSoon(() => shownNames(page), ["harbour.jpg and not published"]);
    await page.getByLabel("Kind").selectOption("videos");
    await page.getByText("0 videos", { exact: true }).waitFor();
    await page.goBack();
    await page.goBack();
    await page.getByText("5 files").waitFor();
  });

  test("finds what came within days of whoever looks, typed or taken from the address", async () => {
    const visit = await openArchive(browser, server, { locale: "de-DE" });
    const { page } = visit;
    await page.getByRole("button", { name: "Filtern und sortieren" }).click();
    const [from, to] = [page.getByLabel("Von"), page.getByLabel("Bis")];
    const today = await page.evaluate(() => new Date().toLocaleDateString("sv-SE"));
    const address = () => new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
    await page.getByText("5 Dateien").waitFor();
    await from.fill(today);
    await page.getByRole("button", { name: /^Angekommen: ab .* entfernen$/ }).waitFor();
    await page.getByText("5 Dateien").waitFor();
    // A year as it is typed, digit by digit, is no year of its own: nothing is asked for before it is whole.
    await to.focus();
    await page.keyboard.type("03.05.202");
    expect(address().get("to")).toBeNull();
    await from.focus();
    await page.getByText("Gib ein ganzes Datum ein.").waitFor();
    expect(await to.getAttribute("aria-invalid")).toBe("true");
    await to.fill("2026-05-03");
    await page.getByText("Der letzte Tag liegt vor dem ersten.").waitFor();
    await expectAccessible(visit);
    await shot(visit, "archive-period");
    expect([...address()]).toEqual([
      ["time", "arrived"],
      ["from", today],
    ]);
    await to.fill(today);
    await page.getByText("Der letzte Tag liegt vor dem ersten.").waitFor({ state: "detached" });
    await page.getByText("5 Dateien").waitFor();
    await page.getByLabel("Art").selectOption("videos");
    await page.getByText("0 Videos", { exact: true }).waitFor();
    await page.goBack();
    await page.getByText("5 Dateien").waitFor();

    await page.evaluate(() => void (location.hash = "#/photos?to=2020-12-31"));
    await page.getByRole("heading", { name: "Nichts gefunden" }).waitFor();
    await page.getByRole("button", { name: "Angekommen: bis 31.12.2020 entfernen" }).click();
    await page.getByText("5 Dateien").waitFor();
    expect([...address()]).toEqual([]);
  });

  test("finds by any tag, link and album, however many there are: by writing, by keys and by a press", async () => {
    const numbers = Array.from({ length: 130 }, (_, at) => `${at}`.padStart(3, "0"));
    const token = await server.token({ title: "The oldest link" });
    await sendWhole(server, token, await picture(1), "by link.jpg");
    for (const at of numbers.slice(0, 101)) await server.token({ title: `Later link ${at}` });
    const album = await callApi<{ album_id: number }>(server, "album/create", {
      title: "The oldest album",
    });
    for (const at of numbers.slice(0, 101))
      await callApi(server, "album/create", { title: `Later ${at}` });
    const tags = numbers.map((at) => `many${at}`).join(" ");
    await addPhoto(server, "tagged.jpg", { tags, album_id: `${album.album_id}` });

    const visit = await openArchive(browser, server);
    const { page } = visit;
    await page.getByRole("button", { name: "Filter and order" }).click();
    const field = page.getByRole("combobox", { name: "Tag", exact: true });
    const active = () =>
      field.evaluate(
        (it) =>
          document.getElementById(it.getAttribute("aria-activedescendant") ?? "")?.textContent,
      );
    const chip = (words: string) => page.getByRole("button", { name: `Remove ${words}` });

    await field.focus();
    await expectSoon(() => field.inputValue(), "Any tag");
    await field.press("ArrowDown");
    await page.getByRole("option", { name: "Any tag" }).waitFor();
    await page.getByRole("option", { name: "many129" }).waitFor();
    await expectAccessible(visit);
    await shot(visit, "archive-find-tag");
    // Page after page, as far as there is something.
    const options = page.locator(".combobox [role=option]");
    await until("the list is at its end", async () => {
      for (let step = 0; step < 8; step += 1) await field.press("PageDown");
      return (await options.count()) >= 131 && (await active())?.includes("many000");
    });
    expect(await options.count()).toBe(131);
    // Escape closes the list, and a second one the panel; what was chosen stays.
    await field.press("Escape");
    await expectSoon(async () => [await field.inputValue(), await options.count()], ["Any tag", 0]);
    await field.pressSequentially("ny127");
    await page.getByRole("option", { name: "many127" }).waitFor();
    await field.press("Enter");
    await chip("many127").waitFor();
    await page.getByText("1 file", { exact: true }).waitFor();
    await field.fill("no such tag");
    await page.getByText("Nothing found", { exact: true }).waitFor();
    await field.press("Escape");
    await expectSoon(() => field.inputValue(), "many127");
    await field.press("Escape");
    await field.waitFor({ state: "detached" });

    for (const [name, words, found] of [
      ["Link", "oldest", "The oldest link"],
      ["Album", "oldest", "The oldest album"],
    ] as const) {
      await page.evaluate(() => void (location.hash = "#/photos"));
      await page.getByRole("button", { name: "Filter and order" }).click();
      await page.getByRole("combobox", { name, exact: true }).fill(words);
      await page.getByRole("option", { name: found }).click();
      await chip(found).waitFor();
      await page.getByText("1 file", { exact: true }).waitFor();
      await expectSoon(
        () => page.getByRole("combobox", { name, exact: true }).inputValue(),
        found as string,
      );
      await page.keyboard.press("Escape");
    }
    for (const { photo_id: one } of await photosOnRecord()) {
      const isOfOthers = Object.values(ids).includes(one);
      if (!isOfOthers) await callApi(server, "photo/delete", { photo_id: one, permanently: 1 });
    }
  });

  test("and all else is within a phone's window, and can be pressed, with letters of twice their size", async () => {
    await server.token({
      title: "A title that is as long as people write them when nobody stops them",
    });
    const visit = await openArchive(browser, server, { screen: "phone" });
    const { page } = visit;
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
    });
    const menus = { photos: "Filter and order", links: "More actions" };
    for (const view of ["photos", "links", "callbacks", "keys", "storage"] as const) {
      await goToView(page, view);
      const button = page.getByRole("button", {
        name: menus[view as keyof typeof menus] ?? "Account",
      });
      await button.first().click();
      const panel = page.locator(".menu-panel");
      await panel.waitFor();
      expect([view, await overflowOf(page)]).toEqual([view, 0]);
      const box = await panel.boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      await page.keyboard.press("Escape");
    }
    await goToView(page, "links");
    await page.getByRole("button", { name: "New link" }).click();
    const form = page.getByRole("dialog");
    await form.waitFor();
    expect(await form.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(
      0,
    );
  });

  test("shows what arrives, and what goes, by itself", async () => {
    const { page } = await openArchive(browser, server);
    await page.getByText("5 files").waitFor();
    const { photo_id: id } = await addPhoto(server, "late.jpg");
    await tileOf(page, "late.jpg").waitFor();
    // Its thumbnail is made meanwhile, and appears.
    await page.locator(`[data-photo="${id}"] img.there`).waitFor({ timeout: 30_000 });
    await callApi(server, "photo/delete", { photo_id: id, permanently: 1 });
    await page.getByText("5 files").waitFor();
  });

  test("says so where there is nothing, and the trash is empty", async () => {
    const visit = await openArchive(browser, server, { view: "photos?state=trash" });
    await visit.page.getByRole("heading", { name: "The trash is empty" }).waitFor();
    await visit.page.getByText("stays here for 30 days").waitFor();
    await expectAccessible(visit);
  });
});

describe("one photo", () => {
  test("is seen fitted and in full size, with its facts", async () => {
    const visit = await openArchive(browser, server);
    const { page } = visit;
    await opened(page, "lighthouse.jpg");
    const image = page.getByRole("img", { name: "lighthouse.jpg" });
    await image.waitFor();
    await page.locator(".layers img.there").waitFor();
    await page.locator(".facts").getByText("902 × 600").waitFor();
    await shot(visit, "archive-photo");
    await expectAccessible(visit);
    await image.click();
    await page.locator(".stage.zoomed").waitFor();
    await expectSoon(async () => (await page.locator(".layers").boundingBox())?.width, 902);
    await page.keyboard.press("z");
    await page.locator(".stage:not(.zoomed)").waitFor();
  });

  test("is described: title, description, tags, an album of its own, publication", async () => {
    const { page } = await openArchive(browser, server);
    await opened(page, "boat.jpg");
    await page.getByLabel("Title").fill("The boat");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "The boat" }).waitFor();
    await page.getByLabel("Description").fill(`On the lake.\n${HOSTILE} & more`);
    await page.getByLabel("Description").blur();
    await page.getByLabel("Add a tag").fill("by the lake, boats");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "by the lake" }).waitFor();
    await page.getByRole("link", { name: "boats" }).waitFor();
    // Enter makes the album where there is none of that name, and takes it where there is.
    for (let times = 0; times < 2; times += 1) {
      await page.getByRole("button", { name: "Add to album" }).click();
      await page.getByLabel("Find an album, or name a new one").fill("Summer");
      const added = page.waitForResponse(/photo\/change-many/);
      await page.keyboard.press("Enter");
      await added;
    }
    await page.getByRole("link", { name: "Summer" }).waitFor();
    const albums = await callApi<{ title: string }[]>(server, "album/list");
    expect(albums.filter(({ title }) => title === "Summer")).toHaveLength(1);
    // The site's list is private: the page says what publishing does there.
    const published = page.getByRole("checkbox", {
      name: "Published",
      description: /^Published photos are shown by programs that have a key/,
    });
    await published.uncheck();
    const photo = await until("what was said is on record", async () => {
      const found = await onRecord("boat.jpg");
      return found && !found.published_p && found.content !== "" && found;
    });
    expect(photo).toMatchObject({ title: "The boat", tags: '"by the lake" boats' });
    expect(photo.content).toContain("&lt;img");
    // Read again, it is what was written.
    await page.reload();
    await page.getByRole("dialog", { name: "The boat" }).waitFor();
    await expectSoon(
      () => page.getByLabel("Description").inputValue(),
      `On the lake.\n${HOSTILE} & more`,
    );
    expect(await page.title()).not.toContain("owned");
    await page.getByRole("link", { name: "Summer" }).click();
    await page.getByText("1 file", { exact: true }).waitFor();
    await callApi(server, "photo/update", {
      photo_id: ids["boat.jpg"] ?? 0,
      title: "",
      description: "",
      tags: "",
      album_id: "",
      published_p: 1,
    });
  });

  test("is replaced by another file", async () => {
    const { photo_id: id } = await addPhoto(server, "blurred.jpg");
    const { page } = await openArchive(browser, server);
    await opened(page, "blurred.jpg");
    const bytes = await picture(9, 700, 500);
    const file = { name: "sharp.jpg", mimeType: "image/jpeg", buffer: bytes };
    const nothing = { ...file, buffer: Buffer.alloc(0) };
    await page.locator("input[type=file]").setInputFiles(nothing);
    await page.getByRole("alert").getByText("The file is empty.").waitFor();
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByText("The file was replaced.").waitFor();
    await page.getByText("700 × 500").waitFor({ timeout: 30_000 });
    const sizeOf = async () =>
      (await photosOnRecord()).find((one) => one.photo_id === id)?.original_size;
    await expectSoon(sizeOf, bytes.length);
    await callApi(server, "photo/delete", { photo_id: id, permanently: 1 });
  });

  test("gets another file in chunks: over Cancel, a broken line and the end of the session", async () => {
    const { photo_id: id } = await addPhoto(server, "film.jpg");
    const visit = await openArchive(browser, server, { view: `photos?photo=${id}` });
    const { page } = visit;
    const bytes = Buffer.concat([await picture(4, 600, 400), Buffer.alloc(5 * 1024 * 1024)]);
    const path = join(server.folder, "film.jpg");
    await Bun.write(path, bytes);
    const sent: string[] = [];
    let isBroken = false;
    await page.route("**/api/2/photo/replace?*", async (route) => {
      const { searchParams } = new URL(route.request().url());
      const number = searchParams.get("resumableChunkNumber") ?? "";
      if (isBroken && number !== "1") return route.abort();
      sent.push(`${route.request().method()} ${number}`);
      await route.continue();
    });
    page.on("dialog", (dialog) => void dialog.accept());
    const choose = () => page.locator("input[type=file]").setInputFiles(path);
    const sending = page.getByRole("region", { name: "Sending the new file" });
    const isStaged = async () => (await readdir(join(server.folder, "uploads"))).length;

    const running = await countIntervals(page);
    isBroken = true;
    await choose();
    await sending.getByText("The server does not answer. Trying again…").waitFor();
    await expectSoon(isStaged, 1);
    await expectAccessible(visit);
    await sending.scrollIntoViewIfNeeded();
    await shot(visit, "archive-replacing-file");
    expect(await page.locator(".frame-notice .notice").count()).toBe(0);
    await sending.getByRole("button", { name: "Cancel" }).click();
    await until("no bytes of what was cancelled", async () => (await isStaged()) === 0);
    await until("nothing runs for it any more", async () => (await running()) === 0);

    await choose();
    await sending.getByText("The server does not answer. Trying again…").waitFor();
    // The grid says so too, and the photo is led to.
    await page.getByRole("button", { name: "Back to all photos" }).click();
    await page.locator(".frame-notice").getByText("The server does not answer").waitFor();
    await shot(visit, "archive-replacing");
    // The session ends, and with it the sending. Signed in again, the photo says what was on its way, and that goes on with what is missing.
    await visit.context.clearCookies();
    isBroken = false;
    await page.getByText("You are signed out.").first().waitFor();
    await page.goto(`${server.url}/archive`);
    // The page that was left sends nothing more.
    sent.length = 0;
    await page.locator("input[name=key]").fill(API_KEY);
    await page.keyboard.press("Enter");
    await page.locator(".frame").waitFor();
    await page.evaluate((to) => void (location.hash = to), `#/photos?photo=${id}`);
    const interrupted = page.getByRole("list", { name: /^Files that were on their way/ });
    await interrupted.getByText(/^was on its way: \d+% of 5\.\d MB$/).waitFor();
    await expectAccessible(visit);
    await interrupted.scrollIntoViewIfNeeded();
    await shot(visit, "archive-replacing-interrupted");
    // The system's own picker cannot be operated by a test.
    await page.evaluate(() => {
      delete (window as { showOpenFilePicker?: unknown }).showOpenFilePicker;
    });
    const chooser = page.waitForEvent("filechooser");
    await interrupted.getByRole("button", { name: "Choose it again: film.jpg" }).click();
    await (await chooser).setFiles(path);
    await page.getByText("The file was replaced.").waitFor();
    // It is not offered any more.
    await page.getByRole("button", { name: "Replace the file" }).waitFor();
    expect(await interrupted.count()).toBe(0);
    expect(sent.filter((one) => one.startsWith("POST")).toSorted()).toEqual(["POST 2", "POST 3"]);
    await until("new bytes", async () => {
      const photo = (await photosOnRecord()).find((one) => one.photo_id === id);
      return photo?.original_size === bytes.length;
    });
    await callApi(server, "photo/delete", { photo_id: id, permanently: 1 });
  });

  test("is deleted, comes back by Undo, and from the trash", async () => {
    const { page } = await openArchive(browser, server, { before: withTimeToUndo });
    const { photo_id: id } = await addPhoto(server, "mistake.jpg");
    await opened(page, "mistake.jpg");
    await page.keyboard.press("Delete");
    // The next one is seen.
    await page.getByRole("dialog", { name: "the shore.jpg" }).waitFor();
    await page.getByText("Moved to the trash.").waitFor();
    await expectSoon(trashed, [id]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Undone.").waitFor();
    await expectSoon(trashed, []);
    await callApi(server, "photo/delete", { photo_id: id });
    await page.evaluate(() => void (location.hash = "#/photos?state=trash"));
    await opened(page, "mistake.jpg");
    await page.getByText("In the trash: nobody sees it but those who may restore it.").waitFor();
    // Its link opens nothing while it is there: what is said of publishing would not be true.
    expect(await page.getByText("can always open it").count()).toBe(0);
    await page.locator(".layers img.there").waitFor();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.locator("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(await trashed()).toEqual([id]);
    // The focus is back at the photo, whose key asks the same.
    await page.keyboard.press("Delete");
    await page.locator("dialog").getByText("“mistake.jpg” is removed with its file.").waitFor();
    await page.locator("dialog").getByRole("button", { name: "Delete for good" }).click();
    await page.getByRole("heading", { name: "The trash is empty" }).waitFor();
    await expectSoon(() => rowsOf(server, `select id from photos where id = ${id}`), []);
  });

  test("a video is played and sought in", async () => {
    const webm = await Bun.file(`${import.meta.dir}/../media/fixtures/plain.webm`).arrayBuffer();
    const { photo_id: id } = await addPhoto(server, "waves.webm", {}, Buffer.from(webm));
    const { page } = await openArchive(browser, server);
    await opened(page, "waves.webm");
    const sought = await page.locator("video").evaluate(async (video: HTMLVideoElement) => {
      if (video.readyState < 1) {
        await new Promise((resolve) => video.addEventListener("loadedmetadata", resolve));
      }
      video.currentTime = video.duration / 2;
      await new Promise((resolve) => video.addEventListener("seeked", resolve));
      return video.currentTime > 0;
    });
    expect(sought).toBe(true);
    await callApi(server, "photo/delete", { photo_id: id, permanently: 1 });
  });

  test("without a preview says why, in the page's language", async () => {
    const heic = Buffer.from("0000001c667479706865696300000000686569636d696631", "hex");
    const { photo_id: id } = await addPhoto(server, "phone.heic", {}, heic);
    await until("the reason", areMade);
    const { page } = await openArchive(browser, server, { locale: "de" });
    await opened(page, "phone.heic");
    await page
      .getByText("keine Vorschau: Für ihren Typ braucht der Server ffmpeg, das er nicht hat.")
      .waitFor();
    await callApi(server, "photo/delete", { photo_id: id, permanently: 1 });
  });

  test("who has sent it is said in the guest's own words, which are text", async () => {
    const token = await server.token({ title: `Party ${HOSTILE}` });
    const form = new FormData();
    form.append("upload_token", token);
    form.append("guest_name", HOSTILE);
    form.append("guest_note", `Two lines\n${HOSTILE}`);
    form.append("file", new File([await picture(3)], `${HOSTILE.replaceAll("/", "")}.jpg`));
    const sent = await fetch(`${server.url}/api/2/photo/redeem-upload-token`, {
      method: "POST",
      body: form,
    });
    const { data } = (await sent.json()) as { data: { photo_id: number } };
    const visit = await openArchive(browser, server, { view: `photos?photo=${data.photo_id}` });
    const { page } = visit;
    await page.getByText(`From ${HOSTILE}`).waitFor();
    await page.getByText(`Two lines ${HOSTILE}`).waitFor();
    expect(await page.locator("img[src=x]").count()).toBe(0);
    expect(await page.title()).not.toContain("owned");
    await callApi(server, "photo/delete", { photo_id: data.photo_id, permanently: 1 });
  });
});

describe("many photos", () => {
  test("are marked by Shift and by day, tagged, and undone", async () => {
    const visit = await openArchive(browser, server, { before: withTimeToUndo });
    const { page } = visit;
    await page.locator(".tile[data-photo]").nth(4).waitFor();
    await page.getByRole("button", { name: "Select the shore.jpg" }).click();
    await tileOf(page, /^lighthouse/).click({ modifiers: ["Shift"] });
    await page.getByText("3 selected").waitFor();
    await shot(visit, "archive-marked");
    await expectAccessible(visit);
    await page.getByRole("button", { name: "Add a tag" }).click();
    await page.locator("dialog").getByLabel("Tag").fill("two words");
    await page.keyboard.press("Enter");
    await page.getByText("Tag added to 3 files.").waitFor();
    await expectSoon(tagged, 3);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Undone for 3 files.").waitFor();
    await expectSoon(tagged, 0);
    await page.locator(".day-mark").first().click();
    await page.getByText("5 selected").waitFor();
  });

  test("are unpublished, and published again by Undo", async () => {
    const { page } = await openArchive(browser, server);
    const before = await countPublished();
    for (const one of ["the shore.jpg", "seagulls.jpg"])
      await page.getByRole("button", { name: `Select ${one}` }).click();
    await page.getByRole("button", { name: "Unpublish" }).click();
    await page.getByText("2 files no longer published.").waitFor();
    expect(await countPublished()).toBe(before - 2);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Undone for 2 files.").waitFor();
    expect(await countPublished()).toBe(before);
  });

  test("are deleted by a key, and restored", async () => {
    const { page } = await openArchive(browser, server);
    await page.getByRole("button", { name: "Select boat.jpg" }).click();
    await page.getByRole("button", { name: "Select seagulls.jpg" }).click();
    await page.keyboard.press("Delete");
    await page.getByText("2 files moved to the trash.").waitFor();
    await page.getByText("3 files").waitFor();
    await page.evaluate(() => void (location.hash = "#/photos?state=trash"));
    await page.getByText("stays here for 30 days").waitFor();
    await page.locator(".day-mark").first().click();
    await page.getByRole("button", { name: "Restore" }).click();
    await page.getByRole("heading", { name: "The trash is empty" }).waitFor();
    await expectSoon(async () => (await photosOnRecord()).length, 5);
  });

  test("are removed for good from the trash after a question; what could not be is said, and stays marked", async () => {
    const added: number[] = [];
    for (const name of ["kept.jpg", "unreached.jpg", "third.jpg", "fourth.jpg"]) {
      const { photo_id: id } = await addPhoto(server, name);
      await callApi(server, "photo/delete", { photo_id: id });
      added.push(id);
    }
    const [kept = 0, unreached = 0] = added;
    const visit = await openArchive(browser, server, { view: "photos?state=trash" });
    const { page } = visit;
    const dialog = page.locator("dialog");
    const yes = dialog.getByRole("button", { name: "Delete for good" });
    for (const name of ["unreached.jpg", "third.jpg", "fourth.jpg"])
      await page.getByRole("button", { name: `Select ${name}` }).click();
    await page.keyboard.press("Delete");
    await dialog.getByText("3 files are removed for good. Nothing brings them back.").waitFor();
    await expectAccessible(visit);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    expect((await trashed()).toSorted()).toEqual(added);
    // One of the requests gets no answer.
    await page.route("**/photo/delete", (route) =>
      route.request().postData()?.includes(`photo_id=${unreached}&`)
        ? route.abort()
        : route.continue(),
    );
    await page.getByRole("button", { name: "Delete for good" }).click();
    await yes.click();
    await dialog.getByText("One file could not be changed").waitFor();
    expect(await dialog.innerText()).toContain("unreached.jpg");
    expect(await dialog.innerText()).toContain("The server does not answer.");
    expect((await trashed()).toSorted()).toEqual([kept, unreached]);
    await page.unroute("**/photo/delete");
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByText("1 selected").waitFor();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await dialog.getByText("“unreached.jpg” is removed with its file.").waitFor();
    await yes.click();
    await page.getByText("Deleted for good.", { exact: true }).waitFor();
    await expectSoon(trashed, [kept]);
    await callApi(server, "photo/delete", { photo_id: kept, permanently: 1 });
  });

  test("are marked by a mouse that is drawn over them", async () => {
    const { page } = await openArchive(browser, server);
    const from = await tileOf(page, /^the shore/).boundingBox();
    const to = await tileOf(page, /^harbour/).boundingBox();
    if (!from || !to) throw new Error("the grid is not there");
    await page.mouse.move(from.x + 20, from.y + 60);
    await page.mouse.down();
    await page.mouse.move(to.x + 20, to.y + 60, { steps: 8 });
    await page.mouse.up();
    await page.getByText("4 selected").waitFor();
  });

  test("what of them could not be changed is said by name and why, and stays marked", async () => {
    const { page } = await openArchive(browser, server);
    const { photo_id: id } = await addPhoto(server, "gone.jpg");
    await page.getByRole("button", { name: "Select gone.jpg" }).click();
    await page.getByRole("button", { name: "Select the shore.jpg" }).click();
    // Events are not heard any more: the page does not know that it is gone.
    await page.route("**/photo/segments", (route) => route.abort());
    await callApi(server, "photo/delete", { photo_id: id, permanently: 1 });
    await page.getByRole("button", { name: "Unpublish" }).click();
    const dialog = page.locator("dialog");
    await dialog.getByText("One file could not be changed").waitFor();
    expect(await dialog.innerText()).toContain("gone.jpg");
    expect(await dialog.innerText()).toContain("no such photo");
    await callApi(server, "photo/update", {
      photo_id: ids["the shore.jpg"] ?? 0,
      published_p: 1,
    });
  });
});

describe("on a phone", () => {
  test("a photo is opened by a tap, and swiped; a finger that rests marks", async () => {
    const visit = await openArchive(browser, server, { screen: "phone" });
    const { page } = visit;
    await page.locator(".tile-link img.there").nth(4).waitFor();
    await expectAccessible(visit);
    await tileOf(page, /^the shore/).tap();
    await page.getByRole("dialog", { name: "the shore.jpg" }).waitFor();
    await page.locator(".layers img.there").waitFor();
    await expectAccessible(visit);
    const touch = await page.context().newCDPSession(page);
    const send = (type: string, x: number) =>
      touch.send("Input.dispatchTouchEvent", {
        type: type as "touchStart",
        touchPoints: type === "touchEnd" ? [] : [{ x, y: 300 }],
      });
    await send("touchStart", 300);
    for (let x = 280; x >= 120; x -= 20) await send("touchMove", x);
    await send("touchEnd", 0);
    await page.getByRole("dialog", { name: "seagulls.jpg" }).waitFor();
    // A tap that stops a fling is none, so this is a click.
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByLabel("Title").waitFor();
    await shot(visit, "archive-photo-facts");
    await expectAccessible(visit);
    await page.getByRole("button", { name: "Back to all photos" }).click();
    const box = await tileOf(page, /^lighthouse/).boundingBox();
    if (!box) throw new Error("the grid is not there");
    const point = { x: box.x + 30, y: box.y + 30 };
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
    await page.getByText("1 selected").waitFor();
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await page.getByText("1 selected").waitFor();
  });
});

describe("whoever may only read", () => {
  test("looks, and is offered nothing else", async () => {
    const { api_key: key } = await makeReadKey();
    const { page } = await openArchive(browser, server, { key });
    await opened(page, "boat.jpg");
    expect(await page.getByLabel("Title").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Delete" }).count()).toBe(0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Select boat.jpg" }).click();
    expect(await page.locator(".marked-action").allInnerTexts()).toEqual(["Download"]);
  });
});

async function makeReadKey(): Promise<{ api_key: string }> {
  const child = Bun.spawn(
    [
      process.execPath,
      `${import.meta.dir}/../../src/main.ts`,
      "key",
      "create",
      "--name",
      "Reader",
      "--level",
      "read",
    ],
    { env: { ...process.env, REDEEM_DATA: server.folder }, stdout: "pipe", stderr: "pipe" },
  );
  const text = await new Response(child.stdout).text();
  const key = /\b[0-9A-Za-z]{30,}\b/.exec(text)?.[0];
  if (!key) throw new Error(`no key: ${text}${await new Response(child.stderr).text()}`);
  return { api_key: key };
}
