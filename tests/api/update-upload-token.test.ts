import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeAlbums } from "../support/albums.ts";
import { hashSecret } from "../../src/random.ts";
import { rowOf, uploaded, type Listed } from "../support/archive.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { siteForAll } from "../support/lifetime.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { fileForm, photoIn, redeem, sendChunk, type PhotoIds } from "../support/redeem.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

const site = siteForAll();
// Those that are named below.
beforeAll(() => makeAlbums(site, 9));
const HOUR = 3_600_000;

const file = png(2500);
const planOf = (identifier: string, filename = `${identifier}.png`): Plan => ({
  identifier,
  filename,
  chunkSize: 1000,
  totalSize: 2500,
});

function change(
  upload_token: string,
  fields: Record<string, string | number>,
  { version = 2, origin, of = site }: { version?: 1 | 2; origin?: string; of?: TestSite } = {},
): Promise<Response> {
  const all = { upload_token, ...fields };
  const body = new URLSearchParams(Object.entries(all).map(([name, value]) => [name, `${value}`]));
  const headers: Record<string, string> = origin ? { origin } : {};
  const path = `/api/${version === 2 ? "2/" : ""}photo/update-upload-token`;
  return of.call(path, { method: "POST", body, headers });
}

async function changed(token: string, fields: Record<string, string | number>): Promise<void> {
  const answer = await change(token, fields);
  expect([answer.status, await answer.json()]).toEqual([
    200,
    expect.objectContaining({
      status: "ok",
      message: "The token information was updated",
      data: {},
    }),
  ]);
}

const begin = (token: string, plan: Plan) =>
  sendChunk(site, token, plan, pieces(plan)[0] as never, file);
const finish = async (token: string, plan: Plan) =>
  photoIn(await sendChunk(site, token, plan, pieces(plan)[1] as never, file));
const whole = async (token: string, name: string) =>
  photoIn(await redeem(site, fileForm(token, png(300), name)));

async function expectRow(photo: PhotoIds, row: Partial<Listed>): Promise<void> {
  expect(await rowOf(site, photo)).toMatchObject(row as object);
}

async function refused(answer: Response, status: number, code: string, words = ""): Promise<void> {
  const { code: said, message } = (await answer.json()) as { code: string; message: string };
  expect([answer.status, said, message]).toEqual([status, code, expect.stringContaining(words)]);
}

const allowed = (answer: Response) => answer.headers.get("access-control-allow-origin");

