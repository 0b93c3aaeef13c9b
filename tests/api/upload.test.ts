import { beforeEach, describe, expect, test } from "bun:test";
import { makeAlbums } from "../support/albums.ts";
import { addKey } from "../../src/api-keys.ts";
import { chunkFields } from "../../src/http/photo/redeem-fields.ts";
import { replace } from "../../src/http/photo/replace.ts";
import { upload } from "../../src/http/photo/upload.ts";
import { pieces } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { SPEAKERS } from "../support/families.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png, textFile } from "../support/media.ts";
import { oauthHeader, oauthParameters } from "../support/oauth.ts";
import { formOf, originalOf, photoIn, type Part, type PhotoIds } from "../support/redeem.ts";
import {
  askFor,
  NEW,
  OLD,
  pieceForm,
  planOf,
  sendPieces,
  sendTo,
  takeAway,
  wholeForm,
} from "../support/replacing.ts";
import { ORIGIN } from "../support/site.ts";

const site = siteForEach();
// Those that are named below.
beforeEach(() => makeAlbums(site, 9));
const plan = planOf(NEW);
const [first, second] = pieces(plan);
if (!first || !second) throw new Error("two chunks");
const withKey = { key: true };

const recordOf = async ({ photo_id: id }: PhotoIds) => {
  const photo = await site.site.records.photos.byId(id);
  if (!photo) throw new Error("no photo");
  return photo;
};

const METADATA = {
  user_id: 9,
  album_id: "3, 4",
  title: "Summer <b>party</b>",
  description: "At <b>the lake</b>.",
  tags: 'party "by the lake"',
  publish: 0,
  absolute_url: "https://www.example.com/party",
};

const KEPT = {
  userId: 9,
  albumId: "3,4",
  title: "Summer party",
  description: "At <b>the lake</b>.",
  tags: 'party "by the lake"',
  published: false,
  absoluteUrl: "https://www.example.com/party",
};

describe("a whole file", () => {
  test("is a photo with its metadata: in version 2, XML and raw JSON", async () => {
    const answer = await sendTo(site, "upload", wholeForm(METADATA), withKey);
    const body = (await answer.clone().json()) as Record<string, unknown>;
    expect(body).toMatchObject({
      status: "ok",
      permission_level: "super",
      message: "The file was successfully uploaded",
    });
    const photo = await photoIn(answer);
    expect(await recordOf(photo)).toMatchObject({ ...KEPT, original: { filename: "new.png" } });
    expect(await originalOf(site, photo)).toEqual(NEW);
    const old = { ...withKey, version: 1 as const };
    const xml = await (await sendTo(site, "upload", wholeForm({}), old)).text();
    expect(xml).toMatch(/<photo_id>\d+<\/photo_id>\s*<tree_id>\d+<\/tree_id>/);
    const asked = { ...old, query: "format=json&raw=1" };
    expect(await (await sendTo(site, "upload", wholeForm({}), asked)).json()).toMatchObject({
      status: "ok",
      upload: { photo_id: expect.any(String), token: expect.any(String) },
      endpoint: "/api/photo/upload",
    });
  });

  test("with its metadata behind it, and in both places: the form as a whole counts", async () => {
    const fields = Object.entries(METADATA).map(([name, value]): Part => [name, String(value)]);
    const form = formOf([["title", "First"], ["file", NEW, "n.png"], ...fields]);
    const photo = await photoIn(await sendTo(site, "upload", form, withKey));
    expect(await recordOf(photo)).toMatchObject(KEPT);
    // One token, for the file that came.
    expect(rowsOf(site, "select id from upload_tokens where direct = 1")).toHaveLength(1);
  });

  test("of octets, with the parameters in the query", async () => {
    const headers = { "content-type": "image/png" };
    const query = "title=Octets&resumableFilename=o.png";
    const sending = { ...withKey, method: "PUT", headers, query };
    const photo = await photoIn(await sendTo(site, "upload", NEW, sending));
    expect(await recordOf(photo)).toMatchObject({
      title: "Octets",
      original: { filename: "o.png" },
    });
  });

  test("sent twice is two photos", async () => {
    const one = await photoIn(await sendTo(site, "upload", wholeForm({}), withKey));
    const two = await photoIn(await sendTo(site, "upload", wholeForm({}), withKey));
    expect(one.photo_id).not.toBe(two.photo_id);
  });

  test("in a form whose other fields are empty, as /docs sends it", async () => {
    const names = Object.keys({ ...upload.fields.properties, ...chunkFields.properties });
    const blank = Object.fromEntries(names.map((name) => [name, ""]));
    const photo = await photoIn(await sendTo(site, "upload", wholeForm(blank), withKey));
    const again = Object.keys({ ...replace.fields.properties, ...chunkFields.properties });
    const fields = {
      ...Object.fromEntries(again.map((name) => [name, ""])),
      photo_id: photo.photo_id,
    };
    const replaced = await photoIn(await sendTo(site, "replace", wholeForm(fields, OLD), withKey));
    expect(replaced).toEqual(photo);
  });

  test("is the caller's own, whoever it says it is of", async () => {
    const { key, secret } = await addKey(site.site.records, "write", "writer");
    const headers = { authorization: `Bearer ${secret}` };
    const answer = await sendTo(site, "upload", wholeForm({ user_id: 9 }), { headers });
    expect(await answer.clone().json()).toMatchObject({ permission_level: "write" });
    expect((await recordOf(await photoIn(answer))).userId).toBe(key.id);
  });

  test("may have a description as long as one may be", async () => {
    const long = "x".repeat(65_536);
    const photo = await photoIn(
      await sendTo(site, "upload", wholeForm({ description: long, tags: "a" }), withKey),
    );
    expect((await recordOf(photo)).description).toBe(long);
  });

  test.each([
    ["no file", formOf([["title", "x"]]), 400, "no_file", "The file is missing"],
    ["an empty file", wholeForm({}, new Uint8Array()), 400, "no_file", "The file is empty."],
    ["text", wholeForm({}, textFile()), 415, "file_not_supported", "not supported"],
    [
      "a wrong publish_date",
      wholeForm({ publish_date: "1999-01-01" }),
      400,
      "invalid_input",
      "publish_date",
    ],
    [
      "a return_url",
      wholeForm({ return_url: "http://x" }),
      400,
      "invalid_input",
      "return_url is not",
    ],
    ["a photo_id", wholeForm({ photo_id: 1 }), 400, "invalid_input", "photo_id is not taken here"],
    ["a token", wholeForm({ upload_token: "x" }), 400, "invalid_input", "upload_token is not"],
  ] as const)("with %s is refused, and nothing is left", async (_, form, status, code, why) => {
    const answer = await sendTo(site, "upload", form, withKey);
    expect(answer.status).toBe(status);
    const body = (await answer.json()) as { message: string };
    expect(body).toMatchObject({ status: "error", code, permission_level: "super" });
    expect(body.message).toContain(why);
    expect(await site.site.files.staging.names()).toEqual([]);
  });
});

