import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { browserForAll } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { mp4, png, textFile } from "../support/media.ts";
import { photosOf } from "../support/over-http.ts";
import { watchMachine } from "../support/processor.ts";
import { until } from "../support/remains.ts";
import { chooseFiles, gateAt, stateOf } from "../support/upload-page.ts";

/** How files come to the page, what is shown of them, and how the page bears many. */

const server = serverForAll();
const browser = browserForAll("chromium");

async function open(parameters: Record<string, string | number>): Promise<Page> {
  const token = await server.token(parameters);
  const { page } = await browser.open(`${server.url}/upload/${token}`);
  await page.locator("#files").waitFor();
  return page;
}

test("a folder is sent with all that is in it, but for what systems put there", async () => {
  const page = await open({ max_uploads: 9 });
  const folder = join(server.folder, "holiday");
  await mkdir(join(folder, "day 1"), { recursive: true });
  await Bun.write(join(folder, "a.png"), png(3000));
  await Bun.write(join(folder, "day 1", "b.png"), png(3000, 2));
  await Bun.write(join(folder, ".DS_Store"), "x");
  await page.locator("#folder").setInputFiles(folder);
  await stateOf(page, "a.png", "done");
  const row = await stateOf(page, "b.png", "done");
  expect(await row.locator(".name").getAttribute("title")).toBe("holiday/day 1/b.png");
  expect(await page.locator("li[data-file]").count()).toBe(2);
});

test("a dropped folder is read to its end, beyond the hundred entries that a browser gives at once", async () => {
  const page = await open({ max_uploads: 200 });
  await gateAt(page, 0);
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "many"));
    const files = Array.from({ length: 130 }, (_, number) => ({
      isFile: true,
      name: `${number}.png`,
      file: (take: (file: File) => void) =>
        take(new File([`photo ${number}`], `${number}.png`, { type: "image/png" })),
    }));
    const atOnce = 100;
    const folderOf = (name: string, entries: object[]) => ({
      isFile: false,
      name,
      createReader: () => ({
        readEntries: (take: (some: object[]) => void) => take(entries.splice(0, atOnce)),
      }),
    });
    // A script cannot put a folder into a drop: this is what browsers answer about one.
    Object.defineProperty(DataTransferItem.prototype, "getAsFileSystemHandle", {
      value: () => Promise.resolve(null),
    });
    Object.defineProperty(DataTransferItem.prototype, "webkitGetAsEntry", {
      value: () => folderOf("many", [folderOf("inner", files)]),
    });
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
  });
  await until("all are listed", async () =>
    /of 130 files/.test((await page.locator(".summary").allInnerTexts()).join("")),
  );
});

test("a pasted picture is sent under a name of its own", async () => {
  const page = await open({ max_uploads: 2 });
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(20, 20);
    canvas.getContext("2d")?.fillRect(0, 0, 20, 20);
    const data = new DataTransfer();
    data.items.add(new File([await canvas.convertToBlob()], "image.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  });
  await page.locator('li[data-state="done"]').waitFor();
  expect(photosOf(server).at(-1)?.filename).toMatch(/^pasted-\d{8}-\d{6}\.png$/);
});

test("files are held over the page: it says that they may be dropped anywhere", async () => {
  const page = await open({ max_uploads: 2 });
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "a.png"));
    document.dispatchEvent(new DragEvent("dragenter", { dataTransfer: data, bubbles: true }));
  });
  expect(await page.locator(".veil").innerText()).toBe("Drop them anywhere on this page");
});

test("a picture is shown small, made on a worker; one that cannot be decoded has an icon", async () => {
  const page = await open({ max_uploads: 3 });
  const picture = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(3000, 1000);
    canvas.getContext("2d")?.fillRect(0, 0, 3000, 1000);
    const blob = await canvas.convertToBlob({ type: "image/jpeg" });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await chooseFiles(
    page,
    server.folder,
    { name: "wide.jpg", bytes: new Uint8Array(picture) },
    { name: "broken.heic", bytes: textFile() },
  );
  const preview = page.locator('li[data-file="wide.jpg"] .preview img');
  await preview.waitFor();
  const size = await preview.evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  expect(size).toEqual([144, 144]);
  expect(page.workers()).toHaveLength(1);
  await page.locator('li[data-file="broken.heic"] .preview > svg').waitFor();
});

test("a video is shown by a frame of its beginning", async () => {
  const page = await open({ max_uploads: 2 });
  const bytes = await Bun.file(join(import.meta.dir, "../media/fixtures/plain.webm")).bytes();
  await chooseFiles(page, server.folder, { name: "film.webm", bytes });
  const preview = page.locator('li[data-file="film.webm"] .preview img');
  await preview.waitFor();
  const colours = await preview.evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    const { data = [] } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
    const seen = new Set<string>();
    for (let at = 0; at < data.length; at += 4) seen.add(data.slice(at, at + 4).join());
    return { size: [canvas.width, canvas.height], count: seen.size };
  });
  expect(colours.size).toEqual([144, 144]);
  // The film's own picture, and nothing that is of one colour.
  expect(colours.count).toBeGreaterThan(20);
});

