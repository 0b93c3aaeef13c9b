import { expect, test } from "bun:test";
import { foreignOrigin, isOwnPage } from "../../../src/http/archive/own-page.ts";

const PUBLIC = "https://photos.example.com/base";

test.each([
  // As the browser says it, the Host header, whether it is one of this server's pages.
  [{}, "10.0.0.1:2323", true],
  [{ origin: "https://photos.example.com" }, "10.0.0.1:2323", true],
  [{ origin: "http://photos.example.com" }, "10.0.0.1:2323", false],
  [{ origin: "http://10.0.0.1:2323" }, "10.0.0.1:2323", true],
  [{ origin: "https://10.0.0.1:2323" }, "10.0.0.1:2323", true],
  [{ origin: "http://10.0.0.1" }, "10.0.0.1:2323", false],
  [{ origin: "http://10.0.0.1:2324" }, "10.0.0.1:2323", false],
  [{ origin: "https://photos.example.com.evil.example" }, "photos.example.com", false],
  [{ origin: "https://photos.example.com@evil.example" }, "photos.example.com", false],
  [{ origin: "null" }, "null", false],
  [{ origin: "" }, "10.0.0.1:2323", false],
  [{ origin: "file://" }, "10.0.0.1:2323", false],
  [{ "sec-fetch-site": "same-origin" }, "10.0.0.1:2323", true],
  [{ "sec-fetch-site": "same-origin", origin: "https://evil.example" }, "10.0.0.1:2323", false],
  [{ "sec-fetch-site": "same-site", origin: "http://10.0.0.1:2323" }, "10.0.0.1:2323", false],
  [{ "sec-fetch-site": "cross-site" }, "10.0.0.1:2323", false],
  [{ "sec-fetch-site": "none" }, "10.0.0.1:2323", false],
  [{ "sec-fetch-site": "same-origin, cross-site" }, "10.0.0.1:2323", false],
] as [Record<string, string>, string, boolean][])("%j at %s: %p", (headers, host, isOwn) => {
  const request = new Request(`http://${host}/archive/sign-in`, { method: "POST", headers });
  expect(isOwnPage(request, PUBLIC)).toBe(isOwn);
});

const from = (headers: Record<string, string>) =>
  foreignOrigin(new Request("http://10.0.0.1:2323/", { headers }), PUBLIC);

test("the origin of another site's page, and none of an own page or a program", () => {
  expect(from({})).toBeNull();
  expect(from({ origin: "https://photos.example.com" })).toBeNull();
  expect(from({ origin: "http://10.0.0.1:2323", "sec-fetch-site": "same-origin" })).toBeNull();
  expect(from({ origin: "https://evil.example" })).toBe("https://evil.example");
  expect(from({ origin: "null" })).toBe("null");
  const site = { "sec-fetch-site": "cross-site" };
  expect(from({ ...site, origin: "http://10.0.0.1:2323" })).toBe("http://10.0.0.1:2323");
});
