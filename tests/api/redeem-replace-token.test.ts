import { describe, expect, test } from "bun:test";
import { pieces } from "../support/chunks.ts";
import { deliveriesOf, rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png, textFile } from "../support/media.ts";
import { startReceiver } from "../support/receiver.ts";
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
const METHOD = "redeem-replace-token";
const plan = planOf(NEW);
const [first, second] = pieces(plan);
if (!first || !second) throw new Error("two chunks");

const versions = (id: number) =>
  rowsOf<{ version: number; file: string }>(
    site,
    `select version, file from originals where photo_id = ${id} order by version`,
  );

/** The address of the last callback. */
const told = () => deliveriesOf(site).at(-1)?.url ?? "";
/** Uploads that may go on. */
const unfinished = () =>
  rowsOf<{ state: string }>(site, "select state from uploads where state <> 'finished'").filter(
    ({ state }) => state !== "failed",
  );

describe("a replacement", () => {
  test("whole: the photo keeps its ids, token and metadata, and gets the new bytes", async () => {
    const { uploadToken, ...photo } = await oldPhoto(site, { title: "Kept", tags: "a b" });
    const before = await site.site.records.photos.byId(photo.photo_id);
    const token = await replaceToken(site, photo.photo_id);
    const answer = await sendTo(site, METHOD, wholeForm({ replace_token: token }));
    expect(await answer.json()).toEqual({
      status: "ok",
      permission_level: "anonymous",
      cached: false,
      message: "The photo was successfully replaced",
      data: photo,
      ...photo,
    });
    expect(await originalOf(site, photo)).toEqual(NEW);
    const after = await site.site.records.photos.byId(photo.photo_id);
    expect(after).toEqual({
      ...(before as NonNullable<typeof before>),
      updatedAt: expect.any(Number),
      original: expect.objectContaining({ version: 2, size: NEW.length, filename: "new.png" }),
    });
    const { total } = await site.site.records.photos.list({
      tokenId: before?.tokenId ?? 0,
      offset: 0,
      limit: 9,
    });
    expect(total).toBe(1);
    // The old file is on the list of what is to be deleted, and deleted by nobody here.
    const [old] = versions(photo.photo_id);
    expect(rowsOf(site, `select * from removals where file = '${old?.file}'`)).toHaveLength(1);
  });

  test("in chunks, with questions between; everybody sees the old bytes until the last one", async () => {
    const photo = await oldPhoto(site);
    const fields = { replace_token: await replaceToken(site, photo.photo_id) };
    expect((await askFor(site, METHOD, fields, plan, 1)).status).toBe(204);
    const one = await sendTo(site, METHOD, pieceForm(fields, plan, first, NEW));
    expect([one.status, await one.text()]).toEqual([200, "ok"]);
    expect((await askFor(site, METHOD, fields, plan, 1)).status).toBe(200);
    expect((await askFor(site, METHOD, fields, plan, 2)).status).toBe(204);
    expect(await originalOf(site, photo)).toEqual(OLD);
    const two = await sendTo(site, METHOD, pieceForm(fields, plan, second, NEW));
    expect((await photoIn(two)).photo_id).toBe(photo.photo_id);
    expect(await originalOf(site, photo)).toEqual(NEW);
    // A lost answer is answered again, by the chunk and by a question.
    const again = await sendTo(site, METHOD, pieceForm(fields, plan, second, NEW));
    expect((await photoIn(again)).photo_id).toBe(photo.photo_id);
    expect((await photoIn(await askFor(site, METHOD, fields, plan, 2))).token).toBe(photo.token);
    expect(versions(photo.photo_id)).toHaveLength(2);
  });

  test.each(["PUT", "PATCH"])("of octets by %s, whole and in chunks", async (method) => {
    const photo = await oldPhoto(site);
    const token = await replaceToken(site, photo.photo_id, { max_uploads: 2 });
    const headers = { "content-type": "application/octet-stream" };
    const query = `replace_token=${token}`;
    const whole = await sendTo(site, METHOD, NEW, { query, method, headers });
    expect((await photoIn(whole)).photo_id).toBe(photo.photo_id);
    expect(await originalOf(site, photo)).toEqual(NEW);
    for (const { start, end } of pieces(planOf(OLD, "o"), true)) {
      const range = {
        ...headers,
        "content-range": `bytes ${start}-${end - 1}/${OLD.length}`,
        "content-disposition": 'attachment; filename="o.png"',
      };
      await sendTo(site, METHOD, OLD.slice(start, end), { query, method, headers: range });
    }
    expect(await originalOf(site, photo)).toEqual(OLD);
    expect(versions(photo.photo_id)).toHaveLength(3);
  });

  test("by a form whose file comes first, whole and in chunks", async () => {
    const photo = await oldPhoto(site);
    const token = await replaceToken(site, photo.photo_id, { max_uploads: 2 });
    const whole = formOf([
      ["file", NEW, "n.png"],
      ["replace_token", token],
    ]);
    expect((await photoIn(await sendTo(site, METHOD, whole))).photo_id).toBe(photo.photo_id);
    for (const piece of pieces(planOf(OLD, "o"))) {
      const fields = pieceForm({ replace_token: token }, planOf(OLD, "o"), piece, OLD);
      const file = fields.get("file") as File;
      const turned = new FormData();
      turned.append("file", file);
      for (const [name, value] of fields) if (name !== "file") turned.append(name, value);
      expect((await sendTo(site, METHOD, turned)).status).toBe(200);
    }
    expect(await originalOf(site, photo)).toEqual(OLD);
  });

  test("in version 1 is answered in XML, and in raw JSON under the key upload", async () => {
    const photo = await oldPhoto(site);
    const token = await replaceToken(site, photo.photo_id, { max_uploads: 2 });
    const fields = { replace_token: token };
    const xml = await sendTo(site, METHOD, wholeForm(fields), { version: 1 });
    expect(await xml.text()).toContain(`<photo_id>${photo.photo_id}</photo_id>`);
    const raw = await sendTo(site, METHOD, wholeForm(fields), {
      version: 1,
      query: "format=json&raw=1",
    });
    expect(await raw.json()).toMatchObject({
      status: "ok",
      message: "The photo was successfully replaced",
      upload: { photo_id: String(photo.photo_id), token: photo.token },
    });
  });

  test("twice at once: both get a version, and the later one is the photo's", async () => {
    const photo = await oldPhoto(site);
    const token = await replaceToken(site, photo.photo_id, { max_uploads: 2 });
    const files = [png(4000, 7), png(5000, 8)];
    const answers = await Promise.all(
      files.map((file) => sendTo(site, METHOD, wholeForm({ replace_token: token }, file))),
    );
    for (const answer of answers) expect((await photoIn(answer)).photo_id).toBe(photo.photo_id);
    expect(versions(photo.photo_id).map(({ version }) => version)).toEqual([1, 2, 3]);
    const { original } = (await site.site.records.photos.byId(photo.photo_id)) ?? {};
    expect(original?.version).toBe(3);
    const bytes = await originalOf(site, photo);
    expect(bytes).toEqual(files.find(({ length }) => length === original?.size) as Uint8Array);
  });
});