describe("update-upload-token", () => {
  test("before the first file: the photo has it, and so has the token on record", async () => {
    const token = await site.token({ title: "old", tags: "kept", publish: 1 });
    const fields = { title: "<b>new</b>", description: "<i>d</i>", album_id: "7", publish: 0 };
    await changed(token, fields);
    await expectRow(await whole(token, "a.png"), {
      title: "new",
      content: "<i>d</i>",
      tags: "kept",
      album_id: "7",
      published_p: false,
    });
    const known = await site.site.records.tokens.byHash(hashSecret(token));
    expect(known).toMatchObject({ title: "new", albumId: "7", tags: "kept", publish: false });
  });

  test("while a file is under way: the photo has it when it is made", async () => {
    const token = await site.token({ title: "old" });
    await begin(token, planOf("a"));
    await changed(token, { title: "new" });
    await expectRow(await finish(token, planOf("a")), { title: "new" });
  });

  test("behind the file, also with a token that is used up: the photo is changed", async () => {
    const photo = await uploaded(site, { title: "old", tags: "kept" });
    await changed(photo.uploadToken, { title: "new" });
    await expectRow(photo, { title: "new", tags: "kept" });
    await changed(photo.uploadToken, { title: "", tags: "" });
    await expectRow(photo, { title: "", tags: "" });
  });

  test("all files of the token, those that are there and those under way and to come; no other's", async () => {
    const token = await site.token({ max_uploads: 9, title: "old" });
    const other = await uploaded(site, { title: "old" });
    const there = await whole(token, "a.png");
    await begin(token, planOf("under way"));
    await changed(token, { title: "new" });
    const photos = [there, await finish(token, planOf("under way")), await whole(token, "b.png")];
    for (const photo of photos) await expectRow(photo, { title: "new" });
    await expectRow(other, { title: "old" });
  });

  test.each(["resumableIdentifier", "flowIdentifier", "dzuuid"])(
    "with %s that file alone, before, during and after",
    async (name) => {
      const token = await site.token({ max_uploads: 9, title: "all" });
      await begin(token, planOf("during"));
      await begin(token, planOf("other"));
      const after = planOf("after");
      await begin(token, after);
      const there = await finish(token, after);
      for (const of of ["before", "during", "after"])
        await changed(token, { [name]: of, title: of });
      await begin(token, planOf("before"));
      for (const of of ["before", "during"]) {
        await expectRow(await finish(token, planOf(of)), { title: of });
      }
      await expectRow(there, { title: "after" });
      await expectRow(await finish(token, planOf("other")), { title: "all" });
    },
  );

  test("with filename the files of that name, whole ones too", async () => {
    const token = await site.token({ max_uploads: 9, title: "all" });
    const there = await whole(token, "one.png");
    await changed(token, { filename: "C:\\pictures\\one.png", title: "one" });
    await expectRow(there, { title: "one" });
    await expectRow(await whole(token, "one.png"), { title: "one" });
    await expectRow(await whole(token, "two.png"), { title: "all" });
  });

  test("what was said last counts, parameter by parameter, whichever way the file was meant", async () => {
    const token = await site.token({ max_uploads: 9, title: "0", tags: "0" });
    const says = (title: string, of: Record<string, string> = {}) =>
      changed(token, { ...of, title });
    const a = { resumableIdentifier: "a" };
    const name = { filename: "a.png" };
    for (const [index, last] of [{}, a, name].entries()) {
      await says("1", a);
      await says("2", {});
      await says("3", name);
      await changed(token, { ...a, tags: `t${index}` });
      await says(`last ${index}`, last);
      const plan = { ...planOf("a"), totalSize: 2500 + index, filename: "a.png" };
      const bytes = png(2500 + index);
      let answer: Response | undefined;
      for (const piece of pieces(plan)) answer = await sendChunk(site, token, plan, piece, bytes);
      await expectRow(await photoIn(answer as Response), {
        title: `last ${index}`,
        tags: `t${index}`,
      });
    }
  });

  test("a photo that was changed with a key since keeps that, but for what is said anew", async () => {
    const photo = await uploaded(site, { title: "old", tags: "old" });
    await changed(photo.uploadToken, { title: "1" });
    const query = `photo_id=${photo.photo_id}&title=key&tags=key`;
    await site.callWithKey(`/api/2/photo/update?${query}`);
    await changed(photo.uploadToken, { description: "d" });
    await expectRow(photo, { title: "key", tags: "key", content: "d" });
    await changed(photo.uploadToken, { title: "2" });
    await expectRow(photo, { title: "2", tags: "key" });
  });

  test("version 1 answers in XML and JSON", async () => {
    const token = await site.token();
    const xml = await (await change(token, { title: "a" }, { version: 1 })).text();
    expect(xml).toContain(
      '<response status="ok" permission_level="anonymous" message="The token information was updated" cached="0"/>',
    );
    const json = await change(token, { title: "a", format: "json", raw: 1 }, { version: 1 });
    expect(await json.json()).toMatchObject({ status: "ok", photo: {} });
  });

  test("nothing said is nothing changed", async () => {
    const photo = await uploaded(site, { title: "old" });
    await changed(photo.uploadToken, {});
    await expectRow(photo, { title: "old" });
  });

  test("a thousand photos of one token are all changed, and others have their turn in between", async () => {
    const own = await startTestSite({ REDEEM_SYNC: "0" });
    const token = await own.token({ max_uploads: 1000 });
    for (let count = 0; count < 230; count += 1) {
      await redeem(own, fileForm(token, png(300, count)));
    }
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    await (await change(token, { title: "all", publish: 0 }, { of: own })).text();
    clearInterval(counting);
    expect(turns).toBeGreaterThanOrEqual(3);
    const titles = "select title, published, count(*) as n from photos group by title, published";
    expect(rowsOf<object>(own, titles)).toEqual([{ title: "all", published: 0, n: 230 }]);
    expect(rowsOf(own, "select id from token_updates where pending = 1")).toEqual([]);
    await own.stop();
  });
});