describe("a file in chunks", () => {
  test("is one photo, with the first chunk's metadata, over a restart", async () => {
    expect((await askFor(site, "upload", {}, plan, 1, withKey)).status).toBe(204);
    const one = await sendTo(site, "upload", pieceForm(METADATA, plan, first, NEW), withKey);
    expect([one.status, await one.text()]).toEqual([200, "ok"]);
    await site.restart();
    expect((await askFor(site, "upload", {}, plan, 1, withKey)).status).toBe(200);
    const photo = await photoIn(
      await sendTo(site, "upload", pieceForm({}, plan, second, NEW), withKey),
    );
    expect(await recordOf(photo)).toMatchObject(KEPT);
    expect(await originalOf(site, photo)).toEqual(NEW);
  });

  test("a later chunk may repeat the metadata, and its newer words count", async () => {
    const date = new Date(site.site.now() + 60_000).toISOString().slice(0, 19);
    const fields = { title: "One", tags: "a", publish_date: date };
    await sendTo(site, "upload", pieceForm(fields, plan, first, NEW), withKey);
    // By now the date is past: it was none when the file began.
    site.advance(2 * 60_000);
    const again = pieceForm({ ...fields, title: "Two" }, plan, second, NEW);
    const photo = await photoIn(await sendTo(site, "upload", again, withKey));
    expect(await recordOf(photo)).toMatchObject({ title: "Two", tags: "a", published: false });
  });

  test("its metadata behind the file is refused where it is not what it was", async () => {
    const form = pieceForm({ title: "One" }, plan, first, NEW);
    form.append("tags", "late");
    const answer = await sendTo(site, "upload", form, withKey);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      "tags behind the file is not what it was before the file.",
    ]);
  });

  test("its words may come behind it, with the metadata", async () => {
    for (const piece of pieces(plan)) {
      const said = pieceForm({ title: "Late" }, plan, piece, NEW);
      const form = new FormData();
      form.append("file", said.get("file") as File);
      for (const [name, value] of said) if (name !== "file") form.append(name, value);
      expect((await sendTo(site, "upload", form, withKey)).status).toBe(200);
    }
    const [row] = rowsOf<{ title: string }>(site, "select title from photos");
    expect(row?.title).toBe("Late");
  });

  test("a lost last answer is answered again for ten minutes; then the same file is a new photo", async () => {
    const photo = await photoIn(await sendPieces(site, "upload", {}, NEW, withKey));
    site.advance(9 * 60_000);
    const again = pieceForm({}, plan, second, NEW);
    expect(await photoIn(await sendTo(site, "upload", again, withKey))).toEqual(photo);
    expect(await photoIn(await askFor(site, "upload", {}, plan, 1, withKey))).toEqual(photo);
    site.advance(2 * 60_000);
    expect((await askFor(site, "upload", {}, plan, 1, withKey)).status).toBe(204);
    const other = await photoIn(await sendPieces(site, "upload", {}, NEW, withKey));
    expect(other.photo_id).not.toBe(photo.photo_id);
    expect(await originalOf(site, photo)).toEqual(NEW);
  });

  test("one whose photo was deleted is a new photo at once", async () => {
    const photo = await photoIn(await sendPieces(site, "upload", {}, NEW, withKey));
    await takeAway(site, photo.photo_id, "remove");
    const other = await photoIn(await sendPieces(site, "upload", {}, NEW, withKey));
    expect(other.photo_id).not.toBe(photo.photo_id);
  });

  test("all chunks at once are one photo", async () => {
    const file = png(20_500, 5);
    const many = planOf(file, "many");
    const answers = await Promise.all(
      pieces(many).map((piece) =>
        sendTo(site, "upload", pieceForm({ title: "x" }, many, piece, file), withKey),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const rows = rowsOf(site, "select id from photos");
    expect(rows).toHaveLength(1);
    expect(rowsOf(site, "select id from upload_tokens where direct = 1")).toHaveLength(1);
  });

  test("of another caller with the same name is another file", async () => {
    const keys = [
      await addKey(site.site.records, "write", "one"),
      await addKey(site.site.records, "write", "two"),
    ];
    const photos: PhotoIds[] = [];
    for (const { secret } of keys) {
      const headers = { authorization: `Bearer ${secret}` };
      photos.push(await photoIn(await sendPieces(site, "upload", {}, NEW, { headers })));
    }
    expect(photos[0]?.photo_id).not.toBe(photos[1]?.photo_id);
    const users = rowsOf<{ user: number }>(site, "select user_id as user from photos order by id");
    expect(users.map(({ user }) => user)).toEqual(keys.map(({ key }) => key.id));
  });

  test.each(SPEAKERS)("as $name sends it", async ({ force, say }) => {
    let last: Response | undefined;
    for (const piece of pieces(plan, force)) {
      const { fields, headers } = say(plan, piece);
      const form = formOf([...fields, ["file", NEW.slice(piece.start, piece.end), plan.filename]]);
      last = await sendTo(site, "upload", form, { ...withKey, headers });
    }
    expect(await originalOf(site, await photoIn(last as Response))).toEqual(NEW);
  });

  test("a wrong one is refused by a line and 500; the next try of the file is a new one", async () => {
    const wrong = pieceForm({ title: "Wrong" }, plan, first, textFile(2500));
    const refused = await sendTo(site, "upload", wrong, withKey);
    expect([refused.status, refused.headers.get("content-type")]).toEqual([
      500,
      "text/plain; charset=utf-8",
    ]);
    const photo = await photoIn(await sendPieces(site, "upload", { title: "R" }, NEW, withKey));
    expect((await recordOf(photo)).title).toBe("R");
  });

  test("one that was abandoned is swept, and its words are not those of the next", async () => {
    await sendTo(site, "upload", pieceForm({ title: "Old" }, plan, first, NEW), withKey);
    site.advance(26 * 60 * 60_000);
    await site.restart();
    expect(await site.site.files.staging.names()).toEqual([]);
    const photo = await photoIn(await sendPieces(site, "upload", {}, NEW, withKey));
    expect((await recordOf(photo)).title).toBe("");
  });

  test("goes on for as long as chunks come", async () => {
    const file = png(9_500, 4);
    const slow = planOf(file, "slow");
    let last: Response | undefined;
    for (const piece of pieces(slow)) {
      last = await sendTo(site, "upload", pieceForm({}, slow, piece, file), withKey);
      site.advance(11 * 60 * 60_000);
    }
    expect((await photoIn(last as Response)).photo_id).toBeGreaterThan(0);
  });
});

