import type { ConsoleMessage, Page, Response } from "playwright-core";

/** What a page is made of; what the API refuses is for the page to say. */
const PARTS = new Set(["script", "stylesheet", "image", "font"]);

export type Watching = {
  /** Those that may be asked. */
  origins: string[];
  /** Complaints that are no problem. */
  mayComplain: RegExp | undefined;
};

/** Notes what goes wrong on a page. */
export function watch(
  { page, problems }: { page: Page; problems: string[] },
  { origins, mayComplain }: Watching,
): void {
  const complain = (words: string) => {
    if (!unheard.has(page) && !mayComplain?.test(words)) problems.push(words);
  };
  // Firefox says by these what the policy forbade, Chromium on the console.
  page.on("pageerror", (error) => complain(`${error.name}: ${error.message}`));
  page.on("console", (message) => {
    if (isComplaint(message)) complain(message.text());
  });
  page.on("response", (response) => {
    if (isBrokenPart(response)) complain(`${response.status()} for ${response.url()}`);
  });
  page.on("request", (request) => {
    const asked = request.url();
    if (/^(data|blob|about):/.test(asked)) return;
    if (!origins.includes(new URL(asked).origin)) problems.push(`asked elsewhere: ${asked}`);
  });
}

function isComplaint(message: ConsoleMessage): boolean {
  // Chromium's own words for an answer of 400 or more, or for none; `isBrokenPart` looks at those.
  if (message.text().startsWith("Failed to load resource")) return false;
  return ["error", "warning"].includes(message.type());
}

function isBrokenPart(response: Response): boolean {
  return response.status() >= 400 && PARTS.has(response.request().resourceType());
}

const unheard = new Set<Page>();

/** Does something to a page that pages may not do by themselves: what the policy says of it is no problem of the page. */
export async function unwatched<Result>(page: Page, act: () => Promise<Result>): Promise<Result> {
  unheard.add(page);
  try {
    return await act();
  } finally {
    unheard.delete(page);
  }
}

/** By how many pixels what is drawn is wider than the window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return Math.max(0, scrollWidth - clientWidth);
  });
}
