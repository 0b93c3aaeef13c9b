import { describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import type { SiteEvent } from "../../src/events.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, photoIn, redeem, sendChunk } from "../support/redeem.ts";
import { sendTo, wholeForm } from "../support/replacing.ts";
import { ORIGIN } from "../support/site.ts";

/** upload-token/list, update, revoke and uploads; and what photo/list finds by a token's id (protocol 6.3). */

const MINUTE = 60_000;
const site = siteForEach();

type Item = Record<string, string | number | boolean> & { token_id: number };
type Answer = {
  status: string;
  code?: string;
  message: string;
  data: { items: Item[]; next: string } & Item;
};

async function call(
  method: string,
  fields: Record<string, string | number> = {},
  key?: string,
): Promise<{ status: number; body: Answer }> {
  const query = new URLSearchParams(Object.entries(fields).map(([name, of]) => [name, `${of}`]));
  const path = `/api/2/${method}?${query}`;
  const headers = { authorization: `Bearer ${key}` };
  const answer = key ? await site.call(path, { headers }) : await site.callWithKey(path);
  return { status: answer.status, body: (await answer.json()) as Answer };
}

const list = async (fields: Record<string, string | number> = {}, key?: string) =>
  (await call("upload-token/list", fields, key)).body.data;
const titles = async (fields: Record<string, string | number> = {}, key?: string) =>
  (await list(fields, key)).items.map(({ title }) => title);

const uploads = async (fields: Record<string, string | number> = {}, key?: string) =>
  (await call("upload-token/uploads", fields, key)).body.data;

const file = png(250);
const plan: Plan = { identifier: "250-a", filename: "a.png", chunkSize: 100, totalSize: 250 };
const send = (token: string, number: number, query = "") => {
  const piece = pieces(plan)[number - 1];
  if (!piece) throw new Error(`no chunk ${number}`);
  return sendChunk(site, token, plan, piece, file, { query });
};
const idOf = async (uploadToken: string): Promise<number> => {
  const { items } = await list();
  const item = items.find(({ upload_url: url }) => String(url).endsWith(uploadToken));
  if (!item) throw new Error("the token is not listed");
  return item.token_id;
};

describe("upload-token/list", () => {
  test("says all that was granted, and where its page is", async () => {
    const token = await site.token({
      title: "Summer party",
      description: "At <b>the lake</b>.",
      sender: "Ann",
      ask: "note,name",
      passphrase: "open sesame",
      max_uploads: 3,
      valid_minutes: 60,
      types: "image/*",
      max_size: 5000,
      origin: "https://a.example",
      return_url: "https://a.example/?secret=1",
    });
    await send(token, 1, "passphrase=open+sesame");
    const { items, next } = await list();
    const at = Math.floor(site.site.now() / 1000);
    expect(next).toBe("");
    expect(items).toEqual([
      {
        token_id: expect.any(Number),
        title: "Summer party",
        description: "At <b>the lake</b>.",
        sender: "Ann",
        passphrase_p: true,
        ask: "name,note",
        state: "open",
        created_at: expect.any(Number),
        valid_until: expect.any(Number),
        max_uploads: 3,
        consumed: 0,
        reserved: 1,
        album_id: "",
        user_id: 0,
        types: "image/*",
        max_size: 5000,
        origin: "https://a.example",
        return_url_p: true,
        replaces_photo_id: 0,
        upload_url: `${ORIGIN}/upload/${token}`,
      },
    ]);
    expect(Math.abs(Number(items[0]?.["valid_until"]) - at - 3600)).toBeLessThan(5);
    expect(JSON.stringify(items)).not.toContain("secret=1");
  });

  test("a key of level write sees its own user's alone, one of level admin all", async () => {
    const [one, other, admin] = await Promise.all(
      (["write", "write", "admin"] as const).map((level) =>
        addKey(site.site.records, level, "k").then(({ secret }) => secret),
      ),
    );
    await call("photo/get-upload-token", { title: "One's" }, one);
    await call("photo/get-upload-token", { title: "The other's" }, other);
    await site.token({ title: "The operator's" });
    expect(await titles({}, one)).toEqual(["One's"]);
    expect(await titles({}, other)).toEqual(["The other's"]);
    expect(await titles({}, admin)).toEqual(["The operator's", "The other's", "One's"]);

    const [foreign] = (await list({ search: "other" }, admin)).items;
    const id = foreign?.token_id ?? 0;
    expect((await list({ token_id: id }, one)).items).toEqual([]);
    for (const method of ["update", "revoke", "uploads"]) {
      const { status, body } = await call(`upload-token/${method}`, { token_id: id }, one);
      expect([method, status, body.code]).toEqual([method, 404, "no_such_upload_token"]);
    }
    expect((await list({ token_id: id }, admin)).items).toMatchObject([{ state: "open" }]);
    const { secret: reader } = await addKey(site.site.records, "read", "r");
    const refused = await call("upload-token/list", {}, reader);
    expect([refused.status, refused.body.code]).toEqual([403, "permission_denied"]);
  });

  test("tells by state, as each stands at this moment", async () => {
    await site.token({ title: "expired", valid_minutes: 15 });
    site.advance(16 * MINUTE);
    const used = await site.token({ title: "used" });
    await redeem(site, fileForm(used, png()));
    const revoked = await site.token({ title: "revoked" });
    await call("upload-token/revoke", { token_id: await idOf(revoked) });
    await site.token({ title: "open" });
    for (const state of ["open", "used", "expired", "revoked"]) {
      const { items } = await list({ state });
      expect(items.map((item) => [item["title"], item["state"]])).toEqual([[state, state]]);
    }
    expect(await titles({ state: "all" })).toEqual(["open", "revoked", "used", "expired"]);
    expect((await call("upload-token/list", { state: "lost" })).body.message).toContain(
      "state must be open, used, expired, revoked or all",
    );
  });

  test("finds words of titles, without case and accents, a page at a time", async () => {
    for (const title of ["Übung im Wald", "Party", "Wald und Wiese", "Waldfest"]) {
      await site.token({ title });
    }
    expect(await titles({ search: "ubung" })).toEqual(["Übung im Wald"]);
    const first = await list({ search: "WALD", size: 2 });
    expect(first.items.map(({ title }) => title)).toEqual(["Waldfest", "Wald und Wiese"]);
    // What is made meanwhile moves nothing.
    await site.token({ title: "Noch ein Wald" });
    const second = await list({ search: "WALD", size: 2, after: first.next });
    expect([second.items.map(({ title }) => title), second.next]).toEqual([["Übung im Wald"], ""]);
    expect(await titles({ search: "!" })).toEqual([]);
    const wrong = await call("upload-token/list", { after: "x.y" });
    expect([wrong.status, wrong.body.message]).toEqual([
      400,
      "after must be what an answer of this list gave as next.",
    ]);
  });

  test("has replace tokens, by their photo and without a page, and no token of files that came by a key", async () => {
    const form = new FormData();
    form.append("file", new Blob([png()]), "a.png");
    const uploaded = await site.callWithKey("/api/2/photo/upload", { method: "POST", body: form });
    const { photo_id: id } = await photoIn(uploaded);
    expect((await list()).items).toEqual([]);
    await call("photo/get-replace-token", { photo_id: id });
    expect((await list()).items).toMatchObject([{ replaces_photo_id: id, upload_url: "" }]);
  });
});

describe("upload-token/update", () => {
  test("extends an expired token from now on, and gives it more uses and other words", async () => {
    const token = await site.token({ title: "Before", valid_minutes: 15 });
    const id = await idOf(token);
    const events: SiteEvent[] = [];
    site.site.events.subscribe((event) => events.push(event));
    site.advance(60 * MINUTE);
    expect((await redeem(site, fileForm(token, png()))).status).toBe(404);
    const { body } = await call("upload-token/update", {
      token_id: id,
      valid_minutes: 30,
      max_uploads: 2,
      title: "<i>After</i>",
      description: "",
    });
    expect(body).toMatchObject({ message: "The upload token was updated" });
    expect(body.data).toMatchObject({
      state: "open",
      title: "After",
      max_uploads: 2,
      token_id: id,
    });
    const until = Number(body.data["valid_until"]);
    expect(Math.abs(until - site.site.now() / 1000 - 1800)).toBeLessThan(5);
    expect(events).toContainEqual({ kind: "token changed", token: id, what: "updated" });
    await photoIn(await redeem(site, fileForm(token, png())));
    await photoIn(await redeem(site, fileForm(token, png())));
    expect(await titles({ state: "used" })).toEqual(["After"]);
  });

  test("its end is the end of replacing what came by it, too", async () => {
    const token = await site.token({ valid_minutes: 15 });
    await photoIn(await redeem(site, fileForm(token, png(100))));
    const replace = async () =>
      (await sendTo(site, "replace", wholeForm({ upload_token: token }))).status;
    const token_id = await idOf(token);
    expect(await replace()).toBe(200);
    site.advance(16 * MINUTE);
    expect(await replace()).toBe(404);
    await call("upload-token/update", { token_id, valid_minutes: 600 });
    expect(await replace()).toBe(200);
    await call("upload-token/update", { token_id, valid_minutes: 15 });
    site.advance(16 * MINUTE);
    expect(await replace()).toBe(404);
  });

  test("what is not sent stays", async () => {
    const token = await site.token({ title: "T", description: "D", max_uploads: 4 });
    const before = (await list()).items;
    await call("upload-token/update", { token_id: await idOf(token) });
    expect((await list()).items).toEqual(before);
  });

  test("fewer uses than have come or are under way are refused", async () => {
    const token = await site.token({ max_uploads: 5 });
    const id = await idOf(token);
    await redeem(site, fileForm(token, png()));
    await send(token, 1);
    const { status, body } = await call("upload-token/update", { token_id: id, max_uploads: 1 });
    expect([status, body.code, body.message]).toEqual([
      400,
      "invalid_input",
      "max_uploads must be at least 2, since so many files have come or are under way, not 1.",
    ]);
    const fits = await call("upload-token/update", { token_id: id, max_uploads: 2 });
    expect(fits.body.data).toMatchObject({ max_uploads: 2, consumed: 1, reserved: 1 });
  });

  test("nothing of a revoked token changes, and of what is not there", async () => {
    const id = await idOf(await site.token());
    await call("upload-token/revoke", { token_id: id });
    const refused = await call("upload-token/update", { token_id: id, valid_minutes: 60 });
    expect([refused.status, refused.body.message]).toEqual([
      400,
      "The upload token is revoked; make a new one.",
    ]);
    const none = await call("upload-token/update", { token_id: 999 });
    expect([none.status, none.body.code]).toEqual([404, "no_such_upload_token"]);
    const short = await call("upload-token/update", { token_id: id, valid_minutes: 1 });
    expect(short.body.message).toContain("valid_minutes must be a whole number from 15");
  });
});

test("upload-token/revoke ends what is under way, and answers the same twice", async () => {
  const token = await site.token({ max_uploads: 3 });
  const id = await idOf(token);
  await send(token, 1);
  const events: SiteEvent[] = [];
  site.site.events.subscribe((event) => events.push(event));
  const first = await call("upload-token/revoke", { token_id: id });
  expect(first.body).toMatchObject({
    message: "The upload token was revoked",
    data: { state: "revoked" },
  });
  expect(await call("upload-token/revoke", { token_id: id })).toEqual(first);
  expect(events.filter(({ kind }) => kind === "token changed")).toEqual([
    { kind: "token changed", token: id, what: "revoked" },
  ]);
  expect((await send(token, 2)).status).toBe(404);
});

describe("upload-token/uploads", () => {
  test("says what has come of each file, until it is a photo", async () => {
    const token = await site.token({ max_uploads: 3 });
    const id = await idOf(token);
    await send(token, 1);
    const [under] = (await uploads({ token_id: id })).items;
    expect(under).toEqual({
      upload_id: expect.any(Number),
      token_id: id,
      filename: "a.png",
      size: 250,
      received: 100,
      state: "receiving",
      created_at: expect.any(Number),
      last_byte_at: expect.any(Number),
    });
    site.advance(6 * MINUTE);
    expect((await uploads()).items).toMatchObject([{ state: "lapsed", received: 100 }]);
    await send(token, 2);
    expect((await uploads({ token_id: id })).items).toEqual([]);
  });

  test("a key of level write sees those of its own user's tokens, newest first, a page at a time", async () => {
    const { secret: key } = await addKey(site.site.records, "write", "k");
    const own = await call("photo/get-upload-token", { max_uploads: 9 }, key);
    await send(String(own.body.data["upload_token"]), 1);
    for (let count = 0; count < 2; count += 1) await send(await site.token(), 1);
    const all = (await uploads()).items.map(({ upload_id }) => Number(upload_id));
    expect(all).toHaveLength(3);
    expect(all).toEqual(all.toSorted((one, other) => other - one));
    expect((await uploads({}, key)).items).toHaveLength(1);
    const first = await uploads({ size: 2 });
    const second = await uploads({ size: 2, after: first.next });
    expect([...first.items, ...second.items].map(({ upload_id }) => upload_id)).toEqual(all);
    expect(second.next).toBe("");
  });
});

describe("photo/list by a token's id", () => {
  test("finds what came by a link, and needs level read", async () => {
    const token = await site.token({ max_uploads: 2 });
    const { photo_id: one } = await photoIn(await redeem(site, fileForm(token, png())));
    await redeem(site, fileForm(await site.token(), png()));
    const id = await idOf(token);
    const path = `/api/2/photo/list?token_id=${id}`;
    const answer = (await (await site.callWithKey(path)).json()) as {
      data: { photo_id: number }[];
    };
    expect(answer.data.map(({ photo_id }) => photo_id)).toEqual([one]);
    const none = await site.callWithKey("/api/2/photo/list?token_id=999");
    expect(await none.json()).toMatchObject({ total_count: 0, data: [] });
    const both = await site.callWithKey(`/api/2/photo/list?token_id=999&upload_token=${token}`);
    expect(await both.json()).toMatchObject({ total_count: 0 });
    expect((await site.call(path)).status).toBe(401);
  });

  describe("where the archive is public", () => {
    const open = siteForEach({ REDEEM_PUBLIC_LIST: "1" });
    test("nobody learns which photos came together", async () => {
      expect((await open.call("/api/2/photo/list")).status).toBe(200);
      expect((await open.call("/api/2/photo/list?token_id=1")).status).toBe(401);
    });
  });
});