describe("update-upload-token refuses", () => {
  test("a token that is missing, unknown or revoked", async () => {
    await refused(
      await change("", { title: "x" }),
      400,
      "invalid_input",
      "upload_token is missing",
    );
    await refused(await change("nonsense", { title: "x" }), 404, "invalid_upload_token", "invalid");
    const token = await site.token();
    const { id } = (await site.site.records.tokens.byHash(hashSecret(token))) as { id: number };
    await site.site.records.tokens.revoke(id, site.site.now());
    await refused(await change(token, { title: "x" }), 404, "invalid_upload_token", "invalid");
  });

  test("a token whose grace time is over, and not before", async () => {
    const own = await startTestSite();
    const token = await own.token({ valid_minutes: 15 });
    own.advance(24 * HOUR);
    expect((await change(token, { title: "x" }, { of: own })).status).toBe(200);
    own.advance(HOUR);
    const late = await change(token, { title: "x" }, { of: own });
    await refused(late, 404, "invalid_upload_token", "expired");
    await own.stop();
  });

  test.each([
    [{ title: "x".repeat(1001) }, "title must be"],
    [{ publish: "maybe" }, "publish must be 1 or 0"],
    [{ publish_date: "2036-01-01" }, "publish_date is not supported"],
    [{ absolute_url: "https://x.example" }, "absolute_url is not supported"],
    [{ resumableIdentifier: "x".repeat(1025), title: "x" }, "resumableIdentifier"],
    [{ filename: "a/", title: "x" }, "filename must be"],
  ])("%j", async (fields: Record<string, string>, words) =>
    refused(await change(await site.token(), fields), 400, "invalid_input", words),
  );

  test("changes of more files than the token can have", async () => {
    const token = await site.token();
    const { id: tokenId } = (await site.site.records.tokens.byHash(hashSecret(token))) as {
      id: number;
    };
    for (let count = 0; count < 1001; count += 1) {
      const files = { identifier: `${count}` };
      await site.site.records.updates.add({ tokenId, files, change: { title: "x" } }, 2000);
    }
    const answer = await change(token, { resumableIdentifier: "one more", title: "x" });
    await refused(answer, 400, "invalid_input", "at most 1001");
    await changed(token, { title: "all of them" });
  });
});

describe("pages of other origins", () => {
  const SHOP = "https://shop.example";
  let listed: TestSite;
  beforeAll(async () => {
    listed = await startTestSite({ REDEEM_CORS_ORIGINS: SHOP });
  });
  afterAll(() => listed.stop());

  test.each(["update", "delete"])("preflights of %s-upload-token are answered", async (what) => {
    for (const version of ["", "2/"]) {
      const path = `/api/${version}photo/${what}-upload-token`;
      const init = { method: "OPTIONS", headers: { origin: SHOP } };
      const answer = await site.call(path, init);
      expect([answer.status, allowed(answer)]).toEqual([204, SHOP]);
    }
  });

  test("every answer names the origin that asks, errors too, within the operator's list", async () => {
    const token = await listed.token();
    for (const version of [1, 2] as const) {
      for (const [uploadToken, fields] of [
        [token, { title: "x" }],
        [token, { publish: "maybe" }],
        ["nonsense", { title: "x" }],
      ] as [string, Record<string, string>][]) {
        const good = await change(uploadToken, fields, { version, origin: SHOP, of: listed });
        expect([allowed(good), good.headers.get("vary")]).toEqual([SHOP, "Origin"]);
        const other = "https://other.example";
        const bad = await change(uploadToken, fields, { version, origin: other, of: listed });
        expect(allowed(bad)).toBeNull();
      }
    }
  });

  test("a token of one origin is refused from another one, without the headers", async () => {
    const token = await site.token({ origin: SHOP });
    const bad = await change(token, { title: "x" }, { origin: "https://other.example" });
    expect([bad.status, allowed(bad)]).toEqual([403, null]);
    expect((await change(token, { title: "x" }, { origin: SHOP })).status).toBe(200);
  });
});

test("an album that is not there is refused, and changes nothing", async () => {
  const token = await site.token({ title: "granted" });
  const answer = await change(token, { title: "new", album_id: "3,77" });
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({
      code: "invalid_input",
      message: expect.stringContaining("album 77"),
    }),
  ]);
  const photo = await photoIn(await redeem(site, fileForm(token, png(300))));
  expect(await rowOf(site, photo)).toMatchObject({ title: "granted", album_id: "" });
});