describe("a replace token", () => {
  test("is unknown where an upload token is redeemed, and the other way round", async () => {
    const photo = await oldPhoto(site);
    const token = await replaceToken(site, photo.photo_id);
    const upload = await redeem(site, fileForm(token, NEW));
    expect([upload.status, await upload.text()]).toEqual([404, "The upload token is invalid."]);
    const other = await sendTo(
      site,
      METHOD,
      wholeForm({ replace_token: await site.token(), upload_token: photo.uploadToken }),
    );
    expect([other.status, await other.text()]).toEqual([404, "The replace token is invalid."]);
    const page = async (text: string) =>
      (await (await site.call(`/upload/${text}`)).text()).replaceAll(text, "");
    expect(await page(token)).toBe(await page("nobody's"));
    expect(
      (await site.callWithKey(`/api/2/photo/list?upload_token=${token}&include_unpublished_p=1`))
        .status,
    ).toBe(404);
  });

  test("is missing, used up, too late or revoked: 404, and nothing is stored", async () => {
    const photo = await oldPhoto(site);
    const said = async (token: string) => {
      const answer = await sendTo(site, METHOD, wholeForm({ replace_token: token }));
      return [answer.status, await answer.text()];
    };
    expect(await said("")).toEqual([404, "The replace token is invalid."]);
    const used = await replaceToken(site, photo.photo_id);
    await photoIn(await sendTo(site, METHOD, wholeForm({ replace_token: used })));
    expect(await said(used)).toEqual([404, "The replace token has already been used."]);
    const revoked = await replaceToken(site, photo.photo_id);
    const { tokens } = await site.site.records.tokens.list(1);
    await site.site.records.tokens.revoke(tokens[0]?.id ?? 0, site.site.now());
    expect(await said(revoked)).toEqual([404, "The replace token is invalid."]);
    const late = await replaceToken(site, photo.photo_id, { valid_minutes: 15 });
    site.advance(16 * 60_000);
    expect(await said(late)).toEqual([404, "The replace token has expired."]);
    expect(versions(photo.photo_id)).toHaveLength(2);
  });

  test("that is revoked while its chunks come in replaces nothing", async () => {
    const photo = await oldPhoto(site);
    const fields = { replace_token: await replaceToken(site, photo.photo_id) };
    await sendTo(site, METHOD, pieceForm(fields, plan, first, NEW));
    const { tokens } = await site.site.records.tokens.list(1);
    await site.site.records.tokens.revoke(tokens[0]?.id ?? 0, site.site.now());
    expect((await sendTo(site, METHOD, pieceForm(fields, plan, second, NEW))).status).toBe(404);
    expect(await originalOf(site, photo)).toEqual(OLD);
  });

  test("is good for one web origin, and other origins' pages read its answers", async () => {
    const photo = await oldPhoto(site);
    const origin = "https://www.example.com";
    const fields = { replace_token: await replaceToken(site, photo.photo_id, { origin }) };
    const elsewhere = await sendTo(site, METHOD, wholeForm(fields), {
      headers: { origin: "https://evil.example" },
    });
    expect([elsewhere.status, await elsewhere.text()]).toEqual([
      403,
      "The replace token may not be used from this web origin.",
    ]);
    expect(elsewhere.headers.get("access-control-allow-origin")).toBeNull();
    const there = await sendTo(site, METHOD, wholeForm(fields), { headers: { origin } });
    expect(there.headers.get("access-control-allow-origin")).toBe(origin);
    expect((await photoIn(there)).photo_id).toBe(photo.photo_id);
    const preflight = await site.call("/api/2/photo/redeem-replace-token", {
      method: "OPTIONS",
      headers: { origin },
    });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([
      204,
      origin,
    ]);
  });

  test("takes what it was made for: types and sizes", async () => {
    const photo = await oldPhoto(site);
    const small = await replaceToken(site, photo.photo_id, { max_size: 1000 });
    const large = await sendTo(site, METHOD, wholeForm({ replace_token: small }));
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([
      413,
      "file_too_large",
    ]);
    const fields = { replace_token: await replaceToken(site, photo.photo_id) };
    const wrong = await sendTo(site, METHOD, pieceForm(fields, plan, first, textFile(2500)));
    expect(wrong.status).toBe(500);
    expect(await originalOf(site, photo)).toEqual(OLD);
  });
});

