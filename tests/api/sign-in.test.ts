import { describe, expect, test } from "bun:test";
import { publicProgram } from "../../src/command-line.ts";
import { readdir } from "node:fs/promises";
import { createApp } from "../../src/http/app.ts";
import { siteForAll, siteForEach } from "../support/lifetime.ts";
import {
  browse,
  cookieOf,
  isSignedIn,
  linkPath,
  makeKey,
  pageData,
  sendKey,
  signInWith,
} from "../support/sign-in.ts";
import { API_KEY, ORIGIN, startTestSite } from "../support/site.ts";
import { sweepNow } from "../support/sweep.ts";

const DAY = 24 * 60 * 60_000;

describe("the sign-in page", () => {
  const site = siteForAll({ REDEEM_SITE_NAME: `<b>Ann's</b>` });

  test("is a form that works without script, and says in words how to come in", async () => {
    const answer = await site.call("/archive");
    expect(answer.status).toBe(200);
    const html = await answer.text();
    expect(html).toContain('method="post" action="/archive/sign-in"');
    expect(html).toMatch(/<input [^>]*type="password" name="key"/);
    expect(html).toContain(`<code>${publicProgram()} open</code>`);
    expect(html).toContain(`<code>${publicProgram()} key create</code>`);
    expect(html).not.toContain("<script");
    expect(html).toContain("&lt;b>Ann's&lt;/b>");
    expect(html).not.toContain("<b>");
  });

  test("may load and send to this server alone, and stands in nobody's frame", async () => {
    const { headers } = await site.call("/archive");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy.split("; ").toSorted()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "img-src 'self' blob: data:",
      "media-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
    ]);
    expect(headers.get("cache-control")).toBe("no-store");
    // Under "no-referrer" browsers send a form with "Origin: null".
    expect(headers.get("referrer-policy")).toBe("strict-origin");
    expect(headers.get("set-cookie")).toBeNull();
  });

  test("is in the browser's language", async () => {
    const answer = await site.call("/archive", { headers: { "accept-language": "da" } });
    expect(await answer.text()).toContain("Ingen nøgle ved hånden?");
  });

  test.each([
    ["0", false],
    ["1", true],
  ])("its page knows whether everybody may list photos: REDEEM_PUBLIC_LIST=%s", async (set, is) => {
    const other = await startTestSite({ REDEEM_PUBLIC_LIST: set });
    try {
      const { cookie } = await signInWith(other);
      expect(await pageData(other, cookie)).toMatchObject({ publicList: is });
    } finally {
      await other.stop();
    }
  });

  test("the front page leads to it", async () => {
    expect(await (await site.call("/")).text()).toContain('<a href="/archive">');
  });

  test("who comes by another site's link is asked to come from here, where the cookie is sent", async () => {
    const { cookie } = await signInWith(site);
    const crossSite = { "sec-fetch-site": "cross-site" };
    const without = await site.call("/archive", { headers: crossSite });
    expect(without.headers.get("refresh")).toBe("0; url=/archive");
    expect(await without.text()).not.toContain("<form");
    const next = { "sec-fetch-site": "same-origin" };
    expect((await site.call("/archive", { headers: next })).headers.get("refresh")).toBeNull();
    const within = await site.call("/archive", { headers: { ...crossSite, cookie } });
    expect(await within.text()).toContain("archive-info");
  });
});

