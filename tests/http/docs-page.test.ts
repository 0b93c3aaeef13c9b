import { describe, expect, test } from "bun:test";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();

describe("/docs", () => {
  test("loads nothing from elsewhere, and runs no script of a page", async () => {
    const page = await site.call("/docs");
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).not.toContain("//");
    expect(html).not.toMatch(/<script(?! src=)/);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*/);

    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, address = ""]) => address,
    );
    expect(addresses.length).toBeGreaterThan(4);
    for (const address of addresses) {
      expect(address).not.toStartWith("/");
      const asset = await site.call(`/${address}`);
      expect(asset.status, address).toBe(200);
      expect((await asset.bytes()).length).toBeGreaterThan(100);
    }
  });

  test("serves its script, styles and icon as what they are", async () => {
    const html = await (await site.call("/docs")).text();
    const types = await Promise.all(
      [...html.matchAll(/"(docs\/[^"]+)"/g)].map(async ([, address]) => {
        const asset = await site.call(`/${address}`);
        expect(asset.headers.get("cache-control")).toContain("immutable");
        return asset.headers.get("content-type");
      }),
    );
    const script = "text/javascript; charset=utf-8";
    const styles = "text/css; charset=utf-8";
    expect(types).toEqual(["image/png", styles, styles, script, script]);
  });

  test("has no page of the plugin's, which loads from another host", async () => {
    for (const path of [
      "/docs/plugin",
      "/docs/plugin/",
      "/docs/none.js",
      "/swagger",
      "/docs/__proto__",
    ]) {
      expect((await site.call(path)).status, path).toBe(404);
    }
  });

  test("is found with a slash behind it too, under any path", async () => {
    const answer = await site.call("/docs/");
    expect([answer.status, answer.headers.get("location")]).toEqual([301, "../docs"]);
  });
});
