import { join } from "node:path";
import type { Page } from "playwright-core";
import type { EngineOptions, Transfer } from "../../src/web/upload-page/transfer/types.ts";
import type { TestBrowser } from "./browsers.ts";
import type { EngineWindow } from "./engine-script.ts";
import { png } from "./media.ts";
import { putOnDisk, type Chosen } from "./upload-page.ts";

let script: Promise<string> | undefined;

async function bundle(): Promise<string> {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "engine-script.ts")],
    target: "browser",
    format: "iife",
  });
  return (await built.outputs[0]?.text()) ?? "";
}

export type EngineSettings = Partial<Omit<EngineOptions, "guest">> & {
  uploadToken: string;
  guest?: { name: string; note: string };
};

/** What browsers say of a line that was cut. */
const CUT = /net::ERR_|NS_ERROR|NetworkError/;

/** As the page has it: with the token's status, and asked for again and again. */
export const watching = (uploadToken: string) => ({
  uploadToken,
  status: {
    state: "open" as const,
    maxUploads: 1,
    remaining: 1,
    free: 1,
    validUntil: Date.now() + 1e7,
    graceUntil: Date.now() + 2e7,
  },
  statusMs: 50,
});

/**
 * A page of the server's own origin with nothing but the upload page's sending machinery and a file input. What is in it is
 * of `EngineWindow` (engine-script.ts).
 * @param other another page of the same person
 */
export async function openEnginePage(
  browser: TestBrowser,
  url: string,
  { guest = { name: "", note: "" }, ...settings }: EngineSettings,
  other?: Page,
): Promise<Page> {
  const address = `${url}/upload/engine-page`;
  const { page, context } = await browser.open(address, {
    mayComplain: CUT,
    before: (opening) =>
      opening.route(address, (route) =>
        route.fulfill({
          contentType: "text/html",
          body: '<!doctype html><link rel="icon" href="data:,"><input type="file" multiple>',
        }),
      ),
    ...(other && { as: { context: other.context(), screen: "desktop" } }),
  });
  // Every request would else be held up by the test's process.
  await context.unroute(address);
  await page.addScriptTag({ content: await (script ??= bundle()) });
  await page.evaluate(
    ([given, answers]) => {
      (globalThis as unknown as EngineWindow).startEngine({ ...given, guest: () => answers });
    },
    [settings, guest] as const,
  );
  return page;
}

/** Chooses files from the disk and adds them. @param folder as of `putOnDisk` */
export async function addFiles(page: Page, folder: string, ...files: Chosen[]): Promise<void> {
  await page.setInputFiles("input", await putOnDisk(folder, files));
  await page.evaluate(() => void (globalThis as unknown as EngineWindow).addChosen());
}

/** All that the machinery says, without the files themselves. */
export function transfersOf(page: Page): Promise<Omit<Transfer, "file">[]> {
  return page.evaluate(() =>
    (globalThis as unknown as EngineWindow).engine
      .transfers()
      .map(({ file: _, ...transfer }) => transfer),
  );
}

/** Bytes of the first file that the server has answered. */
export const sentOf = async (page: Page): Promise<number | undefined> =>
  (await transfersOf(page))[0]?.sent;

/** Waits until a file is in one of these states, and answers what is said of it then. */
export async function transferIs(
  page: Page,
  name: string,
  ...states: string[]
): Promise<Omit<Transfer, "file">> {
  await page
    .waitForFunction(
      ([wanted, among]) =>
        (globalThis as unknown as EngineWindow).engine
          .transfers()
          .some((transfer) => transfer.name === wanted && among.includes(transfer.state)),
      [name, states] as const,
      { timeout: 30_000, polling: 20 },
    )
    .catch(async (error: Error) => {
      throw new Error(`${error.message}\n${JSON.stringify(await transfersOf(page))}`);
    });
  const found = (await transfersOf(page)).find((transfer) => transfer.name === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
}

/** Calls one of the machinery's functions for the file of a name. */
export async function control(
  page: Page,
  name: string,
  action: "pause" | "resume" | "cancel" | "undoCancel" | "remove",
): Promise<void> {
  await page.evaluate(
    ([wanted, run]) => {
      const { engine } = globalThis as unknown as EngineWindow;
      const found = engine.transfers().find((transfer) => transfer.name === wanted);
      if (found === undefined) throw new Error(`${wanted} is not listed`);
      engine[run](found.id);
    },
    [name, action] as const,
  );
}

/** Requests of a page that redeem, as "GET 3" or "POST 1". */
export function requestsOf(page: Page): string[] {
  const made: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!url.pathname.endsWith("/redeem-upload-token")) return;
    made.push(`${request.method()} ${url.searchParams.get("resumableChunkNumber")}`);
  });
  return made;
}

/** How many requests of a page send files, by the method's name. */
export function sendingOf(page: Page): Record<string, number> {
  const made: Record<string, number> = {};
  page.on("request", (request) => {
    const name = new URL(request.url()).pathname.split("/").at(-1) ?? "";
    if (request.method() === "POST") made[name] = (made[name] ?? 0) + 1;
  });
  return made;
}

/** So many small pictures, each another one. */
export function smallFiles(count: number, prefix: string): Chosen[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${prefix}-${index}.png`,
    bytes: png(20_000 + index, index + 1),
  }));
}
