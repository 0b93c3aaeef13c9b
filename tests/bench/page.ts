import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { createFile } from "./block.ts";
import { send, type Lane } from "./plan.ts";
import { multipart, resumableFields } from "./requests.ts";
import { startRedeem, type RedeemServer } from "./start-redeem.ts";
import { median } from "./statistics.ts";
import { say, using } from "./workspace.ts";

/** Many small files by the upload page in Chromium, and by the benchmark's own client. */
export type PageFigures = {
  files: number;
  /** Bytes of each. */
  size: number;
  /** In a second; medians of all rounds. */
  page: number;
  client: number;
  /** Of the two in a round, which come one after the other; their median. */
  ratio: number;
};

const SIZE = 200_000;
/** Requests of the client at a time. The page sends several files with a request (upload-page/transfer). */
const PARALLEL = 5;

export async function measurePage(quick: boolean, rounds: number): Promise<PageFigures> {
  const files = quick ? 50 : 500;
  const browser = await startBrowser();
  const taken: { page: number; client: number }[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      say(`page: ${files} files of ${SIZE / 1000} KB, round ${round + 1}`);
      const page = await using(startRedeem, (server, folder) =>
        sendByPage(browser, server, folder, files),
      );
      const client = await using(startRedeem, (server) => sendByClient(server, files));
      taken.push({ page, client });
    }
  } finally {
    await browser.close();
  }
  return {
    files,
    size: SIZE,
    page: median(taken.map(({ page }) => page)),
    client: median(taken.map(({ client }) => client)),
    ratio: median(taken.map(({ page, client }) => page / client)),
  };
}

/** @returns files in a second, from when they were chosen until the last one is said to have arrived */
async function sendByPage(
  browser: Browser,
  server: RedeemServer,
  folder: string,
  files: number,
): Promise<number> {
  const paths = await write(join(folder, "..", `${server.pid}-chosen`), files);
  const uploadToken = await server.token({ max_uploads: files });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${server.port}/upload/${uploadToken}`);
    // By the page's own clock: this process hears of it later.
    await page.evaluate((end) => {
      addEventListener("change", () => performance.mark("chosen"), { once: true, capture: true });
      const observer = new MutationObserver(() => {
        if (!document.body.textContent.includes(end)) return;
        performance.mark("arrived");
        observer.disconnect();
      });
      observer.observe(document.body, { childList: true, subtree: true });
    }, `${files} files have arrived`);
    await page.getByLabel("Choose files").setInputFiles(paths);
    await page.getByText(`${files} files have arrived`).first().waitFor({ timeout: 120_000 });
    const ms = await page.evaluate(
      () => performance.measure("sending", "chosen", "arrived").duration,
    );
    return (files * 1000) / ms;
  } finally {
    await context.close();
  }
}

async function write(folder: string, files: number): Promise<string[]> {
  await mkdir(folder);
  const bytes = Buffer.concat(createFile()(0, SIZE));
  const paths = Array.from({ length: files }, (_, index) => join(folder, `film-${index}.mp4`));
  for (const path of paths) await writeFile(path, bytes);
  return paths;
}

async function sendByClient(server: RedeemServer, files: number): Promise<number> {
  const uploadToken = await server.token({ max_uploads: files });
  const lanes = Array.from({ length: files }, (_, index): Lane => {
    const name = `film-${index}.mp4`;
    const transfer = { name, totalSize: SIZE, chunkSize: SIZE, whole: false, parallel: PARALLEL };
    const chunk = { number: 1, start: 0, length: SIZE };
    const fields = { upload_token: uploadToken, ...resumableFields(transfer, chunk) };
    return [multipart("/api/2/photo/redeem-upload-token", fields, name, chunk)];
  });
  const { ms } = await send({ port: server.port, lanes, parallel: PARALLEL });
  return (files * 1000) / ms;
}
