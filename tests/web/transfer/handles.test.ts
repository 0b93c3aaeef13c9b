import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browsers } from "../../support/browsers.ts";
import { type CuttingProxy, startCuttingProxy } from "../../support/cutting-proxy.ts";
import { rowsOf } from "../../support/database.ts";
import { openEnginePage, requestsOf, transferIs } from "../../support/engine-page.ts";
import type { EngineWindow } from "../../support/engine-script.ts";
import { findFirefox, startFirefox } from "../../support/firefox.ts";
import { until } from "../../support/remains.ts";
import { startServer, type TestServer } from "../../support/server.ts";

/**
 * Files that go on by their handles, at a later visit. In Firefox: the Chromium of the tests (headless, out of npm) breaks down
 * when it reads a handle from its database, with any page. The handles are of the browser's own file system, since no test can press
 * in the system's picker.
 */

const SIZE = 9 * 1024 * 1024 + 77;

let server: TestServer;
let browser: Browser;
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

const openFirefox = async () =>
  startFirefox(await findFirefox(), { dark: false, reducedMotion: false });

describe.skipIf(!browsers.includes("firefox"))("in Firefox", () => {
  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), openFirefox()]);
  });
  afterEach(() => proxy?.stop());
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test.each([
    ["as it was: it goes on", false],
    ["changed since: it is sent as it is now, from its beginning", true],
  ])("a file with a handle need not be chosen again, %s", async (_, changed) => {
    await using visit = {
      context: await browser.newContext(),
      [Symbol.asyncDispose]: () => visit.context.close(),
    };
    const { context } = visit;
    const token = await server.token();
    proxy = await startCuttingProxy(server.port);
    proxy.withholdAfter(1);
    const page = await openEnginePage(context, proxy.url, { uploadToken: token });
    const name = `handle-${changed}.mp4`;
    await addByHandle(page, name, SIZE);
    const storedIn = () => rowsOf(server, "select start from chunks");
    await until("it is on record", async () => storedIn().length > 0);
    await page.goto("about:blank");
    proxy.withholdAfter(Number.POSITIVE_INFINITY);

    const later = await openEnginePage(context, proxy.url, { uploadToken: token });
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
        const [file] = await (globalThis as unknown as EngineWindow).engine.unfinished();
        return [file?.canContinue, await file?.continue()];
      },
      [name, changed] as const,
    );
    expect(went).toEqual([true, true]);
    const done = await transferIs(later, name, "done");
    expect(done).toMatchObject({ continued: !changed, size: changed ? 5_000_000 : SIZE });
    expect(made.includes("POST 1")).toBe(changed);
  });
});
