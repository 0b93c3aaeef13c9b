import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { run } from "../commands/run.ts";
import { expectAccessible } from "../support/accessible.ts";
import { browserForAll, browsers, type Visit } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { until } from "../support/remains.ts";
import { shot } from "../support/shots.ts";
import { API_KEY } from "../support/site.ts";

const server = serverForAll();

/** Somebody else's site, on another port: to browsers the same site as the server, where it has the same host name. */
let others: Bun.Server<undefined>;
beforeAll(() => {
  others = Bun.serve({
    port: 0,
    fetch: () =>
      new Response(
        `<!doctype html><title>x</title><link rel="icon" href="data:,"><a href="${server.url}/archive">Photos</a>`,
        { headers: { "content-type": "text/html" } },
      ),
  });
});
afterAll(() => others.stop(true));

async function typeKey({ page }: Visit, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What the page's element says to its script; undefined on the sign-in page. */
async function infoOf(page: Page): Promise<{ csrf: string; level: string } | undefined> {
  await page.waitForLoadState();
  const json = await page.locator("#archive-info").textContent();
  return json === null ? undefined : JSON.parse(json);
}

async function openLink(): Promise<string> {
  const { out } = await run(server.folder, ["open"]);
  return /http\S+\/archive\/open\/\w+/.exec(out)?.[0] ?? "";
}

describe.each(browsers)("the archive's door in %s", (name) => {
  const browser = browserForAll(name);

  test("opens to a key, without script, after a wrong one", async () => {
    const visit = await browser.open(`${server.url}/archive`, { script: false });
    await typeKey(visit, "wrong");
    await visit.page.getByText("This API key is not valid.").waitFor();
    await typeKey(visit, API_KEY);
    expect(await infoOf(visit.page)).toMatchObject({ level: "super" });
    expect(visit.page.url()).toBe(`${server.url}/archive`);
    const [cookie] = await visit.context.cookies();
    expect(cookie).toMatchObject({ name: "redeem_session", httpOnly: true, sameSite: "Strict" });
  });

  test("opens to a link, once, and each of its pages can be read by everybody", async () => {
    const link = await openLink();
    const visit = await browser.open(link, { screen: "phone" });
    await shot(visit, "sign-in-link");
    await expectAccessible(visit);
    await visit.page.getByRole("button", { name: "Sign in" }).click();
    expect(await infoOf(visit.page)).toMatchObject({ level: "super" });
    // An archive in which there is nothing leads to the form for a link, once.
    await visit.page.getByRole("link", { name: "Make a link" }).click();
    await visit.page.getByRole("dialog", { name: "New link" }).waitFor();
    await until("the address", () => visit.page.url().endsWith("#/links"));

    const back = await visit.context.newPage();
    await back.goto(link);
    await back.getByText("You were signed in already.").waitFor();
    expect(back.url()).toBe(`${server.url}/archive`);
    const again = await browser.open(link, { locale: "de-DE" });
    expect(await again.page.locator(".notice").textContent()).toContain("Dieser Link ist benutzt");
    await shot(again, "sign-in-link-used");
    await expectAccessible(again);
    const page = await browser.open(`${server.url}/archive`);
    await shot(page, "sign-in");
    await expectAccessible(page);
  });

  test("is open to who comes from another site's link, and has signed in before", async () => {
    const visit = await browser.open(await openLink());
    await visit.page.getByRole("button", { name: "Sign in" }).click();
    await infoOf(visit.page);
    // Another host name: the cookie is not sent with this one.
    const elsewhere = await browser.open(`http://localhost:${others.port}/`, {
      as: visit,
      allowed: [server.url],
    });
    await elsewhere.page.getByRole("link").click();
    expect(await infoOf(elsewhere.page)).toMatchObject({ level: "super" });
  });

  /** A page of another port of the same host: SameSite lets its requests have the cookie. */
  test("is closed to another port's page, whatever it sends", async () => {
    const visit = await browser.open(await openLink());
    const heard = visit.page.waitForResponse((answer) => answer.url().endsWith("/archive/events"));
    await visit.page.getByRole("button", { name: "Sign in" }).click();
    const before = await infoOf(visit.page);
    // Its own requests are not those of the attack; that of its events is logged when it has ended.
    const own = (await (await heard).allHeaders())["x-request-id"] ?? "(none)";
    await visit.page.goto(`${server.url}/`);
    await until("its events have ended", () => server.log().includes(own));
    const begin = server.log().length;
    const attack = await browser.open(`http://127.0.0.1:${others.port}/`, {
      as: visit,
      allowed: [server.url],
      // Of all that is refused the browser complains.
      mayComplain: /./,
    });
    const read = await attack.page.evaluate(attackFrom, { base: server.url, key: API_KEY });
    // Nothing could be read, but what anybody may ask without a cookie.
    expect(read).toEqual([]);
    const made = await until("the lines of all that it sent", () => {
      const lines = server
        .log()
        .slice(begin)
        .split("\n")
        .filter((line) => /get-upload-token|sign-out|archive\/events/.test(line));
      return lines.length > 5 && lines;
    });
    expect(made.filter((line) => /"status":(200|303)/.test(line))).toEqual([]);
    await visit.page.goto(`${server.url}/archive`);
    expect(await infoOf(visit.page)).toEqual(before);
  });
});

/** Runs in the page of another origin. @returns the answers that it could read */
async function attackFrom({ base, key }: { base: string; key: string }): Promise<string[]> {
  const token = `${base}/api/2/photo/get-upload-token`;
  const redeem = `${base}/api/2/photo/redeem-upload-token`;
  const included = { credentials: "include" } as const;
  const csrf = { "Redeem-Csrf": "guessed" };
  const readable: string[] = [];
  const requests: [string, RequestInit][] = [
    [token, included],
    [token, { ...included, method: "POST" }],
    [token, { ...included, mode: "no-cors", method: "POST" }],
    [token, { ...included, headers: csrf }],
    // Other pages may call this one, with any header.
    [redeem, { ...included, method: "POST", headers: csrf }],
    [`${base}/archive`, included],
    [`${base}/archive/sign-out`, { ...included, method: "POST", body: new URLSearchParams() }],
  ];
  for (const [address, init] of requests) {
    try {
      const answer = await fetch(address, init);
      const isAnonymous = address === redeem && answer.status === 404;
      if (answer.type !== "opaque" && !isAnonymous) readable.push(`${address} ${answer.status}`);
    } catch {
      // The browser keeps the answer from the page.
    }
  }
  await new Promise<void>((resolve) => {
    const events = new EventSource(`${base}/archive/events`, { withCredentials: true });
    events.addEventListener("open", () => readable.push("events"));
    events.addEventListener("error", () => {
      events.close();
      resolve();
    });
  });
  const forms: [string, Record<string, string>][] = [
    ["/archive/sign-out", { csrf: "guessed" }],
    ["/archive/sign-out-everywhere", {}],
    ["/archive/sign-in", { key }],
    ["/api/2/photo/get-upload-token", { title: "forged" }],
  ];
  for (const [path, fields] of forms) {
    const frame = document.createElement("iframe");
    frame.name = path;
    const form = document.createElement("form");
    form.method = "post";
    form.action = base + path;
    form.target = path;
    for (const [field, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      input.name = field;
      input.value = value;
      form.append(input);
    }
    document.body.append(frame, form);
    const loaded = new Promise((resolve) => {
      frame.addEventListener("load", resolve);
      setTimeout(resolve, 3000);
    });
    form.submit();
    await loaded;
  }
  return readable;
}
