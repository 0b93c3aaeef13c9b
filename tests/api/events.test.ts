import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createApp } from "../../src/http/app.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { uploaded } from "../support/archive.ts";
import { pieces, type Piece, type Plan } from "../support/chunks.ts";
import { listenTo, type Listening, type Told } from "../support/events.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, redeem, sendChunk } from "../support/redeem.ts";
import { callSignedIn, makeKey, signInWith } from "../support/sign-in.ts";
import { ORIGIN } from "../support/site.ts";

/** What the archive's page is told as it happens (protocol 9.1). One app each, as a server has it. */
const site = siteForEach();
let app: Pick<ReturnType<typeof createApp>, "handle">;
const listening: Listening[] = [];
beforeEach(() => {
  app = createApp(site.site);
});
afterEach(async () => {
  for (const each of listening.splice(0)) await each.leave();
});

const ask = (cookie: string, headers: Record<string, string> = {}, method = "GET") =>
  app.handle(new Request(`${ORIGIN}/archive/events`, { method, headers: { cookie, ...headers } }));

async function listen(cookie: string, headers: Record<string, string> = {}): Promise<Listening> {
  const listened = listenTo(await ask(cookie, headers));
  listening.push(listened);
  return listened;
}

const photo = (id: number, what: string) => (told: Told) =>
  told.event === "photo" && told.data["photo_id"] === id && told.data["what"] === what;
const upload = (state: string) => (told: Told) =>
  told.event === "upload" && told.data["state"] === state;
const kinds = (of: Listening) => [...new Set(of.told.map(({ event }) => event))].toSorted();
const changed = ({ event }: Told) => event === "changed";

