import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { makeAlbums } from "../support/albums.ts";
import { mp4, png } from "../support/media.ts";
import { fileForm, photoIn, redeem, type PhotoIds } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

type Row = Record<string, unknown> & { photo_id: number };
type Listed = { status: string; p: number; size: number; total_count: number; data: Row[] };

const site = siteForAll({ REDEEM_PUBLIC_LIST: "1" });
let shown: { token: string; photo: PhotoIds };
let hidden: { token: string; photo: PhotoIds };
let later: { token: string; photo: PhotoIds };
let readKey: string;

async function upload(parameters: Record<string, string | number>, bytes = png(300)) {
  const token = await site.token(parameters);
  const photo = await photoIn(await redeem(site, fileForm(token, bytes, "the cat.png")));
  return { token, photo };
}

beforeAll(async () => {
  await makeAlbums(site, 4);
  shown = await upload({
    title: "Cats & dogs",
    description: "<b>all</b>",
    tags: 'cat "big dog"',
    album_id: "3,4",
    user_id: 9,
  });
  hidden = await upload({ publish: 0 });
  later = await upload({ publish_date: new Date(site.site.now() + 3_600_000).toISOString() });
  readKey = (await addKey(site.site.records, "read", "reader")).secret;
});

const fetchList = (query: string, key?: string) =>
  site.call(
    `/api/2/photo/list?${query}`,
    key ? { headers: { authorization: `Bearer ${key}` } } : {},
  );
async function listed(query: string, key?: string): Promise<Listed> {
  const response = await fetchList(query, key);
  expect(response.status).toBe(200);
  return (await response.json()) as Listed;
}
const ids = ({ data }: Listed) => data.map((row) => row.photo_id);

describe("who sees what", () => {
  test("anonymous: published ones only", async () => {
    const whole = await listed("");
    expect(whole).toMatchObject({
      status: "ok",
      permission_level: "anonymous",
      p: 1,
      size: 20,
      total_count: 1,
    });
    expect(ids(whole)).toEqual([shown.photo.photo_id]);
  });

  test("read: published ones, and all where they are asked for, newest first", async () => {
    expect(ids(await listed("", readKey))).toEqual([shown.photo.photo_id]);
    expect(ids(await listed("include_unpublished_p=1", readKey))).toEqual([
      later.photo.photo_id,
      hidden.photo.photo_id,
      shown.photo.photo_id,
    ]);
  });

  test("anonymous may not ask for unpublished ones", async () => {
    const v2 = await fetchList("include_unpublished_p=1");
    expect(v2.status).toBe(401);
    expect(await v2.json()).toMatchObject({ code: "missing_authentication" });
    const v1 = await site.call("/api/photo/list?include_unpublished_p=1");
    expect(v1.status).toBe(200);
    expect(await v1.text()).toContain("required level: 'read'");
  });

  test("a photo's token opens it, and no other", async () => {
    const { photo_id: id, token } = hidden.photo;
    expect(ids(await listed(`photo_id=${id}`))).toEqual([]);
    expect(ids(await listed(`photo_id=${id}&token=${token}`))).toEqual([id]);
    expect(ids(await listed(`photo_id=${id}&token=${shown.photo.token}`))).toEqual([]);
    expect(ids(await listed(`photo_id=${later.photo.photo_id}&token=${token}`))).toEqual([]);
  });

  test("a publish_date publishes when it has come", async () => {
    const own = await startTestSite({ REDEEM_PUBLIC_LIST: "1" });
    const date = new Date(own.site.now() + 60_000).toISOString();
    const token = await own.token({ publish_date: date });
    await redeem(own, fileForm(token, png()));
    const count = async () =>
      ((await (await own.call("/api/2/photo/list")).json()) as Listed).total_count;
    expect(await count()).toBe(0);
    own.advance(61_000);
    expect(await count()).toBe(1);
    await own.stop();
  });
});

/** Issue 8, 3.6: an archive is private unless its operator says otherwise. */
describe("without REDEEM_PUBLIC_LIST", () => {
  let closed: TestSite;
  let uploadToken: string;
  let photo: PhotoIds;
  let key: string;
  beforeAll(async () => {
    closed = await startTestSite();
    uploadToken = await closed.token();
    photo = await photoIn(await redeem(closed, fileForm(uploadToken, png(300))));
    key = (await addKey(closed.site.records, "read", "reader")).secret;
  });
  afterAll(() => closed.stop());

  test.each([
    ["nothing", () => ""],
    ["photo_id", () => `?photo_id=${photo.photo_id}`],
    ["upload_token", () => `?upload_token=${uploadToken}`],
    ["an upload token that is none", () => "?upload_token=nonsense"],
    ["token without photo_id", () => `?token=${photo.token}`],
  ])("anonymous is refused in both versions with %s", async (_what, query) => {
    const v2 = await closed.call(`/api/2/photo/list${query()}`);
    expect(v2.status).toBe(401);
    expect(await v2.json()).toMatchObject({ code: "missing_authentication" });
    const v1 = await (await closed.call(`/api/photo/list${query()}`)).text();
    expect(v1).toMatch(/^[^]*<response status="error" [^>]*code="permission_denied"/);
    expect(v1).toContain("required level: 'read'");
    expect(v1).not.toContain(photo.token);
  });

  test("a key of level read lists published ones", async () => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await closed.call("/api/2/photo/list", { headers });
    expect(ids((await answer.json()) as Listed)).toEqual([photo.photo_id]);
  });

  test("whoever knows a photo's token is shown it, and can open its original", async () => {
    const query = `?photo_id=${photo.photo_id}&token=${photo.token}`;
    const answer = await closed.call(`/api/2/photo/list${query}`);
    const own = (await answer.json()) as Listed;
    expect(ids(own)).toEqual([photo.photo_id]);
    const original = await closed.call(String(own.data[0]?.["original_download"]));
    expect(await original.bytes()).toEqual(png(300));
    const wrong = `?photo_id=${photo.photo_id}&token=${"0".repeat(32)}`;
    expect(ids((await (await closed.call(`/api/2/photo/list${wrong}`)).json()) as Listed)).toEqual(
      [],
    );
  });
});

