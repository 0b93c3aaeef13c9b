import { afterAll, afterEach, beforeAll, expect } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startBrowser } from "./browser.ts";
import { findFirefox, startFirefox, type SystemLook } from "./firefox.ts";
import { watch } from "./watch-page.ts";

/**
 * Chromium and Firefox behind one interface, Playwright's: `describe.each(browsers)("%s", (name) => { const
 * browser = browserForAll(name); … (await browser.open(url, { screen: "phone" })).page … })`.
 */
export type BrowserName = "chromium" | "firefox";

const firefox = await findFirefox().catch((error: Error) => {
  console.warn(`The tests in Firefox are skipped: ${error.message}`);
});

/** Those that this machine has: Chromium always (out of npm), Firefox as `firefox.ts` finds it. */
export const browsers: BrowserName[] = firefox ? ["chromium", "firefox"] : ["chromium"];

/** CSS pixels. */
export const SCREENS = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const;

export type ScreenName = keyof typeof SCREENS;

export type VisitOptions = {
  /** `desktop` unless said. In Chromium a phone has touch as well. */
  screen?: ScreenName;
  /** BCP 47; `en-GB` unless said. It is the browser's language, so what Accept-Language says. */
  locale?: string;
  dark?: boolean;
  reducedMotion?: boolean;
  /** In Chromium; Firefox cannot be told. */
  moreContrast?: boolean;
  /** Whether scripts run: they do unless said. */
  script?: boolean;
  /** Origins that may be asked beside that of the page. */
  allowed?: string[];
  /** What the browser may say on its console, since the test brings it about; what else it says is a problem. */
  mayComplain?: RegExp;
  /** What the person has granted to pages, as Playwright names it; Chromium alone. */
  permissions?: string[];
  /** Called before the page is opened, such as to answer some of its requests. */
  before?: (context: BrowserContext) => Promise<unknown>;
  /** An earlier visit of the same person: cookies and what pages remember are shared. */
  as?: Pick<Visit, "context" | "screen">;
};

export type Visit = {
  browser: BrowserName;
  screen: ScreenName;
  context: BrowserContext;
  page: Page;
  /**
   * What was wrong so far: errors of scripts, complaints on the console, what the policy (CSP) forbade, files of the page
   * that failed, requests to other hosts. A test ends red if anything is left in it.
   */
  problems: string[];
};

export type TestBrowser = {
  name: BrowserName;
  /** Opens an address. What was opened is closed when the test ends. */
  open(url: string, options?: VisitOptions): Promise<Visit>;
};

/** A browser for the tests of a file, or of the `describe` that this is called in. */
export function browserForAll(name: BrowserName): TestBrowser {
  const start = starter(name);
  const running = new Map<string, Promise<Browser>>();
  const visits: Visit[] = [];

  const browserFor = (look: SystemLook): Promise<Browser> => {
    // Chromium takes the look with each context, Firefox when it starts.
    const key = name === "firefox" ? JSON.stringify(look) : "any";
    const found = running.get(key) ?? start(look);
    running.set(key, found);
    return found;
  };

  beforeAll(() => browserFor(lookOf({})).then(() => undefined), 60_000);
  afterEach(async () => {
    const over = visits.splice(0);
    const problems = over.flatMap((visit) => visit.problems);
    for (const context of new Set(over.map((visit) => visit.context))) await context.close();
    expect(problems).toEqual([]);
  });
  afterAll(async () => {
    for (const browser of running.values()) await (await browser).close();
  });

  return {
    name,
    async open(url, options = {}) {
      const context = options.as?.context ?? (await newContext(name, browserFor, options));
      await options.before?.(context);
      const page = await context.newPage();
      const screen = options.screen ?? options.as?.screen ?? "desktop";
      const problems: string[] = [];
      const visit: Visit = { browser: name, screen, context, page, problems };
      visits.push(visit);
      const origins = [new URL(url).origin, ...(options.allowed ?? [])];
      watch(visit, { origins, mayComplain: options.mayComplain });
      await page.goto(url);
      return visit;
    },
  };
}

function lookOf({ dark = false, reducedMotion = false }: VisitOptions): SystemLook {
  return { dark, reducedMotion };
}

function starter(name: BrowserName): (look: SystemLook) => Promise<Browser> {
  if (name === "chromium") return startBrowser;
  if (!firefox) throw new Error("there is no Firefox: take the names from `browsers`");
  return (look) => startFirefox(firefox, look);
}

async function newContext(
  name: BrowserName,
  browserFor: (look: SystemLook) => Promise<Browser>,
  options: VisitOptions,
): Promise<BrowserContext> {
  const { screen = "desktop", locale = "en-GB", script = true, moreContrast } = options;
  const look = lookOf(options);
  const browser = await browserFor(look);
  const context = await browser.newContext({
    viewport: SCREENS[screen],
    locale,
    javaScriptEnabled: script,
    ...(options.permissions && { permissions: options.permissions }),
    colorScheme: look.dark ? "dark" : "light",
    reducedMotion: look.reducedMotion ? "reduce" : "no-preference",
    contrast: moreContrast ? "more" : "no-preference",
    ...(name === "chromium" && screen === "phone" ? { hasTouch: true, isMobile: true } : {}),
  });
  context.setDefaultTimeout(30_000);
  return context;
}
