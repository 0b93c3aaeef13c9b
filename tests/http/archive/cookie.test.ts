import { describe, expect, test } from "bun:test";
import { sessionCookie, sessionSecrets } from "../../../src/http/archive/cookie.ts";

const HTTPS = "https://photos.example.com";
const HTTP = "http://photos.example.com";

const request = (url: string, headers: Record<string, string> = {}) =>
  new Request(`${url}/archive`, { headers });

const read = (cookie: string, url = HTTP, publicUrl = HTTP) =>
  sessionSecrets(request(url, { cookie }), publicUrl);

describe("the secrets in a Cookie header", () => {
  test.each([
    ["", []],
    ["redeem_session=abc", ["abc"]],
    ["a=1; redeem_session=abc ;b=2", ["abc"]],
    ["redeem_session=abc; redeem_session=def", ["abc", "def"]],
    ["redeem_session=abc; __Host-redeem_session=def", ["def", "abc"]],
    ["redeem_session=", []],
    ["redeem_session", []],
    ["Redeem_Session=abc", []],
    ["x_redeem_session=abc", []],
    ['redeem_session="abc"', []],
    ["redeem_session=a=b", []],
    ["__proto__=abc; constructor=abc; redeem_session=def", ["def"]],
    [`redeem_session=${"a".repeat(101)}`, []],
  ] as [string, string[]][])("%s", (cookie, secrets) => {
    expect(read(cookie)).toEqual(secrets);
  });

  test("are few, however many there are: each is looked up", () => {
    const many = Array.from({ length: 900 }, (_, index) => `redeem_session=${index}`);
    expect(read(["__Host-redeem_session=own", ...many].join(";"))).toHaveLength(11);
  });

  test("where the address is https, one that a subdomain can plant does not count", () => {
    const both = "redeem_session=planted; __Host-redeem_session=own";
    expect(read(both, HTTPS, HTTPS)).toEqual(["own"]);
    expect(read("redeem_session=planted", HTTPS, HTTPS)).toEqual([]);
    // A proxy took TLS off.
    expect(read("redeem_session=planted", HTTP, HTTPS)).toEqual([]);
  });
});

describe("the cookie of an answer", () => {
  test.each([
    ["http", HTTP, HTTP, {}, "redeem_session=s; Path=/;", false],
    ["https, ended by the server", HTTPS, HTTP, {}, "__Host-redeem_session=s; Path=/;", true],
    ["https, ended by a proxy", HTTP, HTTPS, {}, "__Host-redeem_session=s; Path=/;", true],
    ["https below a path", HTTP, `${HTTPS}/base`, {}, "redeem_session=s; Path=/base;", true],
    [
      "https of a proxy that says another host",
      "http://10.0.0.1:2323",
      HTTPS,
      { origin: HTTPS },
      "__Host-redeem_session=s; Path=/;",
      true,
    ],
    [
      "http of the local network, beside https",
      "http://10.0.0.1:2323",
      HTTPS,
      { origin: "http://10.0.0.1:2323" },
      "redeem_session=s; Path=/;",
      false,
    ],
  ] as [string, string, string, Record<string, string>, string, boolean][])(
    "%s",
    (_, url, publicUrl, headers, beginning, isSecure) => {
      const cookie = sessionCookie(request(url, headers), publicUrl, "s", 60_000);
      expect(cookie).toStartWith(`${beginning} Max-Age=60; HttpOnly; SameSite=Strict`);
      expect(cookie.endsWith("; Secure")).toBe(isSecure);
      expect(cookie).not.toContain("Domain");
    },
  );
});
