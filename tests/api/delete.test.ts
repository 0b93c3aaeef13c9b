import { beforeAll, describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { disagreements, fetchOriginal, filesIn, rowOf, uploaded } from "../support/archive.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { siteForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { askChunk, fileForm, photoIn, redeem, sendChunk } from "../support/redeem.ts";

const site = siteForAll({ REDEEM_PUBLIC_LIST: "1" });
let writeKey = "";
let readKey = "";
beforeAll(async () => {
  writeKey = (await addKey(site.site.records, "write", "writer")).secret;
  readKey = (await addKey(site.site.records, "read", "reader")).secret;
});

function act(
  method: "delete" | "restore",
  query: string,
  { version = 2, key = writeKey }: { version?: 1 | 2; key?: string } = {},
): Promise<Response> {
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return site.call(`/api/${version === 2 ? "2/" : ""}photo/${method}?${query}`, { headers });
}

const code = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { code: string }).code,
];

const total = async () => {
  const answer = await site.callWithKey("/api/2/photo/list?include_unpublished_p=1&size=1");
  return ((await answer.json()) as { total_count: number }).total_count;
};

describe("delete", () => {
  test("puts a photo into the trash: it is hidden everywhere, and restore brings back all it had", async () => {
    const photo = await uploaded(site, { title: "Cats", tags: "cat", publish: 0 });
    await site.site.hasher.idle(); // The list has the photo's hash, which is made behind the answer.
    const [row, before] = [await rowOf(site, photo), await total()];
    const answer = await act("delete", `photo_id=${photo.photo_id}`);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        status: "ok",
        permission_level: "write",
        cached: false,
        message: "The photo/video was deleted",
        data: {},
      },
    ]);
    expect(await rowOf(site, photo)).toBeUndefined();
    expect(await total()).toBe(before - 1);
    expect((await fetchOriginal(site, photo)).status).toBe(404);
    const update = await site.callWithKey(`/api/2/photo/update?photo_id=${photo.photo_id}&title=x`);
    expect(await code(update)).toEqual([404, "no_such_photo"]);

    const restored = await act("restore", `photo_id=${photo.photo_id}`);
    expect(await restored.json()).toMatchObject({ message: "The photo/video was restored" });
    expect(await rowOf(site, photo)).toEqual(row);
    expect(await total()).toBe(before);
    expect(await (await fetchOriginal(site, photo)).bytes()).toEqual(photo.bytes);
  });

  test("twice is an error, and so is a photo that never was; restoring twice is none", async () => {
    const { photo_id: id } = await uploaded(site);
    await act("delete", `photo_id=${id}`);
    expect(await code(await act("delete", `photo_id=${id}`))).toEqual([404, "no_such_photo"]);
    expect(await code(await act("delete", "photo_id=999999"))).toEqual([404, "no_such_photo"]);
    expect(await code(await act("restore", "photo_id=999999"))).toEqual([404, "no_such_photo"]);
    for (let round = 0; round < 2; round += 1) {
      expect((await act("restore", `photo_id=${id}`)).status).toBe(200);
    }
  });

  test("permanently removes its records and its bytes at once, from the trash or not", async () => {
    for (const first of [false, true]) {
      const photo = await uploaded(site);
      const before = (await filesIn(site, "photos")).length;
      if (first) await act("delete", `photo_id=${photo.photo_id}`);
      const answer = await act("delete", `photo_id=${photo.photo_id}&permanently=1`);
      expect(answer.status).toBe(200);
      expect(await filesIn(site, "photos")).toHaveLength(before - 1);
      expect(rowsOf(site, "select * from removals")).toEqual([]);
      const of = `photo_id=${photo.photo_id}`;
      expect(await code(await act("restore", of))).toEqual([404, "no_such_photo"]);
      expect(await code(await act("delete", `${of}&permanently=1`))).toEqual([
        404,
        "no_such_photo",
      ]);
      expect((await fetchOriginal(site, photo)).status).toBe(404);
    }
    expect(await disagreements(site)).toEqual([]);
  });

  test("needs level write, in both versions, and names what is wrong", async () => {
    const { photo_id: id } = await uploaded(site);
    for (const method of ["delete", "restore"] as const) {
      const bare = await act(method, `photo_id=${id}`, { key: "" });
      expect(await code(bare)).toEqual([401, "missing_authentication"]);
      const reader = await act(method, `photo_id=${id}`, { key: readKey });
      expect(await code(reader)).toEqual([403, "permission_denied"]);
      const v1 = await act(method, "photo_id=x", { version: 1 });
      expect(await v1.text()).toContain("photo_id must be a whole number");
      expect(await code(await act(method, ""))).toEqual([400, "invalid_input"]);
    }
    const done = await act("delete", `photo_id=${id}`, { version: 1 });
    expect(await done.text()).toContain(
      '<response status="ok" permission_level="write" message="The photo/video was deleted" cached="0"/>',
    );
  });
});

describe("the upload that made a photo which was deleted", () => {
  const file = png(2500);
  const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
  const GONE = "The photo was deleted.";

  test.each([
    ["in the trash", ""],
    ["removed for good", "&permanently=1"],
  ])("is answered 404 in words, whatever is asked, while it is %s", async (_what, how) => {
    const token = await site.token();
    let last: Response | undefined;
    for (const piece of pieces(plan)) last = await sendChunk(site, token, plan, piece, file);
    const photo = await photoIn(last as Response);
    expect((await askChunk(site, token, plan, 1)).status).toBe(200);
    expect((await act("delete", `photo_id=${photo.photo_id}${how}`)).status).toBe(200);
    const answers = [
      await askChunk(site, token, plan, 1),
      ...(await Promise.all(
        pieces(plan).map((piece) => sendChunk(site, token, plan, piece, file)),
      )),
    ];
    for (const answer of answers) expect([answer.status, await answer.text()]).toEqual([404, GONE]);
    // The use stays consumed.
    const again = await redeem(site, fileForm(token, file));
    expect([again.status, await again.text()]).toEqual([
      404,
      "The upload token has already been used.",
    ]);
    if (how !== "") return;
    await act("restore", `photo_id=${photo.photo_id}`);
    const answer = await askChunk(site, token, plan, 1);
    expect(await photoIn(answer)).toMatchObject(photo);
  });
});
