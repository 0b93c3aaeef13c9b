import { describe, expect, test } from "bun:test";
import { siteForAll } from "../support/lifetime.ts";

/** Issue 8, 3.11: `/` led to the documentation, and browsers and robots were answered 404. */
const site = siteForAll({ REDEEM_SITE_NAME: `Photos of <Ann> & "Bob"` });

test("/ has the site's name, says what this is, leads to the documentation, and no further", async () => {
  const response = await site.call("/");
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringMatching(
      /^default-src 'none'; .*frame-ancestors 'none'/,
    ),
  });
  const html = await response.text();
  expect(html).toContain('<h1 dir="auto">Photos of &lt;Ann> &amp; &quot;Bob&quot;</h1>');
  expect(html).toContain("<title>Photos of &lt;Ann> &amp; &quot;Bob&quot;</title>");
  expect(html).toContain("receives files from people who were sent an upload link");
  expect(html.match(/<a /g)).toHaveLength(2);
  expect(html).toContain('<a href="/archive">');
  expect(html).toContain('<a href="/docs">');
  expect(html).not.toMatch(/https?:|<script|<form/);
});

test("robots are refused everything", async () => {
  const response = await site.call("/robots.txt");
  expect(response.headers.get("content-type")).toStartWith("text/plain");
  expect(await response.text()).toBe("User-agent: *\nDisallow: /\n");
});

test("the icon is one image of 16 by 16 points", async () => {
  const response = await site.call("/favicon.ico");
  expect(response.headers.get("content-type")).toBe("image/x-icon");
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.subarray(0, 8).toString("hex")).toBe("0000010001001010");
  // The image begins where its entry says, and ends with the file.
  expect(bytes.readUInt32LE(18) + bytes.readUInt32LE(14)).toBe(bytes.length);
  expect(bytes.length).toBeLessThan(1024);
});

test("none of them is in the documentation of the API", async () => {
  const { paths } = (await (await site.call("/openapi.json")).json()) as { paths: object };
  for (const path of ["/", "/robots.txt", "/favicon.ico"]) expect(paths).not.toHaveProperty([path]);
});

describe("an address that nothing is at", () => {
  const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

  test.each([
    ["fr", "Il n’y a rien à cette adresse."],
    ["da-DK", "Der er intet på denne adresse."],
    ["pl", "There is nothing at this address."],
  ])("is a page for a browser, in its language: %s", async (language, words) => {
    const answer = await site.call("/nothing", {
      headers: { ...BROWSER, "accept-language": language },
    });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.text()).toContain(`<h1>${words}</h1>`);
  });

  test("is a line of text for a program, and below /api/ for a browser too", async () => {
    const plain = await site.call("/nothing", { headers: { accept: "*/*" } });
    expect([plain.status, plain.headers.get("content-type"), await plain.text()]).toEqual([
      404,
      "text/plain",
      "There is nothing at this address.",
    ]);
    const method = await site.call("/api/2/nothing", { headers: BROWSER });
    expect(await method.text()).toStartWith("There is no API method GET");
  });
});
