import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser } from "playwright-core";

/**
 * A real Chromium, out of an npm package: nothing is installed by hand. The package's own arguments
 * are not used, since they switch off the web security that the tests are about.
 */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  const libraries = join(tmpdir(), "al2023", "lib");
  return playwright.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    env: {
      ...(process.env as Record<string, string>),
      // File names are UTF-8, also where the machine has no locale.
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      // On a machine without Chromium's libraries, those of the package.
      ...(existsSync(libraries) ? { LD_LIBRARY_PATH: libraries } : {}),
    },
  });
}