describe("signing in with an API key", () => {
  const site = siteForAll();

  test("gives a cookie that no script reads and no other site sends", async () => {
    const answer = await sendKey(site, ` ${API_KEY} `);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/archive");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("set-cookie")).toMatch(
      /^redeem_session=\w{40}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
  });

  test("the page then says who one is, and how calls are made", async () => {
    const { id, secret } = await makeKey(site, "write");
    const { cookie } = await signInWith(site, secret);
    expect(await pageData(site, cookie)).toMatchObject({
      csrf: expect.stringMatching(/^[\w-]{43}$/),
      level: "write",
      userId: id,
      base: "",
      language: "en",
      siteName: "Redeem",
      version: expect.stringMatching(/^\d/),
    });
    expect(await pageData(site, (await signInWith(site)).cookie)).toMatchObject({
      level: "super",
      userId: 0,
    });
  });

  test.each([
    ["", 400, "Type an API key."],
    ["wrong", 403, "This API key is not valid."],
  ])("%p is told so, and gets no cookie", async (key, status, words) => {
    const answer = await sendKey(site, key);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(words);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test("a key that is revoked, or may not read, gets none", async () => {
    const [revoked, weak] = [await makeKey(site, "super"), await makeKey(site, "anonymous")];
    await site.site.records.keys.revoke(revoked.id, site.site.now());
    expect((await sendKey(site, revoked.secret)).status).toBe(403);
    const answer = await sendKey(site, weak.secret);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("may not see the archive");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test.each([
    ["another site's page", { origin: "https://evil.example" }],
    ["a page of another port", { origin: "http://redeem.test:3000" }],
    ["a subdomain", { origin: "http://evil.redeem.test" }],
    ["a sandboxed page", { origin: "null" }],
    ["what a browser calls same-site", { origin: ORIGIN, "sec-fetch-site": "same-site" }],
    ["what a browser calls cross-site", { origin: ORIGIN, "sec-fetch-site": "cross-site" }],
  ])("%s cannot sign its visitor in", async (_, headers) => {
    const answer = await sendKey(site, API_KEY, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test("the Host header's own page can, whatever the public address is", async () => {
    const request = new Request("http://192.168.1.7:2323/archive/sign-in", {
      method: "POST",
      headers: { origin: "http://192.168.1.7:2323", "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({ key: API_KEY }),
    });
    expect((await createApp(site.site).handle(request)).status).toBe(303);
  });

  test("the session is never one that was there before: a planted cookie is worth nothing", async () => {
    const planted = `redeem_session=${"a".repeat(40)}`;
    const answer = await sendKey(site, API_KEY, { cookie: planted });
    expect(cookieOf(answer)).not.toBe(planted);
    expect(await isSignedIn(site, planted)).toBe(false);
    expect(await isSignedIn(site, cookieOf(answer))).toBe(true);
  });

  test("who signs in again leaves no session behind", async () => {
    const first = await signInWith(site);
    const second = await sendKey(site, API_KEY, { cookie: first.cookie });
    expect(await isSignedIn(site, first.cookie)).toBe(false);
    expect(await isSignedIn(site, cookieOf(second))).toBe(true);
  });

  test("the page's proof is the session's own", async () => {
    const [one, other] = [await signInWith(site), await signInWith(site)];
    expect(one.csrf).not.toBe(other.csrf);
    expect((await browse(site, one.cookie)).csrf).toBe(one.csrf);
    expect(one.cookie).not.toContain(one.csrf);
  });
});

describe("wrong keys", () => {
  const site = siteForEach({ REDEEM_TRUST_PROXY: "1" });
  const from = (address: string, key = "wrong") =>
    sendKey(site, key, { "x-forwarded-for": address });
  const tryWrong = async (address: string, times: number) => {
    const answers = Array.from({ length: times }, () => from(address));
    return (await Promise.all(answers)).map(({ status }) => status);
  };

  test("ten may be tried at once from one address, also at the same time, then one each 30 s", async () => {
    const statuses = await tryWrong("192.0.2.1", 30);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const refused = await from("192.0.2.1", API_KEY);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeWithin(1, 31);
    expect(await refused.text()).toContain(`${publicProgram()} open`);
    site.advance(30_000);
    expect((await from("192.0.2.1", API_KEY)).status).toBe(303);
  });

  test("right ones are not counted", async () => {
    for (let each = 0; each < 30; each += 1) {
      expect((await from("192.0.2.1", API_KEY)).status).toBe(303);
    }
  });

  test("addresses of one network of IPv6 are one, and others are not held up", async () => {
    await tryWrong("2001:db8::1", 10);
    expect((await from("2001:db8::ffff")).status).toBe(429);
    expect((await from("2001:db8:1::1", API_KEY)).status).toBe(303);
  });

  test("whoever has very many addresses cannot shut others out", async () => {
    const flood = Array.from({ length: 300 }, (_, each) =>
      from(`198.51.${each % 250}.${each % 100}`),
    );
    expect((await Promise.all(flood)).some(({ status }) => status === 429)).toBe(false);
    const more = Array.from({ length: 1000 }, (_, each) => from(`198.51.1.${each % 250}`));
    expect((await Promise.all(more)).filter(({ status }) => status === 403).length).toBeLessThan(
      110,
    );
    expect((await from("192.0.2.1", API_KEY)).status).toBe(303);
  });

  test("a link signs in whatever was tried", async () => {
    await tryWrong("192.0.2.1", 20);
    const answer = await site.call(await linkPath(site), {
      method: "POST",
      headers: { origin: ORIGIN, "x-forwarded-for": "192.0.2.1" },
    });
    expect(await isSignedIn(site, cookieOf(answer))).toBe(true);
  });
});

describe("a link of redeem open", () => {
  const site = siteForAll();
  const use = (path: string, headers: Record<string, string> = {}) =>
    site.call(path, { method: "POST", headers: { origin: ORIGIN, ...headers } });

  test("to open it uses nothing up; its button signs in, once", async () => {
    const path = await linkPath(site);
    for (const method of ["GET", "HEAD", "GET"]) {
      const page = await site.call(path, { method });
      expect(page.status).toBe(200);
      expect(page.headers.get("set-cookie")).toBeNull();
      if (method === "GET") {
        const html = await page.text();
        expect(html).toContain(`method="post" action="${path}"`);
        expect(html.match(/<button/g)).toHaveLength(1);
      }
    }
    const answer = await use(path);
    expect(answer.status).toBe(303);
    expect(await pageData(site, cookieOf(answer))).toMatchObject({ level: "super", userId: 0 });
    for (const again of [await use(path), await site.call(path)]) {
      expect(again.status).toBe(404);
      expect(again.headers.get("set-cookie")).toBeNull();
      expect(await again.text()).toContain("This link has been used");
    }
  });

  test("one that is used up or unknown leads who is signed in into the archive, which says so", async () => {
    const [path, other] = [await linkPath(site), await linkPath(site)];
    const cookie = cookieOf(await use(path));
    const unknown = `/archive/open/${"a".repeat(40)}`;
    for (const old of [path, unknown]) {
      // The second press of the button, too.
      for (const answer of [
        await site.call(old, { headers: { cookie } }),
        await use(old, { cookie }),
      ]) {
        expect(answer.status).toBe(303);
        expect(answer.headers.get("location")).toBe("/archive?old-link");
        expect(answer.headers.get("set-cookie")).toBeNull();
      }
    }
    // One that is good is offered all the same: it may be of another key.
    expect((await site.call(other, { headers: { cookie } })).status).toBe(200);
  });

  test("one that another site has led to is asked for again, with the cookie that browsers have kept back", async () => {
    const path = `/archive/open/${encodeURIComponent('a";<b>')}`;
    const answer = await site.call(path, { headers: { "sec-fetch-site": "cross-site" } });
    expect(answer.headers.get("refresh")).toBe(`0; url=${path}`);
    expect(await answer.text()).not.toContain("<b>");
  });

  test("of many who use it at once one is signed in", async () => {
    const path = await linkPath(site);
    const answers = await Promise.all(Array.from({ length: 20 }, () => use(path)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  test("it works for 15 minutes", async () => {
    const [young, old] = [await linkPath(site), await linkPath(site)];
    site.advance(15 * 60_000 - 5000);
    expect((await use(young)).status).toBe(303);
    site.advance(6000);
    const answer = await use(old);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("This link is too old");
  });

  test("it may be an API key's, as long as that is not revoked", async () => {
    const { id } = await makeKey(site, "read");
    const [one, other] = [await linkPath(site, id), await linkPath(site, id)];
    const cookie = cookieOf(await use(one));
    expect(await pageData(site, cookie)).toMatchObject({ level: "read", userId: id });
    await site.site.records.keys.revoke(id, site.site.now());
    expect((await use(other)).status).toBe(404);
    expect(await isSignedIn(site, cookie)).toBe(false);
  });

  test("another site's page cannot use it", async () => {
    const path = await linkPath(site);
    expect((await use(path, { origin: "http://redeem.test:81" })).status).toBe(403);
    expect((await use(path)).status).toBe(303);
  });

  test.each(["x", "a".repeat(40), "%3Cscript%3E"])("%s is none", async (secret) => {
    for (const method of ["GET", "POST"]) {
      const answer = await site.call(`/archive/open/${secret}`, { method });
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain("This link is not valid");
    }
  });

  test("its secret is not on record", async () => {
    const secret = (await linkPath(site)).split("/").at(-1) ?? "";
    for (const name of await readdir(site.folder)) {
      if (!name.startsWith("redeem.db")) continue;
      const bytes = Buffer.from(await Bun.file(`${site.folder}/${name}`).arrayBuffer());
      expect(bytes.includes(secret)).toBe(false);
    }
  });
});

describe("a session ends", () => {
  const site = siteForEach();
  const signOut = (path: string, cookie: string, csrf: string, headers = {}) =>
    site.call(`/archive/${path}`, {
      method: "POST",
      headers: { origin: ORIGIN, cookie, ...headers },
      body: new URLSearchParams({ csrf }),
    });

  test("by Sign out, which takes the cookie away", async () => {
    const [one, other] = [await signInWith(site), await signInWith(site)];
    const answer = await signOut("sign-out", one.cookie, one.csrf);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/archive?signed-out");
    expect(answer.headers.get("set-cookie")).toStartWith("redeem_session=; Path=/; Max-Age=0;");
    expect(await isSignedIn(site, one.cookie)).toBe(false);
    expect(await isSignedIn(site, other.cookie)).toBe(true);
    // Once more, from a page that is open still.
    expect((await signOut("sign-out", one.cookie, one.csrf)).status).toBe(303);
  });

  test("by Sign out everywhere: all of the same key, and no other's", async () => {
    const { secret } = await makeKey(site, "write");
    const own = [await signInWith(site, secret), await signInWith(site, secret)] as const;
    const operator = await signInWith(site);
    await signOut("sign-out-everywhere", own[0].cookie, own[0].csrf);
    for (const { cookie } of own) expect(await isSignedIn(site, cookie)).toBe(false);
    expect(await isSignedIn(site, operator.cookie)).toBe(true);
  });

  test("the operator's, by link or by key, are one's", async () => {
    const operator = await signInWith(site);
    const byLink = await site.call(await linkPath(site), { method: "POST" });
    await signOut("sign-out-everywhere", operator.cookie, operator.csrf);
    expect(await isSignedIn(site, cookieOf(byLink))).toBe(false);
  });

  test("not by a page that is not the session's own", async () => {
    const [one, other] = [await signInWith(site), await signInWith(site)];
    for (const csrf of ["", other.csrf, `${one.csrf}x`]) {
      expect((await signOut("sign-out", one.cookie, csrf)).status).toBe(403);
    }
    const foreign = { origin: "http://redeem.test:1" };
    expect((await signOut("sign-out", one.cookie, one.csrf, foreign)).status).toBe(403);
    expect(await isSignedIn(site, one.cookie)).toBe(true);
  });

  test("with the key that it is of", async () => {
    const { id, secret } = await makeKey(site, "admin");
    const { cookie } = await signInWith(site, secret);
    await site.site.records.keys.revoke(id, site.site.now());
    expect(await isSignedIn(site, cookie)).toBe(false);
  });

  test("after 7 days without a request, and after REDEEM_SESSION in any case", async () => {
    const [used, unused] = [await signInWith(site), await signInWith(site)];
    for (let day = 0; day < 29; day += 6) {
      expect(await isSignedIn(site, used.cookie)).toBe(true);
      site.advance(6 * DAY - 1000);
      if (day > 0) expect(await isSignedIn(site, unused.cookie)).toBe(false);
    }
    expect(await isSignedIn(site, used.cookie)).toBe(true);
    site.advance(5000);
    expect(await isSignedIn(site, used.cookie)).toBe(false);
    expect(await sweepNow(site)).toBe(2);
  });
});

test("a session outlives a restart, and ends with another REDEEM_API_KEY", async () => {
  const first = await startTestSite();
  const { folder } = first;
  const operator = await signInWith(first);
  const byLink = await first.call(await linkPath(first), { method: "POST" });
  await first.restart();
  expect(await isSignedIn(first, operator.cookie)).toBe(true);
  await first.site.stop();
  for (const key of ["another-key-of-the-operator", ""]) {
    const other = await startTestSite({ REDEEM_API_KEY: key }, { folder });
    expect(await isSignedIn(other, operator.cookie)).toBe(false);
    expect(await isSignedIn(other, cookieOf(byLink))).toBe(true);
    await other.site.stop();
  }
  await first.restart();
  await first.stop();
});

test("behind https the cookie is Secure, and of this host alone", async () => {
  const origin = "https://photos.example.com";
  const site = await startTestSite({ REDEEM_PUBLIC_URL: origin });
  const answer = await sendKey(site, API_KEY, { origin });
  expect(answer.headers.get("set-cookie")).toMatch(
    /^__Host-redeem_session=\w{40}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
  );
  expect(await isSignedIn(site, cookieOf(answer))).toBe(true);
  await site.stop();
});

test("below a path the cookie is of that path, and the page's addresses have it", async () => {
  const site = await startTestSite({ REDEEM_PUBLIC_URL: `${ORIGIN}/redeem/` });
  const answer = await sendKey(site, API_KEY);
  expect(answer.headers.get("location")).toBe("/redeem/archive");
  expect(answer.headers.get("set-cookie")).toContain("; Path=/redeem; ");
  expect(await pageData(site, cookieOf(answer))).toMatchObject({ base: "/redeem" });
  expect(await (await site.call("/archive")).text()).toContain('action="/redeem/archive/sign-in"');
  await site.stop();
});
