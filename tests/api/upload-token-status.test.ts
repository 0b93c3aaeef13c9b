import { describe, expect, test } from "bun:test";
import { hashSecret } from "../../src/random.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { siteForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, photoIn, redeem, sendChunk } from "../support/redeem.ts";
import { join } from "node:path";

/** Protocol 4.8: what a page that sends files has to know of its token from time to time. */

const site = siteForAll();
const HOUR = 3_600_000;
const PATH = "/api/2/photo/upload-token-status";

const file = png(250);
const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 100, totalSize: 250 };
const begin = (token: string, of: Plan = plan) =>
  sendChunk(site, token, of, pieces(of)[0] as never, file);

const ask = (token: string, more = "", init: RequestInit = {}) =>
  site.call(`${PATH}?upload_token=${token}${more}`, init);

async function statusOf(token: string, more = ""): Promise<Record<string, unknown>> {
  const answer = await ask(token, more);
  const body = (await answer.json()) as { status: string; data: Record<string, unknown> };
  expect([answer.status, body.status]).toEqual([200, "ok"]);
  return body.data;
}

describe("how a token stands", () => {
  test("one that was just made", async () => {
    const before = Math.floor(site.site.now() / 1000);
    const token = await site.token({
      max_uploads: 3,
      valid_minutes: 60,
      max_size: 1000,
      types: "image/*",
      ask: "note, name",
    });
    const status = await statusOf(token);
    const now = status["now"] as number;
    expect(now - before).toBeLessThan(10);
    expect(status).toEqual({
      state: "open",
      max_uploads: 3,
      consumed: 0,
      reserved: 0,
      remaining: 3,
      free: 3,
      valid_until: expect.any(Number),
      grace_until: (status["valid_until"] as number) + 24 * 3600,
      now: expect.any(Number),
      passphrase_p: false,
      unlocked_p: true,
      upload_grant: "",
      max_size: 1000,
      types: "image/*",
      ask: "name,note",
    });
    expect(Math.abs((status["valid_until"] as number) - now - 3600)).toBeLessThan(10);
  });

  test("files under way are reserved, those that arrived consumed", async () => {
    const token = await site.token({ max_uploads: 2 });
    expect((await begin(token)).status).toBe(200);
    const counts = { state: "open", consumed: 0, reserved: 1, remaining: 2, free: 1 };
    expect(await statusOf(token)).toMatchObject(counts);
    await photoIn(await redeem(site, fileForm(token, file)));
    expect(await statusOf(token)).toMatchObject({
      state: "busy",
      consumed: 1,
      reserved: 1,
      remaining: 1,
      free: 0,
    });
    site.advance(6 * 60_000);
    expect(await statusOf(token)).toMatchObject({ state: "open", reserved: 0, free: 1 });
    await photoIn(await redeem(site, fileForm(token, file)));
    expect(await statusOf(token)).toMatchObject({
      state: "used",
      consumed: 2,
      remaining: 0,
      free: 0,
    });
  });

  test("one that is too old, and one that was revoked, are answered", async () => {
    const old = await site.token({ valid_minutes: 15 });
    const revoked = await site.token();
    const known = await site.site.records.tokens.byHash(hashSecret(revoked));
    await site.site.records.tokens.revoke(known?.id ?? 0, site.site.now());
    site.advance(HOUR);
    expect((await statusOf(old))["state"]).toBe("expired");
    expect((await statusOf(revoked))["state"]).toBe("revoked");
  });

  test("what another process revokes is known at once", async () => {
    const token = await site.token();
    expect((await statusOf(token))["state"]).toBe("open");
    const elsewhere = await openRecords(join(site.folder, "redeem.db"));
    try {
      const known = await elsewhere.tokens.byHash(hashSecret(token));
      expect(await elsewhere.tokens.revoke(known?.id ?? 0, Date.now())).toBe(true);
    } finally {
      await elsewhere.close();
    }
    expect((await statusOf(token))["state"]).toBe("revoked");
  });

  test("an unknown one is 404, a replace token too", async () => {
    const photo = await photoIn(await redeem(site, fileForm(await site.token(), file)));
    const made = await site.callWithKey(
      `/api/2/photo/get-replace-token?photo_id=${photo.photo_id}`,
    );
    const { data } = (await made.json()) as { data: { replace_token: string } };
    for (const token of ["x", data.replace_token]) {
      const answer = await ask(token);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: "invalid_upload_token" });
    }
    expect((await site.call(PATH)).status).toBe(400);
  });

  test("it is of version 2 alone", async () => {
    const answer = await site.call(`/api/photo/upload-token-status?upload_token=x`);
    expect(answer.status).toBe(404);
  });
});

const from = (origin: string) => ({ headers: { origin } });

describe("from other web origins", () => {
  test("pages may ask, but for a token of another origin", async () => {
    const any = await ask(await site.token(), "", from("https://shop.example"));
    expect(any.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(any.headers.get("access-control-expose-headers")).toContain("Redeem-Code");
    const bound = await site.token({ origin: "https://shop.example" });
    expect((await ask(bound, "", from("https://shop.example"))).status).toBe(200);
    const other = await ask(bound, "", from("https://other.example"));
    expect(other.status).toBe(403);
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    const preflight = await site.call(PATH, { method: "OPTIONS", ...from("https://shop.example") });
    expect(preflight.status).toBe(204);
  });
});
