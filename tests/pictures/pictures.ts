/**
 * `bun tests/pictures/pictures.ts`: makes the README's pictures anew, from a real server with photos of its own, in
 * the tests' Chromium. The pictures go to `.github/`.
 */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { API_KEY } from "../support/site.ts";
import { landscape } from "./landscape.ts";

const TARGET = join(import.meta.dir, "../../.github");
const PHOTOS = 46;
/** Of how many photos each day has, the newest first. */
const DAYS = [11, 16, 8, 11];
const DAY_MS = 86_400_000;
const SITE = { REDEEM_SITE_NAME: "Lakeside Festival", REDEEM_MEDIA_WORKERS: "2" };

const started = await startBrowser();
try {
  const pictures = await draw(started);
  const folder = await fill(pictures);
  const server = await startServer({ folder, env: SITE });
  try {
    await pictureArchive(started, server);
    await pictureUpload(started, server, pictures);
  } finally {
    await server.stop();
  }
} finally {
  await started.close();
}

async function draw(browser: Browser): Promise<Uint8Array<ArrayBuffer>[]> {
  const page = await browser.newPage();
  const drawn: Uint8Array<ArrayBuffer>[] = [];
  for (let seed = 1; seed <= PHOTOS; seed += 1) {
    const [width, height] = seed % 5 === 0 ? [800, 1200] : [1200, 800];
    drawn.push(await toJpeg(page, landscape(seed, width, height)));
  }
  await page.close();
  return drawn;
}

async function toJpeg(page: Page, svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const address = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return canvas.toDataURL("image/jpeg", 0.88);
  }, svg);
  return (await fetch(address)).bytes();
}

/** A data folder with all of them, as if they had come on several days. */
async function fill(pictures: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const server = await startServer({ env: SITE });
  const uploadToken = await server.token({
    max_uploads: pictures.length,
    title: "Sunday by the lake",
  });
  for (const [index, picture] of pictures.entries()) {
    const form = new FormData();
    form.set("upload_token", uploadToken);
    form.set("file", new File([picture], `DSC_${4100 + index}.jpg`));
    await fetch(`${server.url}/api/2/photo/redeem-upload-token`, { method: "POST", body: form });
  }
  await made(server, pictures.length);
  await server.kill("SIGTERM");
  setDays(join(server.folder, "redeem.db"));
  return server.folder;
}

/** Waits until every photo has its thumbnails. */
async function made(server: TestServer, count: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`${server.url}/api/2/photo/list?size=100`, {
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    const { data } = (await answer.json()) as { data: { thumbnails_state: string }[] };
    if (data.filter((photo) => photo.thumbnails_state === "ready").length === count) return;
    await Bun.sleep(500);
  }
}

function setDays(file: string): void {
  const database = new Database(file);
  let id = PHOTOS;
  for (const [day, count] of DAYS.entries()) {
    for (let index = 0; index < count; index += 1, id -= 1) {
      const at = Date.now() - day * DAY_MS - index * 60_000;
      database.run("update photos set created_at = ? where id = ?", [at, id]);
    }
  }
  database.close();
}

async function pictureArchive(browser: Browser, server: TestServer): Promise<void> {
  const page = await newPage(browser, 1280, 800, 1);
  await page.goto(`${server.url}/archive`);
  await page.getByLabel("API key").fill(API_KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForFunction(() => {
    const images = [...document.images];
    return images.length > 25 && images.every((image) => image.complete);
  });
  await page.screenshot({ path: join(TARGET, "archive.png") });
}

async function pictureUpload(
  browser: Browser,
  server: TestServer,
  pictures: readonly Uint8Array<ArrayBuffer>[],
): Promise<void> {
  const uploadToken = await server.token({
    max_uploads: 20,
    valid_minutes: 4000,
    title: "Your photos of the festival",
    description: "Thank you for coming! Send what you like best, in full size.",
    sender: "Anna",
  });
  const page = await newPage(browser, 760, 860, 1.5);
  // The last file stands still on its way, so that the picture shows one that is being sent.
  await page.route(/DSC_4104/, () => {});
  await page.goto(`${server.url}/upload/${uploadToken}`);
  await page.getByLabel("Choose files").setInputFiles(
    pictures.slice(0, 5).map((picture, index) => ({
      name: `DSC_${4100 + index}.jpg`,
      mimeType: "image/jpeg",
      buffer: Buffer.from(picture),
    })),
  );
  await page.waitForFunction(() => document.querySelectorAll('[data-state="done"]').length === 4);
  // They are made behind the sending.
  await page.waitForFunction(() => document.querySelectorAll(".preview img").length === 5);
  await page.screenshot({ path: join(TARGET, "upload-page.png") });
}

async function newPage(
  browser: Browser,
  width: number,
  height: number,
  scale: number,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    locale: "en-GB",
  });
  return context.newPage();
}
