import { describe, expect, test } from "bun:test";
import { siteForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { formOf } from "../support/redeem.ts";
import { callSignedIn, makeKey, signInWith } from "../support/sign-in.ts";
import { ORIGIN } from "../support/site.ts";

/** The session's cookie as a credential of the API (protocol 9). */
const site = siteForAll();
const PATH = "/api/2/photo/get-upload-token";

const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code;

describe("a call of the archive's page", () => {
  test("has the level and the user of the key that signed in, in both versions, by GET and POST", async () => {
    const { id, secret } = await makeKey(site, "write");
    const { cookie, csrf } = await signInWith(site, secret);
    const headers = { cookie, "redeem-csrf": csrf, origin: ORIGIN };
    const answer = await site.call(PATH, { method: "POST", headers });
    expect(await answer.json()).toMatchObject({
      status: "ok",
      permission_level: "write",
      data: { user_id: id },
    });
    const first = await site.call("/api/photo/get-upload-token?format=json&raw", { headers });
    expect(await first.json()).toMatchObject({ status: "ok", permission_level: "write" });
    const reader = await signInWith(site, (await makeKey(site, "read")).secret);
    const refused = await callSignedIn(site, PATH, reader);
    expect([refused.status, await codeOf(refused)]).toEqual([403, "permission_denied"]);
  });

  test("sends files, too", async () => {
    const { cookie, csrf } = await signInWith(site);
    const answer = await site.call("/api/2/photo/upload", {
      method: "POST",
      headers: { cookie, "redeem-csrf": csrf, origin: ORIGIN },
      body: formOf([["file", png(), "photo.png"]]),
    });
    expect(await answer.json()).toMatchObject({ status: "ok" });
  });

  test("a key that goes along counts, and the session does not", async () => {
    const read = await signInWith(site, (await makeKey(site, "read")).secret);
    const { secret } = await makeKey(site, "write");
    const both = await callSignedIn(site, PATH, read, { authorization: `Bearer ${secret}` });
    expect(both.status).toBe(200);
    const wrong = await callSignedIn(site, "/api/2/echo", read, { authorization: "Bearer wrong" });
    expect(await codeOf(wrong)).toBe("invalid_signature");
  });

  test("of a session that has ended is refused, and never anonymous", async () => {
    const { id, secret } = await makeKey(site, "write");
    const browsing = await signInWith(site, secret);
    await site.site.records.keys.revoke(id, site.site.now());
    for (const given of [browsing, { ...browsing, cookie: "" }, { ...browsing, cookie: "a=b" }]) {
      const answer = await callSignedIn(site, "/api/2/echo", given);
      expect([answer.status, await codeOf(answer)]).toEqual([401, "session_ended"]);
    }
  });
});

describe("another site's page", () => {
  test("gets nothing by the cookie alone, whatever the method", async () => {
    const { cookie } = await signInWith(site);
    for (const method of ["GET", "POST"]) {
      const answer = await site.call(PATH, { method, headers: { cookie, origin: ORIGIN } });
      expect([answer.status, await codeOf(answer)]).toEqual([401, "missing_authentication"]);
      const first = await site.call("/api/photo/get-upload-token", { method, headers: { cookie } });
      expect(await first.text()).toContain('permission_level="anonymous"');
    }
  });

  test("nor with a proof that is not the session's", async () => {
    const [{ cookie }, other] = [await signInWith(site), await signInWith(site)];
    for (const csrf of ["", "x", other.csrf]) {
      const answer = await callSignedIn(site, PATH, { cookie, csrf });
      expect([answer.status, await codeOf(answer)]).toEqual([403, "wrong_csrf"]);
    }
  });

  test.each([
    ["another host", { origin: "https://evil.example" }],
    ["another port of this host", { origin: "http://redeem.test:3000" }],
    ["a subdomain", { origin: "http://a.redeem.test" }],
    ["a file of this host in a sandbox", { origin: "null" }],
    ["what the browser says is same-site", { "sec-fetch-site": "same-site" }],
    ["what the browser says is cross-site", { "sec-fetch-site": "cross-site" }],
    ["an address that was typed", { "sec-fetch-site": "none" }],
  ])("of %s is refused even with the right one, and may not read why", async (_, headers) => {
    const browsing = await signInWith(site);
    for (const path of [PATH, "/api/2/photo/redeem-upload-token", "/api/2/photo/replace"]) {
      const answer = await callSignedIn(site, path, browsing, headers);
      if (path === PATH) expect(await codeOf(answer)).toBe("origin_refused");
      else expect(answer.status).not.toBe(200);
      if (answer.status === 403) {
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
        expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      }
    }
  });

  test("is not told by a preflight that it might send the header to what a session opens", async () => {
    for (const path of [PATH, "/api/2/photo/delete", "/archive", "/archive/sign-in"]) {
      const answer = await site.call(path, {
        method: "OPTIONS",
        headers: {
          origin: "https://evil.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "redeem-csrf",
        },
      });
      expect(answer.headers.get("access-control-allow-headers")).toBeNull();
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  test("cannot have a signed-in visitor replace a photo by a method that is open to it", async () => {
    const { cookie, csrf } = await signInWith(site);
    const answer = await site.call("/api/2/photo/replace?photo_id=1", {
      method: "POST",
      headers: { cookie, "redeem-csrf": csrf, origin: "https://evil.example" },
      body: formOf([["file", png(), "photo.png"]]),
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});