describe("filters and pages", () => {
  test("photo_id and upload_token", async () => {
    expect(ids(await listed(`photo_id=${shown.photo.photo_id}`))).toEqual([shown.photo.photo_id]);
    expect(ids(await listed(`upload_token=${shown.token}`))).toEqual([shown.photo.photo_id]);
    expect(ids(await listed(`upload_token=${hidden.token}`))).toEqual([]);
    expect(ids(await listed("photo_id=999"))).toEqual([]);
  });

  test("an unknown upload token is an error", async () => {
    const response = await fetchList("upload_token=nonsense");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "invalid_upload_token" });
  });

  test("p and size", async () => {
    const page = await listed("include_unpublished_p=1&size=2&p=2", readKey);
    expect(page).toMatchObject({ p: 2, size: 2, total_count: 3 });
    expect(ids(page)).toEqual([shown.photo.photo_id]);
    expect(ids(await listed("include_unpublished_p=1&size=2&p=3", readKey))).toEqual([]);
  });

  test.each(["size=0", "size=501", "p=0", "p=x", "photo_id=x"])("%s is refused", async (query) => {
    const response = await fetchList(query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_input" });
  });

  test("size=500 is the most", async () => {
    expect((await listed("size=500")).size).toBe(500);
  });
});

describe("a row", () => {
  test("says in v2 what was uploaded", async () => {
    const { photo_id: id, tree_id: tree, token } = shown.photo;
    const [row] = (await listed(`photo_id=${id}`)).data;
    expect(row).toMatchObject({
      photo_id: id,
      tree_id: tree,
      token,
      title: "Cats & dogs",
      content: "<b>all</b>",
      content_text: "all",
      tags: 'cat "big dog"',
      album_id: "3,4",
      user_id: 9,
      published_p: true,
      video_p: false,
      original_filename: "the cat.png",
      original_type: "image/png",
      original_size: 300,
      original_download: `/${tree}/${id}/${token}/original`,
      creation_date_ansi: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    });
  });

  test("has its description as text without HTML, whose lines and paragraphs stay apart", async () => {
    const description = "<p>At <b>the</b> lake</p><p>1 &lt; 2 &amp; 3<br>&lt;script&gt;</p>";
    const { photo } = await upload({ description, publish: 0 });
    const [row] = (await listed(`photo_id=${photo.photo_id}&token=${photo.token}`)).data;
    expect(row?.["content"]).toContain("<b>the</b>");
    expect(row?.["content_text"]).toBe("At the lake 1 < 2 & 3");
  });

  test("fields keeps those that are wanted", async () => {
    const [row] = (await listed(`photo_id=${shown.photo.photo_id}&fields=title,token`)).data;
    expect(row as unknown).toEqual({ title: "Cats & dogs", token: shown.photo.token });
  });

  test("in v1 JSON: strings, flags as numbers, the first one beside all", async () => {
    const response = await site.call("/api/photo/list?format=json&raw=1");
    const whole = (await response.json()) as Record<string, unknown>;
    const row = {
      photo_id: String(shown.photo.photo_id),
      published_p: 1,
      video_p: 0,
      original_size: "300",
      // Nobody has looked into the file yet.
      original_width: "",
      original_gps_p: "",
    };
    expect(whole).toMatchObject({
      status: "ok",
      p: "1",
      size: "20",
      total_count: "1",
      photo: row,
      photos: [row],
      site: { domain: "redeem.test" },
      endpoint: "/api/photo/list",
    });
  });

  test("in v1 JSON nothing is an empty object and an empty list", async () => {
    const response = await site.call("/api/photo/list?format=json&raw=1&photo_id=999");
    expect(await response.json()).toMatchObject({ photo: {}, photos: [], total_count: "0" });
  });

  test("in v1 XML: attributes, and text as elements", async () => {
    const text = await (await site.call("/api/photo/list")).text();
    expect(text).toMatch(/<response status="ok" [^>]*total_count="1"/);
    const { photo_id: id, token } = shown.photo;
    expect(text).toMatch(new RegExp(`<photo photo_id="${id}" [^>]*token="${token}"`));
    expect(text).toContain('title="Cats &amp; dogs"');
    expect(text).toContain('<tags>cat "big dog"</tags>');
  });

  test("of a video says so", async () => {
    const { photo } = await upload({}, mp4(300));
    const [row] = (await listed(`photo_id=${photo.photo_id}`)).data;
    expect(row).toMatchObject({ video_p: true, original_type: "video/mp4" });
  });
});

test("POST reads its fields", async () => {
  const response = await site.call("/api/2/photo/list", {
    method: "POST",
    body: new URLSearchParams({ photo_id: String(shown.photo.photo_id) }),
  });
  expect(ids((await response.json()) as Listed)).toEqual([shown.photo.photo_id]);
});