describe("who may listen", () => {
  test("is who is signed in, from this server's own pages", async () => {
    expect((await ask("")).status).toBe(401);
    expect((await ask(`redeem_session=${"a".repeat(40)}`)).status).toBe(401);
    const { cookie } = await signInWith(site);
    for (const headers of [
      { origin: "http://redeem.test:3000" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      const answer = await ask(cookie, headers as Record<string, string>);
      expect(answer.status).toBe(403);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
    const answer = await ask(cookie, { "sec-fetch-site": "same-origin" });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    await answer.body?.cancel();
  });

  test("HEAD begins nothing", async () => {
    const { cookie } = await signInWith(site);
    for (let each = 0; each < 20; each += 1)
      expect((await ask(cookie, {}, "HEAD")).status).toBe(405);
    expect((await ask(cookie, {}, "HEAD")).body).toBeNull();
  });

  test("is told at once that it may have missed something, where it comes back", async () => {
    const { cookie } = await signInWith(site);
    const back = await listen(cookie, { "last-event-id": "1" });
    await back.until(changed);
    const first = await listen(cookie);
    site.site.events.emit({ kind: "photo changed", photo: 7, what: "updated" });
    await first.until(photo(7, "changed"));
    expect(first.told.some(changed)).toBe(false);
    expect(first.text()).toStartWith("retry: 3000\nid: 1\n\n");
  });
});

describe("what is told", () => {
  test("a photo, from its making to its removal, its upload, and its link", async () => {
    const browsing = await signInWith(site);
    const told = await listen(browsing.cookie);
    const token = await site.token({ max_uploads: 2 });
    const made = await told.until(({ event }) => event === "token");
    const file = png(500);
    const answer = await redeem(site, fileForm(token, file, "cat.png"));
    const { photo_id: id } = ((await answer.json()) as { data: { photo_id: number } }).data;
    await told.until(photo(id, "made"));
    const finished = await told.until(upload("finished"));
    expect(finished.data).toEqual({
      upload_id: expect.any(Number),
      token_id: made.data["token_id"],
      filename: "cat.png",
      size: file.length,
      received: file.length,
      state: "finished",
    });
    const change = (method: string, more = "") =>
      callSignedIn(site, `/api/2/photo/${method}?photo_id=${id}${more}`, browsing);
    await change("update", "&title=Cat");
    await told.until(photo(id, "changed"));
    await change("delete");
    await told.until(photo(id, "deleted"));
    await change("restore");
    await told.until(photo(id, "restored"));
    await change("delete", "&permanently=1");
    await told.until(photo(id, "removed"));
  });

  test("an upload that is cancelled for a while, as one that is over, and that this was undone", async () => {
    const { cookie } = await signInWith(site);
    const told = await listen(cookie);
    const token = await site.token();
    const plan: Plan = { identifier: "k", filename: "k.png", chunkSize: 100, totalSize: 300 };
    const [first, second] = pieces(plan, true) as [Piece, Piece];
    await sendChunk(site, token, plan, first, png(300));
    await told.until(upload("receiving"));
    const body = new URLSearchParams({
      upload_token: token,
      resumableIdentifier: "k",
      resumableTotalSize: "300",
      resumableChunkSize: "100",
      resumableFilename: "k.png",
      keep_seconds: "60",
    });
    await site.call("/api/2/photo/cancel-upload", { method: "POST", body });
    expect((await told.until(upload("failed"))).data).toMatchObject({ received: 100 });
    told.told.length = 0;
    await sendChunk(site, token, plan, second, png(300));
    await told.until(upload("receiving"));
    await told.until(({ event }) => event === "token");
  });

  test("an upload in chunks, once a second at most, and its end at last", async () => {
    const { cookie } = await signInWith(site);
    const told = await listen(cookie);
    const token = await site.token();
    const file = png(2000);
    const plan: Plan = { identifier: "c", filename: "c.png", chunkSize: 100, totalSize: 2000 };
    const all = pieces(plan, true);
    const begun = performance.now();
    for (const piece of all.slice(0, -1)) await sendChunk(site, token, plan, piece, file);
    await told.until(({ data }) => data["received"] === 1900);
    const seconds = (performance.now() - begun) / 1000;
    const ofUpload = told.told.filter(({ event }) => event === "upload");
    expect(ofUpload.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    expect(ofUpload.at(-1)?.data).toMatchObject({
      filename: "c.png",
      size: 2000,
      received: 1900,
      state: "receiving",
    });
    const first = told.told.find(({ event }) => event === "token");
    await sendChunk(site, token, plan, all.at(-1) as (typeof all)[0], file);
    // It is told before what happens behind it.
    await site.token();
    await told.until(
      ({ event, data }) => event === "token" && data["token_id"] !== first?.data["token_id"],
    );
    expect(told.told.some(upload("finished"))).toBe(true);
  });

  test("a file that is refused", async () => {
    const told = await listen((await signInWith(site)).cookie);
    const token = await site.token();
    const text = new TextEncoder().encode("no picture ".repeat(50)) as Uint8Array<ArrayBuffer>;
    const { length: totalSize } = text;
    const plan: Plan = { identifier: "t", filename: "t.png", chunkSize: totalSize, totalSize };
    await sendChunk(site, token, plan, { number: 1, start: 0, end: totalSize }, text);
    expect((await told.until(upload("failed"))).data).toMatchObject({ filename: "t.png" });
  });

  test("that another process has written", async () => {
    const told = await listen((await signInWith(site)).cookie);
    const elsewhere = await openRecords(`${site.folder}/redeem.db`);
    await elsewhere.notePublicUrl("http://elsewhere.test");
    await told.until(changed);
    await elsewhere.close();
  });

  test("of very much at once, that there was much", async () => {
    const told = await listen((await signInWith(site)).cookie);
    for (let id = 1; id <= 5000; id += 1) {
      site.site.events.emit({ kind: "photo changed", photo: id, what: "updated" });
    }
    await told.until(changed);
    expect(told.told.length).toBeLessThan(10);
    site.site.events.emit({ kind: "photo changed", photo: 1, what: "trashed" });
    await told.until(photo(1, "deleted"));
  });

  test("the same thing once, however often it happens", async () => {
    const told = await listen((await signInWith(site)).cookie);
    for (let each = 0; each < 500; each += 1) {
      site.site.events.emit({ kind: "photo changed", photo: 7, what: "updated" });
    }
    site.site.events.emit({ kind: "photo changed", photo: 8, what: "updated" });
    await told.until(photo(8, "changed"));
    expect(told.told.filter(photo(7, "changed"))).toHaveLength(1);
  });
});

describe("whom it is told", () => {
  test("photos to all, links and uploads to their own user and to admins, deliveries to admins", async () => {
    const keys = {
      read: await makeKey(site, "read"),
      own: await makeKey(site, "write"),
      other: await makeKey(site, "write"),
      admin: await makeKey(site, "admin"),
    };
    const open = async (key: { secret: string }) =>
      listen((await signInWith(site, key.secret)).cookie);
    const told = {
      read: await open(keys.read),
      own: await open(keys.own),
      other: await open(keys.other),
      admin: await open(keys.admin),
    };
    const answer = await site.call("/api/2/photo/get-upload-token", {
      headers: { authorization: `Bearer ${keys.own.secret}` },
    });
    const { upload_token: token } = ((await answer.json()) as { data: { upload_token: string } })
      .data;
    await redeem(site, fileForm(token, png(500)));
    site.site.events.emit({
      kind: "callback attempted",
      outcome: "retry",
      about: {
        delivery: "d",
        tells: "success",
        photo: 1,
        upload: 1,
        host: "a",
        attempt: 1,
        error: "",
      },
    });
    site.site.events.emit({ kind: "photo changed", photo: 99, what: "removed" });
    for (const each of Object.values(told)) {
      await each.until(photo(99, "removed"));
      expect(
        each.told.some(({ event, data }) => event === "photo" && data["what"] === "made"),
      ).toBe(true);
    }
    await told.own.until(upload("finished"));
    await told.admin.until(upload("finished"));
    expect(kinds(told.read)).toEqual(["photo"]);
    expect(kinds(told.other)).toEqual(["photo"]);
    expect(kinds(told.own)).toEqual(["photo", "token", "upload"]);
    expect(kinds(told.admin)).toEqual(["delivery", "photo", "token", "upload"]);
  });
});

const signOut = async (path: string, { cookie, csrf }: { cookie: string; csrf: string }) =>
  app.handle(
    new Request(`${ORIGIN}/archive/${path}`, {
      method: "POST",
      headers: { cookie, origin: ORIGIN },
      body: new URLSearchParams({ csrf }),
    }),
  );

describe("it ends", () => {
  test("with the session, when it is signed out", async () => {
    const [one, other] = [await signInWith(site), await signInWith(site)];
    const [ending, going] = [await listen(one.cookie), await listen(other.cookie)];
    await signOut("sign-out", one);
    await ending.ended;
    site.site.events.emit({ kind: "photo changed", photo: 1, what: "updated" });
    await going.until(photo(1, "changed"));
    expect(ending.told).toEqual([]);
    await signOut("sign-out-everywhere", other);
    await going.ended;
  });

  test("when its key is revoked, by whomever", async () => {
    const { id, secret } = await makeKey(site, "read");
    const ending = await listen((await signInWith(site, secret)).cookie);
    const elsewhere = await openRecords(`${site.folder}/redeem.db`);
    await elsewhere.keys.revoke(id, Date.now());
    await elsewhere.close();
    await ending.ended;
  });

  test("when the site stops", async () => {
    const ending = await listen((await signInWith(site)).cookie);
    site.site.feed.close();
    await ending.ended;
  });

  test("for the oldest of a session's, where there are more than eight", async () => {
    const { cookie } = await signInWith(site);
    const all: Listening[] = [];
    for (let each = 0; each < 9; each += 1) all.push(await listen(cookie));
    await all[0]?.ended;
    site.site.events.emit({ kind: "photo changed", photo: 1, what: "updated" });
    for (const each of all.slice(1)) await each.until(photo(1, "changed"));
  });

  test("for the oldest of a key's, where its sessions together have more than 32", async () => {
    const { secret } = await makeKey(site, "read");
    const other = await listen((await signInWith(site)).cookie);
    const all: Listening[] = [];
    for (let each = 0; each < 5; each += 1) {
      const { cookie } = await signInWith(site, secret);
      for (let page = 0; page < 7; page += 1) all.push(await listen(cookie));
    }
    for (const each of all.slice(0, 3)) await each.ended;
    site.site.events.emit({ kind: "photo changed", photo: 1, what: "updated" });
    for (const each of [other, ...all.slice(3)]) await each.until(photo(1, "changed"));
  });

  test("for nobody else, where there are very many: who comes last is told to come later", async () => {
    const cookies: string[] = [];
    for (let each = 0; each < 33; each += 1) cookies.push((await signInWith(site)).cookie);
    for (const cookie of cookies.slice(0, 32)) {
      for (let each = 0; each < 8; each += 1) await listen(cookie);
    }
    const answer = await ask(cookies[32] ?? "");
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).not.toBeNull();
    await listening.pop()?.leave();
    await listen(cookies[32] ?? "");
  });
});

test("who is told of photos can list them", async () => {
  const { secret } = await makeKey(site, "read");
  const browsing = await signInWith(site, secret);
  const told = await listen(browsing.cookie);
  const { photo_id: id } = await uploaded(site);
  await told.until(photo(id, "made"));
  const list = await callSignedIn(site, `/api/2/photo/list?photo_id=${id}`, browsing);
  expect(await list.json()).toMatchObject({ total_count: 1 });
});
