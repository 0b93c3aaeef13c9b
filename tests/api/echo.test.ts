import { describe, expect, test } from "bun:test";
import { oauthParameters } from "../support/oauth.ts";
import { formOf } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();

async function mirrored(query: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const answer = await site.call(`/api/2/echo${query}`, init);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { data: Record<string, unknown> }).data;
}

describe("/api/echo", () => {
  test("needs no credential, and refuses a wrong one", async () => {
    expect(await (await site.call("/api/2/echo?a=1")).json()).toEqual({
      status: "ok",
      permission_level: "anonymous",
      cached: false,
      message: "",
      data: { a: "1" },
    });
    const wrong = { headers: { authorization: "Bearer wrong" } };
    expect((await site.call("/api/2/echo", wrong)).status).toBe(401);
    expect(await (await site.callWithKey("/api/2/echo")).json()).toMatchObject({
      permission_level: "super",
    });
  });

  test("mirrors the query, a form, and both: the form's fields win", async () => {
    expect(await mirrored("?a=1&b=Gr%C3%BC%C3%9Fe+%26&c=")).toEqual({
      a: "1",
      b: "Grüße &",
      c: "",
    });
    const body = new URLSearchParams({ b: "form" });
    expect(await mirrored("?a=1&b=2", { method: "POST", body })).toEqual({ a: "1", b: "form" });
    const form = formOf([["b", "漢"]]);
    expect(await mirrored("?a=1", { method: "POST", body: form })).toEqual({ a: "1", b: "漢" });
  });

  test("mirrors how the answer is to be written, too", async () => {
    expect(await mirrored("?a=1&fields=a,fields")).toEqual({ a: "1", fields: "a,fields" });
  });

  test.each([
    "upload_token",
    "replace_token",
    "token",
    "Token",
    "api_key",
    "apikey",
    "API-KEY",
    "key",
    "access_token",
    "bearer_token",
    "password",
    "passwd",
    "client_secret",
    "authorization",
    "auth_key",
    "credentials",
    "oauth_consumer_key",
    "oauth_signature",
    "oauth_nonce",
    "signature",
  ])("keeps %s to itself", async (name) => {
    const answer = await site.call(`/api/2/echo?a=1&${name}=hidden-value`);
    expect(await answer.text()).not.toContain("hidden-value");
    const v1 = await site.call(
      `/api/echo?a=1&format=json&raw=1&${name.toUpperCase()}=hidden-value`,
    );
    expect(await v1.text()).not.toContain("hidden-value");
  });

  test("shows nothing of a signed request's signature", async () => {
    const signing = { key: "1", consumerSecret: "x" };
    const url = "http://redeem.test/api/2/echo?a=1";
    const query = new URLSearchParams(oauthParameters({ method: "GET", url }, signing));
    const text = await (await site.call(`/api/2/echo?a=1&${query}`)).text();
    expect(text).toContain("invalid_signature");
    for (const value of query.values()) if (value.length > 5) expect(text).not.toContain(value);
  });

  test.each(["monkey", "keyboard", "author", "authority", "album_id", "message", "a.b-c"])(
    "mirrors %s, which is no secret",
    async (name) => {
      expect(await mirrored(`?${name}=1`)).toEqual({ [name]: "1" });
    },
  );
});

describe("version 1", () => {
  test("has them as elements, and leaves out what is no name of one", async () => {
    const odd = ["1a", "a b", "@status", "#text", "a:b", "<x>", "xmlns", "", "ü"];
    const query = new URLSearchParams([["a", "1 < 2"], ...odd.map((name) => [name, "odd"])]);
    const answer = await site.call(`/api/echo?${query}`);
    expect(answer.headers.get("content-type")).toBe("application/xml; charset=utf-8");
    const text = await answer.text();
    expect(text).toMatch(
      /^<\?xml [^>]*>\n<response status="ok" [^>]*><a>1 (&lt;|<) 2<\/a><\/response>\n$/,
    );
    expect(text).not.toContain("odd");
  });

  test("in JSON has them under their own key, whatever their names", async () => {
    const answer = await site.call("/api/echo?format=json&raw=1&a%20b=1&__proto__=2&constructor=3");
    const { echo, ...head } = JSON.parse(await answer.text()) as Record<string, object>;
    expect(head).toMatchObject({ status: "ok", endpoint: "/api/echo" });
    expect(new Map(Object.entries(echo ?? {}))).toEqual(
      new Map([
        ["format", "json"],
        ["raw", "1"],
        ["a b", "1"],
        ["__proto__", "2"],
        ["constructor", "3"],
      ]),
    );
  });

  test("in XML takes the names that the language knows, too", async () => {
    const text = await (await site.call("/api/echo?__proto__=2&constructor=3")).text();
    expect(text).toContain("<constructor>3</constructor>");
    expect(text).toContain("<__proto__>2</__proto__>");
  });
});
