import { beforeAll, describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { LEVELS, type Level } from "../../src/records/records.ts";
import { png } from "../support/media.ts";
import { fileForm, redeem } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();
const keys = {} as Record<Level, { secret: string; id: number }>;
beforeAll(async () => {
  for (const level of LEVELS) {
    const { key, secret } = await addKey(site.site.records, level, level);
    keys[level] = { secret, id: key.id };
  }
});

const V1 = "/api/photo/get-upload-token?format=json&raw=1";
const V2 = "/api/2/photo/get-upload-token";
const DENIED =
  "You don't have the necessary permissions to perform this action (required level: 'write')";

const callAs = async (path: string, authorization?: string) => {
  const response = await site.call(path, authorization ? { headers: { authorization } } : {});
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const as = (level: Level) => `Bearer ${keys[level].secret}`;

describe("a method of level write", () => {
  test.each(["write", "admin", "super"] as const)("takes a key of level %s", async (level) => {
    const { status, body } = await callAs(V2, as(level));
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "ok", permission_level: level });
    expect((await callAs(V1, as(level))).body).toMatchObject({ permission_level: level });
  });

  test.each(["none", "anonymous", "read"] as const)(
    "refuses a key of level %s, saying the level it has",
    async (level) => {
      const error = {
        status: "error",
        permission_level: level,
        code: "permission_denied",
        message: DENIED,
      };
      expect(await callAs(V2, as(level))).toEqual({ status: 403, body: error });
      const v1 = await callAs(V1, as(level));
      expect(v1.status).toBe(200);
      expect(v1.body).toMatchObject(error);
    },
  );

  test("without any credential: v1 is denied, v2 misses the authentication", async () => {
    const v1 = await callAs(V1);
    expect(v1.status).toBe(200);
    expect(v1.body).toMatchObject({ permission_level: "anonymous", code: "permission_denied" });
    expect(v1.body["message"]).toBe(DENIED);
    const v2 = await callAs(V2);
    expect(v2.status).toBe(401);
    expect(v2.body).toMatchObject({
      permission_level: "anonymous",
      code: "missing_authentication",
    });
  });
});

describe("a wrong credential is an error, never silently anonymous", () => {
  test.each([
    ["an unknown key", "Bearer nonsense"],
    ["no key", "Bearer"],
    ["another scheme", "Basic dXNlcjpwYXNz"],
    ["a key without its scheme", "test-key-of-level-super"],
  ])("%s", async (_what, authorization) => {
    const v2 = await callAs(V2, authorization);
    expect(v2.status).toBe(401);
    expect(v2.body).toMatchObject({ code: "invalid_signature", permission_level: "anonymous" });
    const v1 = await callAs(V1, authorization);
    expect(v1.status).toBe(200);
    expect(v1.body).toMatchObject({ code: "invalid_signature" });
    // Where anonymous would do as well.
    expect((await callAs("/api/2/photo/list", authorization)).status).toBe(401);
  });

  test("a revoked key", async () => {
    const { key, secret } = await addKey(site.site.records, "write", "gone");
    expect((await callAs(V2, `Bearer ${secret}`)).status).toBe(200);
    expect(await site.site.records.keys.revoke(key.id, site.site.now())).toBe(true);
    const { status, body } = await callAs(V2, `Bearer ${secret}`);
    expect(status).toBe(401);
    expect(body["code"]).toBe("invalid_signature");
  });

  test("the scheme's letters may be small", async () => {
    expect((await callAs(V2, `bearer ${keys.write.secret}`)).status).toBe(200);
  });
});

describe("redeeming", () => {
  test("needs no key, and ignores a wrong one: the upload token is the credential", async () => {
    const token = await site.token();
    const headers = { authorization: "Bearer nonsense" };
    const response = await redeem(site, fileForm(token, png()), { headers });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "ok", permission_level: "anonymous" });
  });

  test("a key of level super is no upload token", async () => {
    const headers = { authorization: as("super") };
    const response = await redeem(site, fileForm("", png()), { headers });
    expect(response.status).toBe(404);
  });
});

const userOf = async (authorization: string, query = "") =>
  ((await callAs(V2 + query, authorization)).body["data"] as { user_id: number }).user_id;

describe("user_id", () => {
  test("is the caller's own where none is asked for", async () => {
    expect(await userOf(as("write"))).toBe(keys.write.id);
    expect(await userOf(as("super"))).toBe(keys.super.id);
  });

  test("is taken from super, and from nobody else", async () => {
    expect(await userOf(as("super"), "?user_id=77")).toBe(77);
    expect(await userOf(as("admin"), "?user_id=77")).toBe(keys.admin.id);
    expect(await userOf(as("write"), "?user_id=77")).toBe(keys.write.id);
  });
});