test("a slow line: small files do not wait for a large one, the time left is right, and chunks become smaller", async () => {
  const page = await open({ max_uploads: 9 });
  const line = await page.context().newCDPSession(page);
  const [bytesPerSecond, large] = [1_500_000, 6_000_000];
  await line.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 20,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
  const chunkSizes: Record<string, Set<number>> = {};
  page.on("request", (request) => {
    const asked = new URL(request.url()).searchParams;
    const name = asked.get("resumableFilename");
    if (name) (chunkSizes[name] ??= new Set()).add(Number(asked.get("resumableChunkSize")));
  });
  const done = await notedWhenDone(page);
  const began = performance.now();
  const small = [1, 2, 3].map((number) => ({ name: `${number}.png`, bytes: png(50_000, number) }));
  await chooseFiles(page, server.folder, { name: "first.mp4", bytes: mp4(large) }, ...small);
  for (const { name } of small) await stateOf(page, name, "done");
  await stateOf(page, "first.mp4", "done");
  const took = performance.now() - began;
  expect((await done()).at(-1)).toBe("first.mp4");
  // The line was as slow as it was meant to be.
  expect(took).toBeGreaterThan((0.7 * large * 1000) / bytesPerSecond);
  const long = 20 * bytesPerSecond;
  // The time left is shown as soon as the file is chosen, which may be before its first request.
  const begun = page.waitForRequest((request) => request.url().includes("second.mp4"));
  await chooseFiles(page, server.folder, { name: "second.mp4", bytes: mp4(long, 2) });
  const left = page.locator(".summary").getByText(/^about \d+ sec/);
  const seconds = Number(/\d+/.exec(await left.innerText())?.[0]);
  expect(seconds).toBeGreaterThan(10);
  // Not long in comparison with what the first one has taken, on a machine that may be busy.
  expect(seconds).toBeLessThan(((long / large) * 2 * took) / 1000);
  await begun;
  expect(chunkSizes["first.mp4"]).toEqual(new Set([2 * 1024 * 1024]));
  expect(chunkSizes["second.mp4"]).toEqual(new Set([1024 * 1024]));
}, 60_000);

/** Names of files in the order in which their rows came to say that they have arrived, as the page itself saw it. */
async function notedWhenDone(page: Page): Promise<() => Promise<string[]>> {
  const names = await page.evaluateHandle(() => {
    const done: string[] = [];
    const look = () => {
      for (const row of document.querySelectorAll<HTMLElement>('li[data-state="done"]')) {
        const { file = "" } = row.dataset;
        if (!done.includes(file)) done.push(file);
      }
    };
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      attributeFilter: ["data-state"],
    });
    return done;
  });
  return () => names.evaluate((done) => done);
}

test("pictures are made of rows that are seen alone", async () => {
  const page = await open({ max_uploads: 12 });
  await page.setViewportSize({ width: 900, height: 500 });
  await gateAt(page, 0);
  const asked = await page.evaluateHandle(() => {
    const counted = { orders: 0 };
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (this: Worker, ...order: unknown[]) {
      counted.orders += 1;
      Reflect.apply(postMessage, this, order);
    };
    return counted;
  });
  const bytes = await Bun.file(join(import.meta.dir, "../media/fixtures/plain.jpg")).bytes();
  const names = Array.from({ length: 12 }, (_, index) => `picture-${index}.jpg`);
  await chooseFiles(page, server.folder, ...names.map((name) => ({ name, bytes })));
  const pictures = page.locator("li[data-file] .preview img");
  const inView = () =>
    page.evaluate(
      () =>
        [...document.querySelectorAll(".preview")].filter((one) => {
          const { top, bottom } = one.getBoundingClientRect();
          return top < innerHeight && bottom > 0;
        }).length,
    );
  await until("each row that is seen has its picture, and no other was asked for", async () => {
    const shown = await pictures.count();
    const orders = await asked.evaluate((counted) => counted.orders);
    return shown > 0 && shown < 12 && shown === (await inView()) && shown === orders;
  });
  await page.locator("li[data-file]").last().scrollIntoViewIfNeeded();
  await page.locator("li[data-file]:last-child .preview img").waitFor();
});

test("500 files: the list is folded, and the page never stands still for long", async () => {
  const page = await open({ max_uploads: 500 });
  const stoodStill = watchMachine();
  await page.evaluate(
    (picture) => {
      const longest = { ms: 0 };
      Object.assign(window, { longest });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
          longest.ms = Math.max(longest.ms, duration);
        }
      }).observe({ type: "longtask" });
      const data = new DataTransfer();
      for (let number = 0; number < 500; number += 1) {
        const bytes = new Uint8Array([...picture, number & 255, number >> 8]);
        const name = `${number}.png`;
        data.items.add(new File([bytes], name, { type: "image/png", lastModified: number }));
      }
      document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
    },
    [...png()],
  );
  await page.locator('li[data-fold="waiting"]').waitFor();
  expect(await page.locator("li[data-file]").count()).toBeLessThan(30);
  await page.locator(".ending").waitFor({ timeout: 60_000 });
  const fold = page.locator('li[data-fold="done"]');
  await fold.filter({ hasText: /^500 have arrived\s*Show$/ }).waitFor();
  await fold.getByRole("button").click();
  await page.getByText("450 more have arrived").waitFor();
  await fold.getByRole("button", { name: "Show 50 more" }).waitFor();
  const longest = await page.evaluate(
    () => (window as unknown as { longest: { ms: number } }).longest.ms,
  );
  const machine = stoodStill();
  console.log(
    `500 files: longest task ${Math.round(longest)} ms, the machine ${Math.round(machine)} ms`,
  );
  expect(longest).toBeLessThan(400 + 4 * machine);
}, 90_000);