describe("its token", () => {
  test("is listed nowhere, and nobody can redeem it", async () => {
    await photoIn(await sendPieces(site, "upload", {}, NEW, withKey));
    expect(await site.site.records.tokens.list(undefined)).toEqual({ tokens: [], total: 0 });
    const [row] = rowsOf<{ hash: string }>(site, "select hash from upload_tokens");
    expect(row?.hash).toStartWith("direct:");
    for (const text of [row?.hash ?? "", (row?.hash ?? "").replace("direct:", "")]) {
      const form = formOf([
        ["upload_token", text],
        ["file", OLD, "o.png"],
      ]);
      expect((await sendTo(site, "redeem-upload-token", form)).status).toBe(404);
    }
  });

  test("goes with a file that came to nothing", async () => {
    const cut = new Response(wholeForm({}));
    const headers = { "content-type": cut.headers.get("content-type") ?? "" };
    const bytes = await cut.bytes();
    const half = bytes.subarray(0, bytes.length - 300);
    expect((await sendTo(site, "upload", half, { ...withKey, headers })).status).toBe(400);
    const octets = { ...withKey, headers: { "content-type": "image/png" } };
    const answer = await sendTo(site, "upload", cutOff() as unknown as BodyInit, octets).catch(
      () => undefined,
    );
    expect(answer?.status).not.toBe(200);
    expect(rowsOf(site, "select id from upload_tokens")).toEqual([]);
    expect(await site.site.files.staging.names()).toEqual([]);
  });

  test("is pruned with the rest of what is old", async () => {
    await sendTo(site, "upload", pieceForm({}, plan, first, NEW), withKey);
    site.advance(100 * 24 * 60 * 60_000);
    await site.restart();
    expect(rowsOf(site, "select id from upload_tokens")).toEqual([]);
  });
});

