import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { siteForAll } from "../support/lifetime.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

/** The colour and the logo of a site on its pages (REDEEM_ACCENT, REDEEM_LOGO). */

const SVG = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`;

const plain = siteForAll();
let site: TestSite;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-look-"));
  await Bun.write(join(folder, "logo"), SVG);
  site = await startTestSite({
    REDEEM_ACCENT: "#07c",
    REDEEM_LOGO: join(folder, "logo"),
    REDEEM_PUBLIC_URL: "http://redeem.test/base",
  });
});
afterAll(async () => {
  await site.stop();
  await rm(folder, { recursive: true, force: true });
});

const pageOf = async (of: TestSite, path: string) => (await of.call(path)).text();

test("each page has both; a site that has none names none", async () => {
  const upload = `/upload/${await site.token()}`;
  for (const path of ["/", "/archive", upload]) {
    const html = await pageOf(site, path);
    const root = path === upload ? "\\.\\./" : "/base/";
    expect(html).toMatch(
      new RegExp(`<img class="logo" src="${root}site-assets/logo\\.\\w+\\.svg" alt`),
    );
    expect(html).toMatch(
      new RegExp(`<link rel="stylesheet" href="${root}site-assets/colours\\.\\w+\\.css"`),
    );
    // Behind the pages' own, which it outweighs.
    expect(html.indexOf("site-assets/colours")).toBeGreaterThan(html.indexOf("web-assets/"));
  }
  expect(await pageOf(plain, "/")).not.toContain("site-assets");
});

test("they are served under names of their content, for ever, and a logo runs nothing", async () => {
  const html = await pageOf(site, "/");
  const [, logo = ""] = /\/base(\/site-assets\/logo[^"]+)/.exec(html) ?? [];
  const answer = await site.call(logo);
  expect(await answer.text()).toBe(SVG);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "image/svg+xml",
    "content-security-policy": expect.stringMatching(/^sandbox; default-src 'none'/),
    "x-content-type-options": "nosniff",
    "cache-control": "public, max-age=31536000, immutable",
  });
  const [, styles = ""] = /\/base(\/site-assets\/colours[^"]+)/.exec(html) ?? [];
  const sheet = await site.call(styles);
  expect(sheet.headers.get("content-type")).toBe("text/css; charset=utf-8");
  expect(await sheet.text()).toContain("--accent:#");
  expect((await site.call("/site-assets/logo.png")).status).toBe(404);
});
