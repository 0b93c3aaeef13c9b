import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page, Route } from "playwright-core";

export type Chosen = { name: string; bytes: Uint8Array };

/**
 * Puts files on the disk, where they are not there: only so have they a type by their names and a date that stays.
 * @param folder it must outlive the page that they are chosen on
 * @returns their paths
 */
export async function putOnDisk(folder: string, files: Chosen[]): Promise<string[]> {
  const place = join(folder, "chosen");
  await mkdir(place, { recursive: true });
  return Promise.all(
    files.map(async ({ name, bytes }) => {
      const path = join(place, name);
      if (!(await Bun.file(path).exists())) await Bun.write(path, bytes);
      return path;
    }),
  );
}

/** Chooses files as a person does: from a disk (`putOnDisk`). */
export async function chooseFiles(page: Page, folder: string, ...files: Chosen[]): Promise<void> {
  await page.locator("#files").setInputFiles(await putOnDisk(folder, files));
}

export function rowOf(page: Page, name: string): Locator {
  return page.locator(`li[data-file=${JSON.stringify(name)}]`);
}

/** Waits until the row of a file is in a state. */
export async function stateOf(page: Page, name: string, state: string): Promise<Locator> {
  const row = page.locator(`li[data-file=${JSON.stringify(name)}][data-state=${state}]`);
  await row.waitFor({ timeout: 30_000 });
  return row;
}

/** A page that is closed answers nothing more. */
const ignore = () => undefined;

export type Gate = {
  /** Numbers of the chunks that were sent and let through, in order. */
  passed: number[];
  /** Of these, what the server has answered. */
  answered: number[];
  /** Resolves when so many chunks wait before the gate. */
  held(count: number): Promise<void>;
  /** Lets everything through from now on, what waits too. */
  open(): Promise<void>;
  /** The same, for a page that has given up what waits: that never reaches the server. */
  openBehindThem(): Promise<void>;
  /**
   * Breaks off what waits and whatever comes. To be done before a page is closed: the browser may let what is held go on
   * its way then.
   */
  shut(): Promise<void>;
};

/** Lets so many chunks of an upload through, and holds those behind them. */
export async function gateAt(page: Page, letThrough: number): Promise<Gate> {
  const passed: number[] = [];
  const answered: number[] = [];
  const waiting: { pass(): Promise<void>; drop(): Promise<void> }[] = [];
  const watching = new Set<() => void>();
  let left = letThrough;
  let isShut = false;
  await page.route("**/redeem-upload-token**", async (route: Route) => {
    if (isShut) return route.abort();
    if (route.request().method() !== "POST") return route.continue();
    const request = route.request();
    const number = Number(new URL(request.url()).searchParams.get("resumableChunkNumber"));
    const pass = async () => {
      passed.push(number);
      await route.continue();
      void request.response().then((response) => response && answered.push(number), ignore);
    };
    if (left > 0) {
      left -= 1;
      return pass();
    }
    // The page has cancelled it already, most likely.
    waiting.push({ pass, drop: () => route.abort().catch(ignore) });
    for (const look of watching) look();
  });
  return {
    passed,
    answered,
    held: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (waiting.length >= count) resolve();
        };
        watching.add(look);
        look();
      }),
    open: async () => {
      left = Number.POSITIVE_INFINITY;
      for (const { pass } of waiting.splice(0)) await pass();
    },
    openBehindThem: async () => {
      left = Number.POSITIVE_INFINITY;
      for (const { drop } of waiting.splice(0)) await drop();
    },
    shut: async () => {
      isShut = true;
      for (const { drop } of waiting.splice(0)) await drop();
    },
  };
}