describe("the caller", () => {
  test("needs level write, before the file is read", async () => {
    expect((await sendTo(site, "upload", wholeForm({}))).status).toBe(401);
    const { secret } = await addKey(site.site.records, "read", "reader");
    const headers = { authorization: `Bearer ${secret}` };
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 1;
        yield png(65_536);
      }
    }
    const body = endless() as unknown as BodyInit;
    const sending = { headers: { ...headers, "content-type": "image/png" } };
    const answer = await sendTo(site, "upload", body, sending);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      code: "permission_denied",
      permission_level: "read",
    });
    expect(read).toBeLessThan(20);
    const chunk = pieceForm({}, plan, first, NEW);
    const line = await sendTo(site, "upload", chunk, { version: 1, headers });
    expect([line.status, line.headers.get("content-type")]).toEqual([
      403,
      "text/plain; charset=utf-8",
    ]);
  });

  test("may sign with OAuth: in the header, in the query, and in fields before the file", async () => {
    const { key } = await addKey(site.site.records, "write", "oauth");
    const own = { key: String(key.id), token: String(key.id) };
    const signing = { ...own, ...site.site.secret.oauth(key.id) };
    const url = `${ORIGIN}/api/2/photo/upload`;
    const call = { method: "POST", url };
    const headers = { authorization: oauthHeader(call, signing) };
    const header = await sendTo(site, "upload", wholeForm({ title: "x" }), { headers });
    expect((await recordOf(await photoIn(header))).userId).toBe(key.id);
    const query = String(new URLSearchParams(oauthParameters(call, signing)));
    const inQuery = await sendTo(site, "upload", wholeForm({ title: "x" }), { query });
    expect((await photoIn(inQuery)).photo_id).toBeGreaterThan(0);
    const oauth = Object.entries(oauthParameters(call, signing)).map((pair): Part => pair);
    const before = formOf([...oauth, ["file", NEW, "n.png"]]);
    expect((await photoIn(await sendTo(site, "upload", before))).photo_id).toBeGreaterThan(0);
    const late = Object.entries(oauthParameters(call, signing)).map((pair): Part => pair);
    const behind = formOf([["file", NEW, "n.png"], ...late]);
    const answer = await sendTo(site, "upload", behind);
    expect(await answer.json()).toMatchObject({ code: "missing_authentication" });
  });

  test("is nobody's page: other origins have no preflight", async () => {
    const headers = { origin: "https://www.example.com" };
    const preflight = await site.call("/api/2/photo/upload", { method: "OPTIONS", headers });
    expect(preflight.status).toBe(404);
    const answer = await sendTo(site, "upload", wholeForm({}), { ...withKey, headers });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});

async function* cutOff(): AsyncGenerator<Uint8Array> {
  yield NEW.subarray(0, 1000);
  throw new Error("cut");
}

test("an album that is not there is refused, whole and in chunks, and nothing is kept", async () => {
  const wrong = { album_id: "3,77" };
  for (const form of [wholeForm(wrong), pieceForm(wrong, plan, first, NEW)]) {
    const answer = await sendTo(site, "upload", form, withKey);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("there is no album 77");
  }
  expect(rowsOf(site, "select id from photos")).toEqual([]);
});