describe("its outcome", () => {
  test("goes back by a redirect, with replace_token and the extra parameters", async () => {
    const photo = await oldPhoto(site);
    const token = await replaceToken(site, photo.photo_id, {
      return_url: "https://www.example.com/back?a=1",
      theme: "green",
    });
    const fields = { replace_token: token, more: "2", upload_token: "x" };
    const answer = await sendTo(site, METHOD, wholeForm(fields));
    expect(answer.status).toBe(301);
    const back = new URL(answer.headers.get("location") ?? "");
    expect(Object.fromEntries(back.searchParams)).toEqual({
      a: "1",
      domain: "redeem.test",
      replace_token: token,
      photo_id: String(photo.photo_id),
      tree_id: String(photo.tree_id),
      token: photo.token,
      theme: "green",
      more: "2",
    });
  });

  test("goes back in the background, for success and failure", async () => {
    const backend = startReceiver();
    try {
      const photo = await oldPhoto(site);
      const asked = { return_url: backend.url, background_return_p: 1, max_uploads: 2 };
      const token = await replaceToken(site, photo.photo_id, asked);
      const good = await sendPieces(site, METHOD, { replace_token: token }, NEW);
      expect(await good.text()).toStartWith(
        `ok redeem.test ${photo.tree_id} ${photo.photo_id} ${photo.token} ${backend.url}`,
      );
      const bad = await sendTo(site, METHOD, wholeForm({ replace_token: token }, textFile()));
      expect(await bad.text()).toStartWith("error The file type is not supported");
      const got = await backend.got(2);
      const sent = got.map(({ url }) => Object.fromEntries(url.searchParams));
      expect(sent).toContainEqual(
        expect.objectContaining({ replace_token: token, photo_id: String(photo.photo_id) }),
      );
      expect(sent).toContainEqual(
        expect.objectContaining({ replace_token: token, error_message: expect.any(String) }),
      );
    } finally {
      await backend.stop();
    }
  });
});

