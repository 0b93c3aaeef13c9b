import { afterAll, describe, expect, test } from "bun:test";
import { expectAccessible } from "../support/accessible.ts";
import { browserForAll, browsers, SCREENS, type Visit } from "../support/browsers.ts";
import { HOSTILE, tracesOf } from "../support/hostile.ts";

/** What tests look at pages with: each kind of fault is noticed, in each browser. */

const page = (body: string) =>
  `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A page</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">
   <main><h1>A page</h1>${body}</main>`;

/** Another host, which this page must not ask. */
const elsewhere = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("") });
const other = `http://127.0.0.1:${elsewhere.port}/`;

const FILES: Record<string, [type: string, body: string]> = {
  "/": ["text/html", page("<p>Nothing is wrong.</p>")],
  "/inline": ["text/html", page("<script>document.title = 'changed'</script>")],
  "/style": ["text/html", page(`<p style="color: red">Words.</p>`)],
  "/error": ["text/html", page(`<script src="/error.js"></script>`)],
  "/complaint": ["text/html", page(`<script src="/complaint.js"></script>`)],
  "/missing": ["text/html", page(`<img alt="One that is missing" src="/missing.png">`)],
  "/elsewhere": ["text/html", page(`<script src="/elsewhere.js"></script>`)],
  "/nameless": ["text/html", page(`<input>`)],
  "/pale": ["text/html", page(`<p class="pale">Words that are seen in the light alone.</p>`)],
  "/error.js": ["text/javascript", "throw new Error('this page is broken')"],
  "/complaint.js": ["text/javascript", "console.error('this page complains')"],
  "/elsewhere.js": [
    "text/javascript",
    `fetch("${other}", { mode: "no-cors" }).catch(() => undefined)`,
  ],
  "/page.css": [
    "text/css",
    `body { background: #fff; color: #000; transition: background 0.2s; }
     @media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } .pale { color: #444; } }`,
  ],
};

const site = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request) => {
    const file = FILES[new URL(request.url).pathname];
    if (!file) return new Response("", { status: 404 });
    return new Response(file[1], {
      headers: {
        "content-type": file[0],
        "content-security-policy": "default-src 'self'; img-src 'self' data:; connect-src *",
      },
    });
  },
});
const url = `http://127.0.0.1:${site.port}`;
afterAll(async () => {
  await Promise.all([site.stop(true), elsewhere.stop(true)]);
});

function complaintsOf(visit: Visit): Promise<string> {
  return expectAccessible(visit).then(
    () => "none",
    (error: Error) => error.message,
  );
}

/** So many of the hostile words are markup; they come first. */
const MARKUP = 8;

describe.each(browsers)("%s", (name) => {
  const browser = browserForAll(name);

  test("a page without a fault is left alone, as axe and pictures look at it too", async () => {
    const visit = await browser.open(url);
    await expectAccessible(visit);
    expect(visit.problems).toEqual([]);
  });

  test.each([
    ["/inline", /Content.Security.Policy|content security policy/i],
    ["/style", /Content.Security.Policy|content security policy/i],
    ["/error", /this page is broken/],
    ["/complaint", /this page complains/],
    ["/missing", /^404 for .*missing\.png$/],
    ["/elsewhere", `asked elsewhere: ${other}`],
  ])("%s is noticed", async (path, what) => {
    const visit = await browser.open(url + path);
    // What a script said comes on a way of its own: behind something that is said later.
    const last = visit.page.waitForEvent("console", (said) => said.text() === "last");
    await visit.page.evaluate(() => console.log("last"));
    await last;
    expect(visit.problems.splice(0)).toEqual([expect.stringMatching(what)]);
  });

  test("axe sees what is wrong, in the look that it is wrong in", async () => {
    const nameless = await browser.open(`${url}/nameless`);
    expect(await complaintsOf(nameless)).toContain(": label (");
    const pale = await browser.open(`${url}/pale`, { dark: true });
    const complaints = await complaintsOf(pale);
    expect(complaints).toContain(": color-contrast (");
    // Firefox was opened so.
    if (name === "chromium") expect(complaints).not.toContain("light: ");
  });

  test.each(Object.entries(HOSTILE).slice(0, MARKUP))(
    "words that became markup are seen: %s",
    async (_, words) => {
      const visit = await browser.open(url);
      await visit.page.evaluate((given) => {
        // But what would take the page elsewhere.
        const rest = given.replace(/<meta.*?>/, "");
        document.body.innerHTML = `<p>${rest}</p><p title="${rest}"></p>`;
      }, words);
      expect(await tracesOf(visit.page)).not.toEqual([]);
      // Scripts and requests are noticed otherwise (above); here is what is left in the document.
      await visit.context.close();
      visit.problems.length = 0;
    },
  );

  test("the page has the screen, the language and the look that it was asked to be opened with", async () => {
    const { page: seen } = await browser.open(url, {
      screen: "phone",
      locale: "de-DE",
      dark: true,
      reducedMotion: true,
    });
    const facts = await seen.evaluate(() => ({
      size: { width: innerWidth, height: innerHeight },
      language: navigator.language,
      dark: matchMedia("(prefers-color-scheme: dark)").matches,
      still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    }));
    expect(facts).toEqual({ size: SCREENS.phone, language: "de-DE", dark: true, still: true });
  });
});
