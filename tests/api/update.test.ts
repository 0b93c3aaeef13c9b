import { beforeAll, describe, expect, test } from "bun:test";
import { makeAlbums } from "../support/albums.ts";
import { addKey } from "../../src/api-keys.ts";
import { fetchOriginal, rowOf, uploaded } from "../support/archive.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll({ REDEEM_PUBLIC_LIST: "1" });
// Those that are named below.
beforeAll(() => makeAlbums(site, 9));
let writeKey = "";
let readKey = "";
beforeAll(async () => {
  writeKey = (await addKey(site.site.records, "write", "writer")).secret;
  readKey = (await addKey(site.site.records, "read", "reader")).secret;
});

const everything = {
  title: "Cats",
  description: "<b>all</b>",
  tags: "cat",
  album_id: "3,4",
  absolute_url: "https://www.example.com/cats",
};

function change(
  fields: Record<string, string | number>,
  { version = 2, key = writeKey }: { version?: 1 | 2; key?: string } = {},
): Promise<Response> {
  const body = new URLSearchParams(Object.entries(fields).map(([name, of]) => [name, `${of}`]));
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const path = version === 2 ? "/api/2/photo/update" : "/api/photo/update";
  return site.call(path, { method: "POST", body, headers });
}

async function refused(answer: Response, status: number, words: string): Promise<void> {
  expect(answer.status).toBe(status);
  expect(((await answer.json()) as { message: string }).message).toContain(words);
}

const isListed = async (id: number) => {
  const answer = await site.call(`/api/2/photo/list?photo_id=${id}`);
  return ((await answer.json()) as { total_count: number }).total_count === 1;
};

describe("update", () => {
  test("changes what is said, and leaves what is not", async () => {
    const photo = await uploaded(site, everything);
    const before = await rowOf(site, photo);
    const answer = await change({ photo_id: photo.photo_id, title: "<i>Dogs</i>", tags: "dog" });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: "ok",
      permission_level: "write",
      cached: false,
      message: "The photo/video was updated",
      data: {},
    });
    expect(await rowOf(site, photo)).toEqual({
      ...before,
      photo_id: photo.photo_id,
      title: "Dogs",
      tags: "dog",
    });
  });

  test("each parameter is read as get-upload-token reads it", async () => {
    const photo = await uploaded(site);
    const fields = { ...everything, description: "<script>x</script>a<b>b</b>", album_id: "3 , 4" };
    await change({ photo_id: photo.photo_id, ...fields });
    const same = await uploaded(site, fields);
    const [one, other] = [await rowOf(site, photo), await rowOf(site, same)];
    for (const name of ["title", "content", "content_text", "tags", "album_id", "one"]) {
      expect([name, one?.[name]]).toEqual([name, other?.[name]]);
    }
  });

  test("a parameter that is sent empty takes away what was there", async () => {
    const photo = await uploaded(site, everything);
    const empty = { title: "", description: " ", tags: "", album_id: "", absolute_url: "" };
    expect((await change({ photo_id: photo.photo_id, ...empty })).status).toBe(200);
    expect(await rowOf(site, photo)).toMatchObject({
      title: "",
      content: "",
      tags: "",
      album_id: "",
      absolute_url: "",
    });
  });

  test("a photo of another key's is changed too: level write is enough", async () => {
    const photo = await uploaded(site, { user_id: 77 });
    expect((await change({ photo_id: photo.photo_id, title: "x" })).status).toBe(200);
    expect(await rowOf(site, photo)).toMatchObject({ title: "x", user_id: 77 });
  });

  test("version 1 answers in XML and in JSON", async () => {
    const { photo_id } = await uploaded(site);
    const xml = await (await change({ photo_id, title: "a" }, { version: 1 })).text();
    expect(xml).toContain(
      '<response status="ok" permission_level="write" message="The photo/video was updated" cached="0"/>',
    );
    const json = await change({ photo_id, title: "b", format: "json", raw: 1 }, { version: 1 });
    expect(await json.json()).toMatchObject({
      status: "ok",
      photo: {},
      endpoint: "/api/photo/update",
    });
  });
});

describe("update refuses", () => {
  test("whoever may not write", async () => {
    const { photo_id } = await uploaded(site);
    await refused(await change({ photo_id, title: "x" }, { key: "" }), 401, "'write'");
    await refused(await change({ photo_id, title: "x" }, { key: readKey }), 403, "'write'");
    const v1 = await change({ photo_id, title: "x" }, { key: "", version: 1 });
    expect([v1.status, await v1.text()]).toEqual([
      200,
      expect.stringContaining("permission_denied"),
    ]);
  });

  test("a photo that is not there, in both versions", async () => {
    const answer = await change({ photo_id: 999_999, title: "x" });
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ code: "no_such_photo", message: "There is no such photo." }),
    ]);
    const v1 = await (await change({ photo_id: 999_999 }, { version: 1 })).text();
    expect(v1).toContain('code="no_such_photo"');
  });

  test.each([
    [{}, "photo_id is missing"],
    [{ photo_id: 0 }, "photo_id must be"],
    [{ photo_id: 1, title: "x".repeat(1001) }, "title must be"],
    [{ photo_id: 1, album_id: "a" }, "album_id must be"],
    [{ photo_id: 1, album_id: "3,77" }, "there is no album 77"],
    [{ photo_id: 1, published_p: "maybe" }, "published_p must be 1 or 0"],
    [{ photo_id: 1, published_p: 1, publish: 0 }, "published_p and publish"],
    [{ photo_id: 1, publish_date: "2001-01-01" }, "publish_date must be a future time"],
    [{ photo_id: 1, absolute_url: "javascript:x" }, "absolute_url must be"],
    [{ photo_id: 1, user_id: 3 }, "user_id is not supported"],
    [{ photo_id: 1, promoted_p: 1 }, "promoted_p is not supported"],
    [{ photo_id: 1, video_360_p: 1 }, "video_360_p is not supported"],
  ])("%p", async (fields, words) => refused(await change(fields), 400, words));
});

describe("publication", () => {
  test("published_p hides a photo from the list and shows it again; its token opens it all the time", async () => {
    const photo = await uploaded(site);
    for (const [field, shown] of [
      ["published_p", false],
      ["published_p", true],
      ["publish", false],
      ["publish", true],
    ] as const) {
      await change({ photo_id: photo.photo_id, [field]: Number(shown) });
      expect(await isListed(photo.photo_id)).toBe(shown);
      expect(await rowOf(site, photo)).toMatchObject({ published_p: shown });
      expect((await fetchOriginal(site, photo)).status).toBe(200);
    }
    const other = { ...photo, token: "0".repeat(32) };
    expect((await fetchOriginal(site, other)).status).toBe(404);
  });

  test("publish_date hides it until then, and published_p takes that back", async () => {
    const [one, other] = [await uploaded(site), await uploaded(site)];
    const publish_date = new Date(site.site.now() + 60_000).toISOString();
    for (const { photo_id } of [one, other]) {
      expect((await change({ photo_id, publish_date, published_p: 1 })).status).toBe(200);
      expect(await isListed(photo_id)).toBe(false);
    }
    await change({ photo_id: other.photo_id, published_p: 0 });
    site.advance(61_000);
    expect([await isListed(one.photo_id), await isListed(other.photo_id)]).toEqual([true, false]);
    // A time that has come is past: without it the photo stays what it is.
    await change({ photo_id: one.photo_id, publish_date: "" });
    expect(await isListed(one.photo_id)).toBe(true);
  });
});