describe.each(["trash", "remove"] as const)(
  "a photo that goes (%s) while it is replaced",
  (how) => {
    const back = { return_url: "http://127.0.0.1:9/back", background_return_p: 1 };
    test("in chunks: refused for good, the backend is told, and nothing is left", async () => {
      const photo = await oldPhoto(site);
      const fields = { replace_token: await replaceToken(site, photo.photo_id, back) };
      await sendTo(site, METHOD, pieceForm(fields, plan, first, NEW));
      await takeAway(site, photo.photo_id, how);
      const answer = await sendTo(site, METHOD, pieceForm(fields, plan, second, NEW));
      expect([answer.status, await answer.text()]).toEqual([404, "There is no such photo."]);
      expect(new URL(told()).searchParams.get("error_message")).toBe("There is no such photo.");
      expect(new URL(told()).searchParams.get("replace_token")).toBe(fields.replace_token);
      expect((await askFor(site, METHOD, fields, plan, 1)).status).toBe(404);
      expect(unfinished()).toEqual([]);
      await site.restart();
      expect(await site.site.files.staging.names()).toEqual([]);
    });

    test("in the middle of its last chunk", async () => {
      const photo = await oldPhoto(site);
      const fields = { replace_token: await replaceToken(site, photo.photo_id, back) };
      await sendTo(site, METHOD, pieceForm(fields, plan, first, NEW));
      const answer = await sentAround(pieceForm(fields, plan, second, NEW), () =>
        takeAway(site, photo.photo_id, how),
      );
      expect([answer.status, await answer.text()]).toEqual([404, "There is no such photo."]);
      expect(new URL(told()).searchParams.get("replace_token")).toBe(fields.replace_token);
      expect(unfinished()).toEqual([]);
      expect(await site.site.files.staging.names()).toEqual([]);
    });

    test.each([{}, back])("as a whole file: %p", async (parameters) => {
      const photo = await oldPhoto(site);
      const before = deliveriesOf(site).length;
      const fields = { replace_token: await replaceToken(site, photo.photo_id, parameters) };
      const answer = await sentAround(wholeForm(fields), () => takeAway(site, photo.photo_id, how));
      if ("return_url" in parameters) {
        expect([answer.status, await answer.text()]).toEqual([
          200,
          "error There is no such photo.",
        ]);
        expect(new URL(told()).searchParams.get("replace_token")).toBe(fields.replace_token);
      } else {
        expect(answer.status).toBe(404);
        expect(await answer.json()).toMatchObject({ code: "no_such_photo" });
      }
      expect(deliveriesOf(site)).toHaveLength(before + ("return_url" in parameters ? 1 : 0));
      expect(await site.site.files.staging.names()).toEqual([]);
    });

    test("before it: nothing of the file is kept", async () => {
      const photo = await oldPhoto(site);
      const fields = { replace_token: await replaceToken(site, photo.photo_id) };
      await takeAway(site, photo.photo_id, how);
      const answer = await sendTo(site, METHOD, wholeForm(fields), { version: 1 });
      expect([answer.status, await answer.text()]).toEqual([
        200,
        expect.stringContaining('code="no_such_photo"'),
      ]);
      const octets = await sendTo(site, METHOD, NEW, {
        query: `replace_token=${fields.replace_token}`,
        headers: { "content-type": "image/png" },
      });
      expect(octets.status).toBe(404);
      expect(await site.site.files.staging.names()).toEqual([]);
    });
  },
);

test("a photo that comes out of the trash may be replaced again", async () => {
  const photo = await oldPhoto(site);
  const fields = { replace_token: await replaceToken(site, photo.photo_id, { max_uploads: 2 }) };
  await takeAway(site, photo.photo_id, "trash");
  expect((await sendPieces(site, METHOD, fields, NEW)).status).toBe(404);
  const { records, now } = site.site;
  await records.photos.transact(photo.photo_id, now(), () => ({
    changes: [{ kind: "restore" }],
    value: null,
  }));
  expect((await photoIn(await sendPieces(site, METHOD, fields, NEW))).photo_id).toBe(
    photo.photo_id,
  );
  expect(await originalOf(site, photo)).toEqual(NEW);
});

test("after a restart it goes on, and what was replaced is the photo", async () => {
  const photo = await oldPhoto(site);
  const fields = { replace_token: await replaceToken(site, photo.photo_id) };
  await sendTo(site, METHOD, pieceForm(fields, plan, first, NEW));
  await site.restart();
  expect(await originalOf(site, photo)).toEqual(OLD);
  expect((await askFor(site, METHOD, fields, plan, 1)).status).toBe(200);
  await photoIn(await sendTo(site, METHOD, pieceForm(fields, plan, second, NEW)));
  await site.restart();
  expect(await originalOf(site, photo)).toEqual(NEW);
});

/** Sends a form, and does something while its bytes come in: when the file has begun. */
async function sentAround(form: FormData, act: () => Promise<void>): Promise<Response> {
  const whole = new Response(form);
  const type = whole.headers.get("content-type") ?? "";
  const bytes = await whole.bytes();
  const most = bytes.length - 400;
  async function* body(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, most);
    await act();
    yield bytes.subarray(most);
  }
  return sendTo(site, METHOD, body() as unknown as BodyInit, {
    headers: { "content-type": type },
  });
}
