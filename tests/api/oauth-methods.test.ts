import { beforeAll, describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { methodPath, versionsOf } from "../../src/http/define-method.ts";
import { METHODS } from "../../src/http/methods.ts";
import { oauthHeader, oauthParameters, type Signing } from "../support/oauth.ts";
import { siteForAll } from "../support/lifetime.ts";
import { ORIGIN } from "../support/site.ts";

/** Every method takes signed requests, in both versions, by both verbs and wherever the signature stands. */

const site = siteForAll();
let signing: Signing;
beforeAll(async () => {
  const { key } = await addKey(site.site.records, "admin", "client");
  const id = String(key.id);
  signing = { key: id, token: id, ...site.site.secret.oauth(key.id) };
});

const calls = METHODS.flatMap((method) =>
  versionsOf(method).map(
    (version) => [methodPath(method.path, version), method.example.input] as const,
  ),
);

/** Whatever comes of a call, its answer says who called. */
type Called = { status: string; permission_level: string; code?: string };
const read = async (response: Response) => (await response.json()) as Called;

describe.each(calls)("%s", (path, example) => {
  const fields = {
    ...Object.fromEntries(Object.entries(example).map(([name, value]) => [name, String(value)])),
    format: "json",
    raw: "1",
  };
  const query = new URLSearchParams(fields);

  test("GET, signed in its header; and once only", async () => {
    const url = `${ORIGIN}${path}?${query}`;
    const headers = { authorization: oauthHeader({ method: "GET", url }, signing) };
    const first = await read(await site.call(`${path}?${query}`, { headers }));
    expect(first.permission_level).toBe("admin");
    const again = await read(await site.call(`${path}?${query}`, { headers }));
    expect(again).toMatchObject({ status: "error", code: "invalid_signature" });
  });

  test("GET, signed in its query", async () => {
    const url = `${ORIGIN}${path}?${query}`;
    const signed = new URLSearchParams(oauthParameters({ method: "GET", url }, signing));
    const answer = await read(await site.call(`${path}?${query}&${signed}`));
    expect(answer.permission_level).toBe("admin");
  });

  test("POST of fields, which are signed too", async () => {
    const authorization = oauthHeader({ method: "POST", url: ORIGIN + path, fields }, signing);
    const post = (body: Record<string, string>) =>
      site.call(path, {
        method: "POST",
        body: new URLSearchParams(body),
        headers: { authorization },
      });
    const changed = await read(await post({ ...fields, added: "by another" }));
    expect(changed).toMatchObject({ status: "error", code: "invalid_signature" });
    expect((await read(await post(fields))).permission_level).toBe("admin");
  });
});
