import { describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { chunkFields, pieces } from "../support/chunks.ts";
import { deliveriesOf, rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png, textFile } from "../support/media.ts";
import { fileForm, formOf, originalOf, photoIn, redeem } from "../support/redeem.ts";
import {
  askFor,
  NEW,
  OLD,
  oldPhoto,
  pieceForm,
  planOf,
  replaceToken,
  sendPieces,
  sendTo,
  takeAway,
  wholeForm,
} from "../support/replacing.ts";

const site = siteForEach();
const plan = planOf(NEW);
const [first, second] = pieces(plan);
if (!first || !second) throw new Error("two chunks");
const withKey = { key: true };

const versionOf = async (id: number) => (await site.site.records.photos.byId(id))?.original.version;

describe("with a key", () => {
  test("whole: in version 2, in XML, and in raw JSON under the key photo", async () => {
    const { uploadToken, ...photo } = await oldPhoto(site);
    const fields = { photo_id: photo.photo_id };
    expect(await (await sendTo(site, "replace", wholeForm(fields), withKey)).json()).toEqual({
      status: "ok",
      permission_level: "super",
      cached: false,
      message: "The photo was successfully replaced",
      data: photo,
      ...photo,
    });
    expect(await originalOf(site, photo)).toEqual(NEW);
    const old = { ...withKey, version: 1 as const };
    const xml = await (await sendTo(site, "replace", wholeForm(fields, OLD), old)).text();
    expect(xml).toContain('permission_level="super" message="The photo was successfully replaced"');
    expect(xml).toContain(`<token>${photo.token}</token>`);
    const asked = { ...old, query: "format=json&raw=1" };
    expect(await (await sendTo(site, "replace", wholeForm(fields), asked)).json()).toMatchObject({
      photo: { photo_id: String(photo.photo_id), tree_id: String(photo.tree_id) },
      endpoint: "/api/photo/replace",
    });
    expect(await versionOf(photo.photo_id)).toBe(4);
  });

  test("in chunks, and each of the same file's replacements is one of its own", async () => {
    const photo = await oldPhoto(site);
    const fields = { photo_id: photo.photo_id };
    expect((await askFor(site, "replace", fields, plan, 1, withKey)).status).toBe(204);
    const one = await sendTo(site, "replace", pieceForm(fields, plan, first, NEW), withKey);
    expect([one.status, await one.text()]).toEqual([200, "ok"]);
    expect((await askFor(site, "replace", fields, plan, 1, withKey)).status).toBe(200);
    await site.restart();
    const form = () => pieceForm(fields, plan, second, NEW);
    expect((await photoIn(await sendTo(site, "replace", form(), withKey))).token).toBe(photo.token);
    expect(await originalOf(site, photo)).toEqual(NEW);
    // The lost answer is answered again, for a while.
    expect((await photoIn(await sendTo(site, "replace", form(), withKey))).token).toBe(photo.token);
    const asked = await askFor(site, "replace", fields, plan, 1, withKey);
    expect((await photoIn(asked)).photo_id).toBe(photo.photo_id);
    expect(await versionOf(photo.photo_id)).toBe(2);
    site.advance(11 * 60_000);
    await photoIn(await sendPieces(site, "replace", fields, NEW, withKey));
    expect(await versionOf(photo.photo_id)).toBe(3);
  });

  test("in chunks, a file that another one has replaced since may take its place again at once", async () => {
    const photo = await oldPhoto(site);
    const fields = { photo_id: photo.photo_id };
    const another = { ...withKey, plan: planOf(OLD, "another") };
    await photoIn(await sendPieces(site, "replace", fields, NEW, withKey));
    await photoIn(await sendPieces(site, "replace", fields, OLD, another));
    expect((await askFor(site, "replace", fields, plan, 1, withKey)).status).toBe(204);
    await photoIn(await sendPieces(site, "replace", fields, NEW, withKey));
    expect(await originalOf(site, photo)).toEqual(NEW);
    expect(await versionOf(photo.photo_id)).toBe(4);
  });

  test("the same file for another photo is another upload", async () => {
    const [one, two] = [await oldPhoto(site), await oldPhoto(site)];
    for (const { photo_id: id } of [one, two]) {
      await photoIn(await sendPieces(site, "replace", { photo_id: id }, NEW, withKey));
    }
    expect(await originalOf(site, one)).toEqual(NEW);
    expect(await originalOf(site, two)).toEqual(NEW);
  });

  test("of octets, and by a form whose file comes before photo_id", async () => {
    const photo = await oldPhoto(site);
    const octets = { ...withKey, headers: { "content-type": "image/png" }, method: "PUT" };
    const query = `photo_id=${photo.photo_id}`;
    await photoIn(await sendTo(site, "replace", NEW, { ...octets, query }));
    const late = formOf([
      ["file", OLD, "o.png"],
      ["photo_id", String(photo.photo_id)],
    ]);
    await photoIn(await sendTo(site, "replace", late, withKey));
    expect(await originalOf(site, photo)).toEqual(OLD);
    expect(await versionOf(photo.photo_id)).toBe(3);
  });

  test.each([
    ["nothing", {}, 400, "photo_id is missing"],
    ["no number", { photo_id: "one" }, 400, "photo_id must be a whole number"],
    ["no photo", { photo_id: 999_999 }, 404, "There is no such photo."],
    ["a title", { photo_id: 1, title: "x" }, 400, "title is not taken here"],
    ["a return_url", { photo_id: 1, return_url: "http://x" }, 400, "return_url is not taken here"],
  ])("with %s is refused in an envelope", async (_, fields, status, why) => {
    await oldPhoto(site);
    const answer = await sendTo(site, "replace", wholeForm(fields), withKey);
    expect(answer.status).toBe(status);
    const body = (await answer.json()) as { message: string };
    expect(body).toMatchObject({ status: "error", permission_level: "super" });
    expect(body.message).toContain(why);
    const old = await sendTo(site, "replace", wholeForm(fields), { ...withKey, version: 1 });
    expect([old.status, old.headers.get("content-type")]).toEqual([
      200,
      "application/xml; charset=utf-8",
    ]);
  });

  test("a title behind the file is refused as well", async () => {
    const { photo_id: id } = await oldPhoto(site);
    const form = formOf([
      ["photo_id", String(id)],
      ["file", NEW, "n.png"],
      ["title", "x"],
    ]);
    const answer = await sendTo(site, "replace", form, withKey);
    expect(answer.status).toBe(400);
    expect(await versionOf(id)).toBe(1);
  });

  test("a file that will not do is refused, whole in an envelope, as a chunk by a line", async () => {
    const photo = await oldPhoto(site);
    const fields = { photo_id: photo.photo_id };
    const whole = await sendTo(site, "replace", wholeForm(fields, textFile()), withKey);
    expect([whole.status, ((await whole.json()) as { code: string }).code]).toEqual([
      415,
      "file_not_supported",
    ]);
    const empty = await sendTo(site, "replace", wholeForm(fields, new Uint8Array()), withKey);
    expect(await empty.json()).toMatchObject({ code: "no_file", permission_level: "super" });
    const none = await sendTo(site, "replace", formOf([["photo_id", "1"]]), withKey);
    expect(await none.json()).toMatchObject({ code: "no_file", permission_level: "super" });
    const wrong = pieceForm(fields, plan, first, textFile(2500));
    const chunk = await sendTo(site, "replace", wrong, { ...withKey, version: 1 });
    expect([chunk.status, chunk.headers.get("content-type")]).toEqual([
      500,
      "text/plain; charset=utf-8",
    ]);
    expect(await originalOf(site, photo)).toEqual(OLD);
  });

  test("a photo that goes to the trash between two chunks is not replaced, and nothing is left", async () => {
    const photo = await oldPhoto(site);
    const fields = { photo_id: photo.photo_id };
    await sendTo(site, "replace", pieceForm(fields, plan, first, NEW), withKey);
    await takeAway(site, photo.photo_id, "trash");
    const answer = await sendTo(site, "replace", pieceForm(fields, plan, second, NEW), withKey);
    expect([answer.status, await answer.text()]).toEqual([404, "There is no such photo."]);
    expect(await site.site.files.staging.names()).toEqual([]);
  });
});

describe("without a key or token", () => {
  test("is refused before the file is read: in an envelope, or by a line where it is a chunk", async () => {
    const { photo_id: id } = await oldPhoto(site);
    const whole = await sendTo(site, "replace", wholeForm({ photo_id: id }));
    expect([whole.status, ((await whole.json()) as { code: string }).code]).toEqual([
      401,
      "missing_authentication",
    ]);
    const old = await sendTo(site, "replace", wholeForm({ photo_id: id }), { version: 1 });
    expect([old.status, await old.text()]).toEqual([
      200,
      expect.stringContaining('code="permission_denied"'),
    ]);
    const chunk = pieceForm({ photo_id: id }, plan, first, NEW);
    const line = await sendTo(site, "replace", chunk, { version: 1 });
    expect([line.status, line.headers.get("content-type")]).toEqual([
      403,
      "text/plain; charset=utf-8",
    ]);
    expect((await askFor(site, "replace", { photo_id: id }, plan, 1)).status).toBe(401);
  });

  test("a key of level read is not enough, and a wrong one is an error", async () => {
    const { photo_id: id } = await oldPhoto(site);
    const { secret } = await addKey(site.site.records, "read", "reader");
    for (const [key, status] of [
      [secret, 403],
      ["wrong", 401],
    ]) {
      const headers = { authorization: `Bearer ${key}` };
      const answer = await sendTo(site, "replace", wholeForm({ photo_id: id }), { headers });
      expect(answer.status).toBe(Number(status));
    }
    expect(await versionOf(id)).toBe(1);
  });
});

describe("with a replace token", () => {
  const back = { return_url: "http://127.0.0.1:9/back", background_return_p: 1 };

  test.each([{}, back, { return_url: back.return_url }])(
    "the answer is the outcome, nobody is called back: %p",
    async (asked) => {
      const photo = await oldPhoto(site);
      const token = await replaceToken(site, photo.photo_id, { ...asked, max_uploads: 2 });
      const fields = { replace_token: token };
      const answer = await sendTo(site, "replace", wholeForm(fields));
      expect(await answer.clone().json()).toMatchObject({ permission_level: "anonymous" });
      expect((await photoIn(answer)).photo_id).toBe(photo.photo_id);
      expect((await photoIn(await sendPieces(site, "replace", fields, OLD))).token).toBe(
        photo.token,
      );
      expect(await originalOf(site, photo)).toEqual(OLD);
      const more = await sendTo(site, "replace", wholeForm(fields));
      expect(await more.json()).toMatchObject({
        message: "The replace token has already been used.",
      });
      expect(deliveriesOf(site)).toEqual([]);
    },
  );

  test("nobody is called back by the next start either, which completes it", async () => {
    const photo = await oldPhoto(site);
    const fields = { replace_token: await replaceToken(site, photo.photo_id, back) };
    await sendTo(site, "replace", pieceForm(fields, plan, first, NEW));
    const { uploads, chunks } = site.site.records;
    const [row] = rowsOf<{ id: number; file: string }>(
      site,
      "select id, file from uploads where state = 'receiving'",
    );
    const upload = await uploads.byId(row?.id ?? 0);
    if (!upload) throw new Error("no upload");
    const sink = await site.site.files.staging.write(upload.file, second.start, { create: false });
    await sink.write(NEW.slice(second.start));
    await sink.flush();
    await sink.close();
    const range = { start: second.start, length: second.end - second.start };
    await chunks.record({ uploadId: upload.id, range, extra: {}, now: site.site.now() });
    await site.restart();
    expect(await originalOf(site, photo)).toEqual(NEW);
    expect(deliveriesOf(site)).toEqual([]);
  });

  test("that is for another photo than photo_id", async () => {
    const [one, two] = [await oldPhoto(site), await oldPhoto(site)];
    const fields = {
      replace_token: await replaceToken(site, one.photo_id),
      photo_id: two.photo_id,
    };
    const answer = await sendTo(site, "replace", wholeForm(fields));
    expect(await answer.json()).toMatchObject({
      message: "photo_id is not the photo of the replace token.",
    });
    const both = wholeForm({ ...fields, upload_token: one.uploadToken });
    expect((await sendTo(site, "replace", both)).status).toBe(400);
  });

  test("is open to other origins, but for the token's own", async () => {
    const photo = await oldPhoto(site);
    const origin = "https://www.example.com";
    const fields = { replace_token: await replaceToken(site, photo.photo_id, { origin }) };
    const evil = { headers: { origin: "https://evil.example" } };
    expect((await sendTo(site, "replace", wholeForm(fields), evil)).status).toBe(403);
    const good = await sendTo(site, "replace", wholeForm(fields), { headers: { origin } });
    expect(good.headers.get("access-control-allow-origin")).toBe(origin);
  });
});

describe("with the upload token that the photo came with", () => {
  test("its only photo is replaced without a name, and no use of the token is taken", async () => {
    const photo = await oldPhoto(site, { max_uploads: 2 });
    const fields = { upload_token: photo.uploadToken };
    expect((await photoIn(await sendTo(site, "replace", wholeForm(fields)))).photo_id).toBe(
      photo.photo_id,
    );
    await photoIn(await sendPieces(site, "replace", fields, OLD));
    expect(await originalOf(site, photo)).toEqual(OLD);
    expect(await versionOf(photo.photo_id)).toBe(3);
    const another = await photoIn(await redeem(site, fileForm(photo.uploadToken, NEW)));
    expect(another.photo_id).not.toBe(photo.photo_id);
    // Now there are two.
    const unnamed = await sendTo(site, "replace", wholeForm(fields));
    expect(await unnamed.json()).toMatchObject({
      code: "invalid_input",
      message: "photo_id is missing: 2 photos came with this upload token.",
    });
    const named = wholeForm({ ...fields, photo_id: another.photo_id }, OLD);
    expect((await photoIn(await sendTo(site, "replace", named))).photo_id).toBe(another.photo_id);
  });

  test("another's photo is none of it, and neither is one that has gone", async () => {
    const [one, two] = [await oldPhoto(site), await oldPhoto(site)];
    const fields = { upload_token: one.uploadToken, photo_id: two.photo_id };
    expect((await sendTo(site, "replace", wholeForm(fields))).status).toBe(404);
    await takeAway(site, one.photo_id, "trash");
    const gone = await sendTo(site, "replace", wholeForm({ upload_token: one.uploadToken }));
    expect(await gone.json()).toMatchObject({ code: "no_such_photo" });
    const empty = wholeForm({ upload_token: await site.token() });
    expect(await (await sendTo(site, "replace", empty)).json()).toMatchObject({
      code: "no_such_photo",
    });
  });

  test("ends with it: too late, or revoked, also while chunks come in", async () => {
    const photo = await oldPhoto(site, { valid_minutes: 15 });
    const fields = { upload_token: photo.uploadToken };
    await sendTo(site, "replace", pieceForm(fields, plan, first, NEW));
    site.advance(16 * 60_000);
    const late = await sendTo(site, "replace", wholeForm(fields, png(400)));
    expect(await late.json()).toMatchObject({ message: "The upload token has expired." });
    // What has begun may be ended.
    await photoIn(await sendTo(site, "replace", pieceForm(fields, plan, second, NEW)));

    const other = await oldPhoto(site);
    const { records, now } = site.site;
    const its = { upload_token: other.uploadToken };
    await sendTo(site, "replace", pieceForm(its, plan, first, NEW));
    const { tokens } = await records.tokens.list(1);
    await records.tokens.revoke(tokens[0]?.id ?? 0, now());
    expect(
      rowsOf(site, "select id from upload_tokens where direct = 1 and revoked_at is not null"),
    ).toHaveLength(1);
    expect((await sendTo(site, "replace", pieceForm(its, plan, second, NEW))).status).toBe(404);
    expect(await originalOf(site, other)).toEqual(OLD);
  });
});

describe("a file that another one has replaced since", () => {
  const another = { plan: planOf(OLD, "another") };

  test.each(["upload_token", "replace_token"] as const)(
    "by %s takes its place again, and a retry before that changes nothing",
    async (by) => {
      const photo = await oldPhoto(site);
      const uses = { max_uploads: 3 };
      const token =
        by === "upload_token" ? photo.uploadToken : await replaceToken(site, photo.photo_id, uses);
      const fields = { [by]: token };
      const outcome = await photoIn(await sendPieces(site, "replace", fields, NEW));
      // Its last answer was lost.
      const again = await sendTo(site, "replace", pieceForm(fields, plan, second, NEW));
      expect(await photoIn(again)).toEqual(outcome);
      expect(await versionOf(photo.photo_id)).toBe(2);
      await photoIn(await sendPieces(site, "replace", fields, OLD, another));
      expect((await askFor(site, "replace", fields, plan, 1)).status).toBe(204);
      // Uploaders send chunks in parallel: the last one may come first.
      const early = await sendTo(site, "replace", pieceForm(fields, plan, second, NEW));
      expect([early.status, await early.text()]).toEqual([200, "ok"]);
      expect(await originalOf(site, photo)).toEqual(OLD);
      const last = await sendTo(site, "replace", pieceForm(fields, plan, first, NEW));
      expect(await photoIn(last)).toEqual(outcome);
      expect(await originalOf(site, photo)).toEqual(NEW);
      expect(await versionOf(photo.photo_id)).toBe(4);
      // And its last answer was lost once more.
      const retried = await sendTo(site, "replace", pieceForm(fields, plan, first, NEW));
      expect(await photoIn(retried)).toEqual(outcome);
      expect((await photoIn(await askFor(site, "replace", fields, plan, 2))).token).toBe(
        photo.token,
      );
      expect(await versionOf(photo.photo_id)).toBe(4);
    },
  );

  test("sent by two clients at once is one replacement, also where a start comes in between", async () => {
    const photo = await oldPhoto(site);
    const fields = { upload_token: photo.uploadToken };
    await photoIn(await sendPieces(site, "replace", fields, NEW));
    await photoIn(await sendPieces(site, "replace", fields, OLD, another));
    const begin = () => sendTo(site, "replace", pieceForm(fields, plan, first, NEW));
    const begun = await Promise.all([begin(), begin()]);
    expect(await Promise.all(begun.map((answer) => answer.text()))).toEqual(["ok", "ok"]);
    await site.restart();
    expect(await originalOf(site, photo)).toEqual(OLD);
    const end = () => sendTo(site, "replace", pieceForm(fields, plan, second, NEW));
    const ended = await Promise.all([end(), end()]);
    const [one, two] = await Promise.all(ended.map(photoIn));
    expect(two).toEqual(one as never);
    expect(await originalOf(site, photo)).toEqual(NEW);
    expect(await versionOf(photo.photo_id)).toBe(4);
  });

  test("may be cancelled while it comes again, and come once more", async () => {
    const photo = await oldPhoto(site);
    const fields = { photo_id: photo.photo_id };
    const cancel = async () => {
      const query = new URLSearchParams([
        ...chunkFields(plan, 1).slice(1),
        ["photo_id", `${photo.photo_id}`],
      ]);
      const path = `/api/2/photo/cancel-upload?${query}`;
      return ((await (await site.callWithKey(path, { method: "POST" })).json()) as Cancelled).data;
    };
    await photoIn(await sendPieces(site, "replace", fields, NEW, withKey));
    expect((await cancel()).cancelled_p).toBe(false);
    await photoIn(await sendPieces(site, "replace", fields, OLD, { ...withKey, ...another }));
    // Nothing of it is here.
    expect((await cancel()).cancelled_p).toBe(true);
    await sendTo(site, "replace", pieceForm(fields, plan, first, NEW), withKey);
    expect((await cancel()).cancelled_p).toBe(true);
    const late = await sendTo(site, "replace", pieceForm(fields, plan, second, NEW), withKey);
    expect([late.status, await late.text()]).toEqual([500, "The upload was cancelled."]);
    expect(await originalOf(site, photo)).toEqual(OLD);
    await photoIn(await sendPieces(site, "replace", fields, NEW, withKey));
    expect(await originalOf(site, photo)).toEqual(NEW);
  });

  test("whose replace token has no use left is refused, since its bytes are not the photo's", async () => {
    const photo = await oldPhoto(site);
    const fields = { replace_token: await replaceToken(site, photo.photo_id, { max_uploads: 2 }) };
    await photoIn(await sendPieces(site, "replace", fields, NEW));
    await photoIn(await sendPieces(site, "replace", fields, OLD, another));
    const used = [404, "The replace token has already been used."];
    const asked = await askFor(site, "replace", fields, plan, 1);
    expect([asked.status, await asked.text()]).toEqual(used);
    const sent = await sendTo(site, "replace", pieceForm(fields, plan, first, NEW));
    expect([sent.status, await sent.text()]).toEqual(used);
    expect(await originalOf(site, photo)).toEqual(OLD);
  });
});

type Cancelled = { data: { cancelled_p: boolean } };
