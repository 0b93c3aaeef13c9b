import { describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { oauthHeader } from "../support/oauth.ts";
import { siteForAll } from "../support/lifetime.ts";
import { API_KEY, ORIGIN } from "../support/site.ts";

const site = siteForAll({ REDEEM_SITE_NAME: "Our photos" });

describe("site/get tells everybody what the site is", () => {
  const told = { site_id: "1", site_name: "Our photos", product_key: "redeem", site_key: "redeem" };

  test("in version 2", async () => {
    const answer = await site.call("/api/2/site/get");
    expect(await answer.json()).toMatchObject({
      status: "ok",
      permission_level: "anonymous",
      data: { ...told, domain: "redeem.test", allow_signup_p: false, license_id: "0" },
    });
  });

  test("in version 1, where the object stands in the place of the one that every answer has", async () => {
    const answer = await site.call("/api/site/get?format=json&raw=1");
    expect(await answer.json()).toMatchObject({
      status: "ok",
      site: { ...told, domain: "redeem.test", allow_signup_p: "0" },
      endpoint: "/api/site/get",
    });
    const xml = await (await site.call("/api/site/get")).text();
    expect(xml).toContain("<site_name>Our photos</site_name>");
    expect(xml).toContain("<domain>redeem.test</domain>");
  });
});

describe("user/tokens, by which a command-line client checks its key", () => {
  const PATH = "/api/2/user/tokens?cross_sites_p=1";
  const entry = {
    domain: "redeem.test",
    display_name: "Our photos",
    site_name: "Our photos",
    api_base_url: `${ORIGIN}/`,
    canonical_user_p: true,
    starred_p: false,
  };

  test("answers the site that the key opens, with the key that was sent", async () => {
    const answer = (await (await site.callWithKey(PATH)).json()) as { sites: object[] };
    expect(answer).toMatchObject({ status: "ok", permission_level: "super" });
    expect(answer.sites).toEqual([
      { ...entry, bearer_token: API_KEY, expiration_time: "9999-12-31T23:59:59Z" },
    ]);
  });

  test("with a key of its own, and signed, where there is no key to tell", async () => {
    const { key, secret } = await addKey(site.site.records, "read", "reader");
    const headers = { authorization: `Bearer ${secret}` };
    const sent = await (await site.call(PATH, { headers })).json();
    expect(sent).toMatchObject({ permission_level: "read", sites: [{ bearer_token: secret }] });

    const id = String(key.id);
    const signing = { key: id, token: id, ...site.site.secret.oauth(key.id) };
    const authorization = oauthHeader({ method: "GET", url: ORIGIN + PATH }, signing);
    const signed = await (await site.call(PATH, { headers: { authorization } })).json();
    expect(signed).toMatchObject({ status: "ok", sites: [{ ...entry, bearer_token: "" }] });
  });

  test.each([
    ["no key", {}, "missing_authentication"],
    ["a wrong one", { authorization: "Bearer wrong" }, "invalid_signature"],
  ])("%s is told so, with 401", async (_, headers, code) => {
    const answer = await site.call(PATH, { headers: new Headers(headers) });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ status: "error", code });
  });

  test("is of version 2 alone", async () => {
    expect((await site.callWithKey("/api/user/tokens")).status).toBe(404);
    const document = (await (await site.call("/openapi.json")).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain("/api/2/user/tokens");
    expect(Object.keys(document.paths)).not.toContain("/api/user/tokens");
  });
});
