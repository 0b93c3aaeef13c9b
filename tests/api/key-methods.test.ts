import { expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { siteForEach } from "../support/lifetime.ts";

/** key/list, create and revoke (protocol 6.3). */

const site = siteForEach();

type Key = { key_id: number; name: string; level: string; revoked_at: number; api_key?: string };
type Answer = {
  status: string;
  code?: string;
  message: string;
  data: Key & { items: Key[]; next: string };
};

async function call(method: string, fields: Record<string, string | number> = {}, key?: string) {
  const query = new URLSearchParams(Object.entries(fields).map(([name, of]) => [name, `${of}`]));
  const path = `/api/2/key/${method}?${query}`;
  const headers = { authorization: `Bearer ${key}` };
  const answer = key ? await site.call(path, { headers }) : await site.callWithKey(path);
  return { status: answer.status, body: (await answer.json()) as Answer };
}

test("a key that is made opens what its level says, until it is revoked", async () => {
  const made = await call("create", { name: " News\nroom ", level: "write" });
  const { api_key: secret = "", key_id: id } = made.body.data;
  expect(made.body).toMatchObject({
    message: "The API key was made",
    data: { name: "News room", level: "write", revoked_at: 0 },
  });
  expect(secret).toMatch(/^\w{40}$/);
  const headers = { authorization: `Bearer ${secret}` };
  expect((await site.call("/api/2/photo/get-upload-token", { headers })).status).toBe(200);
  expect((await call("list", {}, secret)).body.code).toBe("permission_denied");

  const revoked = await call("revoke", { key_id: id });
  expect(revoked.body.data.revoked_at).toBeGreaterThan(0);
  expect(await call("revoke", { key_id: id })).toEqual(revoked);
  expect((await site.call("/api/2/photo/get-upload-token", { headers })).status).toBe(401);
  const none = await call("revoke", { key_id: 999 });
  expect([none.status, none.body.code]).toEqual([404, "no_such_key"]);
});

test("the list has all, newest first, a page at a time, and never a key itself", async () => {
  const secrets: string[] = [];
  for (const name of ["a", "b", "c"]) {
    secrets.push((await call("create", { name })).body.data.api_key ?? "");
  }
  const first = (await call("list", { size: 2 })).body.data;
  const second = (await call("list", { size: 2, after: first.next })).body.data;
  expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(["c", "b", "a"]);
  expect(second.next).toBe("");
  for (const secret of secrets) expect(JSON.stringify([first, second])).not.toContain(secret);
});

test("none but level super makes, lists and revokes keys", async () => {
  const { secret } = await addKey(site.site.records, "admin", "admin");
  for (const [method, fields] of [
    ["list", {}],
    ["create", { name: "x" }],
    ["revoke", { key_id: 1 }],
  ] as const) {
    const { status, body } = await call(method, fields, secret);
    expect([method, status, body.code]).toEqual([method, 403, "permission_denied"]);
  }
});

test("a level that no key can have, and a key without a name, are refused in words", async () => {
  expect((await call("create", { name: "x", level: "none" })).body.message).toBe(
    'level must be read, write, admin or super, not "none".',
  );
  expect((await call("create", {})).body.message).toContain("name is missing");
});
