import { afterEach, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserForAll, browsers } from "../../support/browsers.ts";
import { type CuttingProxy, startCuttingProxy } from "../../support/cutting-proxy.ts";
import { rowsOf } from "../../support/database.ts";
import { openEnginePage, requestsOf, transferIs } from "../../support/engine-page.ts";
import type { EngineWindow } from "../../support/engine-script.ts";
import { serverForAll } from "../../support/lifetime.ts";
import { png } from "../../support/media.ts";
import { photosOf } from "../../support/over-http.ts";
import { until } from "../../support/remains.ts";
import { stateOf } from "../../support/upload-page.ts";

/**
 * Files that go on by their handles, at a later visit. In Firefox: the Chromium of the tests (headless, out of npm) breaks down
 * when it reads a handle from its database, with any page. The handles are of the browser's own file system, since no test can press
 * in the system's picker.
 */

const SIZE = 9 * 1024 * 1024 + 77;

let proxy: CuttingProxy | undefined;

/** Makes, in the browser's own file system, a file to which a handle leads as to one of a picker. */
function addByHandle(page: Page, name: string, size: number): Promise<void> {
  return page.evaluate(
    async ([called, length]) => {
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle(called, { create: true });
      const bytes = new Uint8Array(length);
      bytes.set(
        [...atob("AAAAGGZ0eXBpc29tAAAAAGlzb21pc28y")].map((letter) => letter.charCodeAt(0)),
      );
      const writing = await handle.createWritable();
      await writing.write(bytes);
      await writing.close();
      const file = await handle.getFile();
      (globalThis as unknown as EngineWindow).engine.add([{ file, path: "", handle }]);
    },
    [name, size] as const,
  );
}

const server = serverForAll();

describe.each(browsers.filter((name) => name === "firefox"))("in %s", (name) => {
  const browser = browserForAll(name);
  afterEach(() => proxy?.stop());

  test.each([
    ["as it was: it goes on", false],
    ["changed since: it is sent as it is now, from its beginning", true],
  ])("a file with a handle need not be chosen again, %s", async (_, changed) => {
    const token = await server.token();
    proxy = await startCuttingProxy(server.port);
    proxy.withholdAfter(1);
    const page = await openEnginePage(browser, proxy.url, { uploadToken: token });
    const file = `handle-${changed}.mp4`;
    await addByHandle(page, file, SIZE);
    const storedIn = () => rowsOf(server, "select start from chunks");
    await until("it is on record", async () => storedIn().length > 0);
    await page.goto("about:blank");
    proxy.withholdAfter(Number.POSITIVE_INFINITY);

    const later = await openEnginePage(browser, proxy.url, { uploadToken: token }, page);
    const made = requestsOf(later);
    const went = await later.evaluate(
      async ([called, change]) => {
        if (change) {
          const root = await navigator.storage.getDirectory();
          const handle = await root.getFileHandle(called as string);
          const writing = await handle.createWritable({ keepExistingData: true });
          await writing.truncate(5_000_000);
          await writing.close();
        }
        const [left] = await (globalThis as unknown as EngineWindow).engine.unfinished();
        return [left?.canContinue, await left?.continue()];
      },
      [file, changed] as const,
    );
    expect(went).toEqual([true, true]);
    const done = await transferIs(later, file, "done");
    expect(done).toMatchObject({ continued: !changed, size: changed ? 5_000_000 : SIZE });
    expect(made.includes("POST 1")).toBe(changed);
  });

  test("a file that was chosen with a handle on the upload page goes on at the next visit by one click", async () => {
    const url = `${server.url}/upload/${await server.token({ max_uploads: 2 })}`;
    // Of each request that was broken off Firefox says that it was.
    const { page } = await browser.open(url, { mayComplain: /NS_ERROR|NetworkError/ });
    const bytes = 12_000_000;
    // The system's picker cannot be operated by a test: it answers with the handle of a real file.
    const pick = async (on: Page) =>
      on.evaluate(
        ({ size, head }) => {
          Object.assign(window, {
            // As with a mouse, which a headless Firefox has not.
            matchMedia: () => ({ matches: true }),
            showOpenFilePicker: async () => {
              const root = await navigator.storage.getDirectory();
              const handle = await root.getFileHandle("film.png", { create: true });
              if ((await handle.getFile()).size !== size) {
                const writable = await handle.createWritable();
                await writable.write(new Uint8Array(head));
                await writable.truncate(size);
                await writable.close();
              }
              return [handle];
            },
          });
        },
        { size: bytes, head: [...png(1000)] },
      );
    await pick(page);
    await page.route("**/redeem-upload-token**", (route) => route.abort());
    // The button is but painted: the input that lies over all of the place takes the click (its middle has the button of folders).
    await page.getByText("Choose files", { exact: true }).click({ force: true });
    await page.getByRole("button", { name: "Pause film.png" }).click();
    await stateOf(page, "film.png", "paused");
    await page.unroute("**/redeem-upload-token**");
    await page.reload();
    const earlier = page.locator('li[data-earlier="film.png"]');
    await earlier.getByRole("button", { name: "Continue film.png" }).click();
    await page.locator('li[data-file="film.png"]').waitFor();
    await earlier.waitFor({ state: "detached" });
    await stateOf(page, "film.png", "done");
    expect(photosOf(server).at(-1)).toMatchObject({ filename: "film.png", size: bytes });
  });
});
