import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { createApp } from "../../src/http/app.ts";
import { versionsOf } from "../../src/http/define-method.ts";
import { METHODS } from "../../src/http/methods.ts";
import { siteForAll } from "../support/lifetime.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { operationAt, readSpec, type Documented, type Spec } from "./spec.ts";

/** Routes that are no part of what others call. */
const HIDDEN = [
  "GET /",
  "GET /archive",
  "GET /archive/events",
  "GET /archive/open/:secret",
  "GET /docs",
  "GET /docs/:name",
  "GET /docs/plugin",
  "GET /download/:secret",
  "GET /favicon.ico",
  "GET /openapi.json",
  "GET /robots.txt",
  "GET /site-assets/:name",
  "GET /web-assets/:name",
  "HEAD /archive/events",
  "POST /archive/open/:secret",
  "POST /archive/sign-in",
  "POST /archive/sign-out",
  "POST /archive/sign-out-everywhere",
  "POST /upload/:upload_token",
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

const site = siteForAll();
let spec: Spec;

beforeAll(async () => {
  spec = await readSpec(site);
});

const at = (path: string, method: string) => operationAt(spec, path, method);
const operations = () => Object.values(spec.paths).flatMap((path) => Object.values(path));

/** Those that the server calls, too. */
const withCallbacks = () => operations().flatMap((one) => [one, ...callbacksOf(one)]);
const callbacksOf = (operation: Documented) =>
  Object.values(operation.callbacks ?? {})
    .flatMap((addresses) => Object.values(addresses))
    .flatMap((verbs) => Object.values(verbs));

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
    for (const operation of withCallbacks()) {
      const { operationId: id } = operation;
      expect(operation.summary, id).toMatch(/\w{4}/);
      expect(operation.description, id).toMatch(/\w{4}/);
      expect(operation.tags).toHaveLength(1);
      expect(operation.tags.every((tag) => tags.has(tag))).toBe(true);
      for (const answer of Object.values(operation.responses)) {
        expect(answer.description, id).toMatch(/\w{4}/);
      }
    }
    const ids = withCallbacks().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("gives every parameter a sentence and an example", () => {
    for (const operation of withCallbacks()) {
      const { operationId: id, parameters = [], requestBody } = operation;
      for (const { name, description, schema } of parameters) {
        // All parameters of a mirror in one box, with an example of its own.
        if (name === "parameters" && id.startsWith("echo")) continue;
        expect(description, `${id} ${name}`).toMatch(/\w{4}.* Example: `.+`\.$/s);
        expect(schema.examples, `${id} ${name}`).toHaveLength(1);
      }
      for (const { schema } of Object.values(requestBody?.content ?? {})) {
        for (const [name, field] of Object.entries(schema.properties ?? {})) {
          expect(field.description, `${id} ${name}`).toMatch(/\w{4}/);
        }
      }
    }
  });

  test("puts version 1 behind everything else, in a group of its own", () => {
    const [second, first] = spec["x-tagGroups"].toReversed();
    expect([first?.name, second?.name]).toEqual(["Version 2 (JSON)", "Version 1 (XML)"]);
    const tags = spec.tags.map(({ name }) => name);
    expect(tags).toEqual([...(first?.tags ?? []), ...(second?.tags ?? [])]);
    for (const [path, verbs] of Object.entries(spec.paths)) {
      const old = path.startsWith("/api/") && !path.startsWith("/api/2/");
      for (const {
        tags: [tag = ""],
      } of Object.values(verbs)) {
        expect(second?.tags.includes(tag), path).toBe(old);
      }
    }
  });

  test("has every parameter of every method, in both versions and by both verbs", () => {
    for (const method of METHODS) {
      const { path, input } = method;
      const names = Object.keys(input.properties);
      for (const prefix of versionsOf(method).map((version) =>
        version === 1 ? "/api" : "/api/2",
      )) {
        const get = at(`${prefix}/${path}`, "get").parameters ?? [];
        expect(get.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
        const content = at(`${prefix}/${path}`, "post").requestBody?.content ?? {};
        expect(Object.keys(content)).toEqual([
          "application/x-www-form-urlencoded",
          "multipart/form-data",
        ]);
        for (const body of Object.values(content)) {
          expect(Object.keys(body.schema.properties ?? {})).toEqual(names);
        }
      }
    }
  });

  test.each(["/api/photo", "/api/2/photo"])(
    "has the fields of %s/redeem-upload-token",
    (prefix) => {
      const post = at(`${prefix}/redeem-upload-token`, "post");
      const form = post.requestBody?.content["multipart/form-data"]?.schema;
      expect(Object.keys(form?.properties ?? {})).toEqual([
        "upload_token",
        "upload_grant",
        "passphrase",
        "guest_name",
        "guest_note",
        "file",
        ...RESUMABLE,
        "digest",
        "file_digest",
      ]);
      expect(form?.properties?.["file"]).toMatchObject({ type: "string", format: "binary" });
      expect(form?.required).toEqual(["upload_token", "file"]);
      for (const verb of ["get", "put"]) {
        const asked = at(`${prefix}/redeem-upload-token`, verb).parameters ?? [];
        expect(asked.map(({ name }) => name)).toEqual(expect.arrayContaining(RESUMABLE));
      }
    },
  );

  test("shows calls whose parameters are taken, and answers as they are", () => {
    for (const method of METHODS) {
      const { path, input, output, example } = method;
      expect(Value.Check(input, example.input), path).toBe(true);
      for (const [name, property] of Object.entries(input.properties)) {
        for (const value of property["examples"] as unknown[]) {
          expect(Value.Check(property, value), `${path} ${name}`).toBe(true);
        }
      }
      for (const version of versionsOf(method)) {
        const enclosed = output.enclose(example.output("https://a.example", version), 1);
        const answers = "items" in enclosed ? enclosed.items : [enclosed.data];
        for (const answer of answers) {
          const { properties } = output.fields;
          // In version 1 a field that is not known is empty.
          const said = Object.entries(answer).filter(
            ([name, value]) => value !== "" || properties[name]?.["blank"] !== true,
          );
          const errors = [...Value.Errors(output.fields, Object.fromEntries(said))];
          expect(errors, path).toEqual([]);
          const known = Object.keys(output.fields.properties);
          if (!output.fields.additionalProperties) {
            expect(known).toEqual(expect.arrayContaining(Object.keys(answer)));
          }
        }
      }
    }
  });

  test("has nothing in a form that Swagger UI would fill in and send", () => {
    for (const operation of operations()) {
      for (const body of Object.values(operation.requestBody?.content ?? {})) {
        for (const [name, field] of Object.entries(body.schema.properties ?? {})) {
          if (name === "p" || name === "size") continue;
          expect(field, name).not.toContainAnyKeys(["example", "examples", "default", "allowed"]);
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
      expect.stringMatching(/^ok redeem\.test 1 42 \w{32} https:\/\/www\.example\.com\/\S+$/),
    );
    const get = at("/api/2/photo/redeem-upload-token", "get").responses;
    expect(Object.keys(get)).toEqual(["200", "204", "400", "403", "404", "503", "507"]);
    expect(get["204"]?.content).toBeUndefined();
  });
});

describe("the server's own address", () => {
  let own: TestSite;
  beforeAll(async () => {
    own = await startTestSite({
      REDEEM_PUBLIC_URL: "https://photos.example:8443/shop",
      REDEEM_SITE_NAME: "The Lake",
    });
  });
  afterAll(() => own.stop());

  test("is in every example: calls, links, names", async () => {
    const text = await (await own.call("/openapi.json")).text();
    const its = JSON.parse(text) as Spec;
    const { description } = operationAt(its, "/api/2/photo/get-upload-token", "post");
    expect(description).toContain("https://photos.example:8443/shop/api/2/photo/get-upload-token");
    const redeeming = operationAt(its, "/api/photo/redeem-upload-token", "post").description;
    expect(redeeming).toContain(
      'target: "https://photos.example:8443/shop/api/photo/redeem-upload-token"',
    );
    expect(text).toContain("https://photos.example:8443/shop/upload/");
    expect(text).toContain("ok photos.example 1 42 ");
    expect(text).toContain("domain=photos.example&");
    expect(text).toContain(`"one":"/shop/1/42/`);
    expect(text).toContain('"site_name":"The Lake"');
    // No other address is in it but those that clearly stand for somebody else's.
    const hosts = new Set([...text.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host = ""]) => host));
    expect([...hosts].sort()).toEqual(["github.com", "photos.example", "www.example.com"]);
  });

  test("is the one that was got in the end, where the port was left to the system", async () => {
    await own.call("/openapi.json");
    own.site.setPublicUrl("http://localhost:40404");
    const text = await (await own.call("/openapi.json")).text();
    expect(text).toContain("http://localhost:40404/upload/");
    expect(text).not.toContain("/shop");
  });
});
