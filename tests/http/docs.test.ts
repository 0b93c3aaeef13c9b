import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createApp } from "../../src/http/app.ts";
import { getUploadToken } from "../../src/http/photo/get-upload-token.ts";
import { list } from "../../src/http/photo/list.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { operationAt, readSpec, type Spec } from "./spec.ts";

/** Routes that are no part of what others call. */
const HIDDEN = [
  "GET /",
  "GET /docs",
  "GET /docs/:name",
  "GET /docs/plugin",
  "GET /openapi.json",
  "GET /upload-assets/:name",
];

const RESUMABLE = [
  "resumableChunkNumber",
  "resumableChunkSize",
  "resumableTotalSize",
  "resumableIdentifier",
  "resumableFilename",
  "resumableTotalChunks",
  "resumableCurrentChunkSize",
  "resumableType",
  "resumableRelativePath",
];

let site: TestSite;
let spec: Spec;

beforeAll(async () => {
  site = await startTestSite();
  spec = await readSpec(site);
});
afterAll(() => site.stop());

const at = (path: string, method: string) => operationAt(spec, path, method);
const operations = () => Object.values(spec.paths).flatMap((path) => Object.values(path));

describe("/openapi.json", () => {
  test("is OpenAPI 3.1, and right under any address", () => {
    expect(spec.openapi).toBe("3.1.0");
    expect(spec.servers.map(({ url }) => url)).toEqual(["."]);
  });

  test("has every route of the app but the hidden ones", () => {
    const routes = createApp(site.site).routes.filter(({ method }) => method !== "OPTIONS");
    const missing = routes
      .filter(({ method, path }) => {
        const named = path.replace(/:(\w+)/g, "{$1}").replace(/(.)\/$/, "$1");
        return !spec.paths[named]?.[method.toLowerCase()];
      })
      .map(({ method, path }) => `${method} ${path}`);
    expect(missing.sort()).toEqual(HIDDEN);
  });

  test("explains each method, and names each once", () => {
    const tags = new Set(spec.tags.map(({ name }) => name));
    for (const operation of operations()) {
      expect(operation.summary).toMatch(/\w{4}/);
      expect(operation.description).toMatch(/\w{4}/);
      expect(operation.tags.every((tag) => tags.has(tag))).toBe(true);
      for (const answer of Object.values(operation.responses)) {
        expect(answer.description).toMatch(/\w{4}/);
      }
      for (const field of operation.parameters ?? []) expect(field.description).toMatch(/\w{4}/);
    }
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(["/api/photo", "/api/2/photo"])(
    "has every parameter of the methods of %s",
    (prefix) => {
      for (const [method, schema] of [
        ["get-upload-token", getUploadToken],
        ["list", list],
      ] as const) {
        const names = Object.keys(schema.input.properties);
        const get = at(`${prefix}/${method}`, "get").parameters ?? [];
        expect(get.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
        const content = at(`${prefix}/${method}`, "post").requestBody?.content ?? {};
        expect(Object.keys(content)).toEqual([
          "application/x-www-form-urlencoded",
          "multipart/form-data",
        ]);
        for (const body of Object.values(content)) {
          expect(Object.keys(body.schema.properties)).toEqual(names);
        }
      }
      const redeem = at(`${prefix}/redeem-upload-token`, "post");
      const form = redeem.requestBody?.content["multipart/form-data"]?.schema;
      expect(Object.keys(form?.properties ?? {})).toEqual(["upload_token", "file", ...RESUMABLE]);
      expect(form?.properties["file"]).toMatchObject({ type: "string", format: "binary" });
      expect(form?.required).toEqual(["upload_token", "file"]);
      const asked = at(`${prefix}/redeem-upload-token`, "get").parameters ?? [];
      expect(asked.map(({ name }) => name)).toEqual(expect.arrayContaining(RESUMABLE));
    },
  );

  test("has nothing in a form that Swagger UI would fill in and send", () => {
    for (const operation of operations()) {
      for (const body of Object.values(operation.requestBody?.content ?? {})) {
        for (const [name, field] of Object.entries(body.schema.properties ?? {})) {
          if (name === "p" || name === "size") continue;
          expect(field).not.toContainAnyKeys(["example", "examples", "default", "allowed"]);
        }
      }
    }
  });

  test("asks for a key where one is needed, and nowhere else", () => {
    expect(at("/api/2/photo/get-upload-token", "post").security).toEqual([{ apiKey: [] }]);
    expect(at("/api/2/photo/list", "get").security).toEqual([{}, { apiKey: [] }]);
    expect(at("/api/2/photo/redeem-upload-token", "post").security).toEqual([]);
  });

  test("has the answers of redeem-upload-token", () => {
    const v1 = at("/api/photo/redeem-upload-token", "post").responses;
    const v2 = at("/api/2/photo/redeem-upload-token", "post").responses;
    const common = ["200", "301", "400", "403", "404", "408", "500", "503", "507"];
    expect(Object.keys(v1)).toEqual(common);
    expect(Object.keys(v2)).toEqual([...common, "413", "415"].sort());
    expect(Object.keys(v1["200"]?.content ?? {})).toContain("application/xml");
    expect(Object.keys(v2["200"]?.content ?? {})).not.toContain("application/xml");
    const lines = Object.values(v1["200"]?.content?.["text/plain"]?.examples ?? {});
    expect(lines.map(({ value }) => value)).toContainEqual(
      expect.stringMatching(
        /^ok photos\.example\.com 1 42 \w{32} https:\/\/www\.example\.com\/\S+$/,
      ),
    );
    const get = at("/api/2/photo/redeem-upload-token", "get").responses;
    expect(Object.keys(get)).toEqual(["200", "204", "400", "403", "404", "503", "507"]);
    expect(get["204"]?.content).toBeUndefined();
  });
});

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
