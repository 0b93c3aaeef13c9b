import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { png, textFile } from "../support/media.ts";
import { startReceiver } from "../support/receiver.ts";
import { fileForm, redeem } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { operationAt, readSpec, type Spec } from "./spec.ts";

const site = siteForAll();
let spec: Spec;

beforeAll(async () => {
  spec = await readSpec(site);
});

const at = (path: string, method: string) => operationAt(spec, path, method);

const callbackOf = (verb: string) => {
  const { callbacks } = at("/api/2/photo/get-upload-token", verb);
  const [[address = "", verbs] = []] = Object.entries(callbacks?.["outcome"] ?? {});
  const { get, post } = verbs ?? {};
  if (!get || !post) throw new Error("both ways are documented");
  return { address, get, post };
};

/** The code that stands there. */
async function documentedCheck() {
  const code = /```js\n([^]+?)```/.exec(callbackOf("get").get.description)?.[1] ?? "";
  const file = join(site.folder, "documented.mjs");
  await Bun.write(file, code);
  return (await import(file)) as {
    isFromRedeem(signature: string | null, url: string, body: string, secret: string): boolean;
  };
}

describe("the callback", () => {
  test("goes to the return_url of the call, in both versions", () => {
    expect(callbackOf("get").address).toBe("{$request.query.return_url}");
    expect(callbackOf("post").address).toBe("{$request.body#/return_url}");
    expect(at("/api/photo/get-upload-token", "get").callbacks).toBeDefined();
    expect(at("/api/2/photo/list", "get").callbacks).toBeUndefined();
    expect(callbackOf("get").get.security).toEqual([]);
  });

  test.each([
    ["a photo, by GET", png(), {}],
    ["a failure, by GET", textFile(), {}],
    ["a photo, by POST", png(), { note: "x".repeat(1500) }],
  ])(
    "has the fields and headers that are sent, and its code verifies it: %s",
    async (_what, file, extra) => {
      const receiver = startReceiver();
      const token = await site.token({
        return_url: `${receiver.url}/done`,
        background_return_p: 1,
        ...extra,
      });
      await redeem(site, fileForm(token, file));
      const [got] = await receiver.got(1);
      if (!got) throw new Error("no callback");
      const { get, post } = callbackOf("get");
      const documented = got.method === "GET" ? get : post;
      const headers = (documented.parameters ?? []).filter((field) => field.in === "header");
      expect(headers.map(({ name }) => name)).toEqual(["Redeem-Delivery", "Redeem-Signature"]);
      for (const { name, required, schema } of headers) {
        expect(required).toBe(true);
        expect(got.headers.get(name) ?? "").toMatch(new RegExp(schema.pattern ?? "."));
      }
      const query = (documented.parameters ?? []).filter((field) => field.in === "query");
      const form = post.requestBody?.content["application/x-www-form-urlencoded"]?.schema;
      const fields =
        got.method === "GET" ? query.map(({ name }) => name) : Object.keys(form?.properties ?? {});
      const needed =
        got.method === "GET"
          ? query.filter(({ required }) => required).map(({ name }) => name)
          : (form?.required ?? []);
      const told = got.method === "GET" ? got.url.searchParams : new URLSearchParams(got.body);
      const sent = [...told.keys()].filter((name) => !(name in extra));
      expect(fields).toEqual(expect.arrayContaining(sent));
      expect(sent).toEqual(expect.arrayContaining(needed));

      const { isFromRedeem } = await documentedCheck();
      const signature = got.headers.get("redeem-signature");
      const { callback: secret } = site.site.secret;
      expect(isFromRedeem(signature, got.url.href, got.body, secret)).toBe(true);
      expect(isFromRedeem(signature, got.url.href, got.body, "another")).toBe(false);
      expect(isFromRedeem(signature, `${got.url.href}1`, got.body, secret)).toBe(false);
      expect(isFromRedeem(null, got.url.href, got.body, secret)).toBe(false);
      await receiver.stop();
    },
  );
});
