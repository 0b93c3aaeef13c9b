import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import type { SiteEvent } from "../../src/events.ts";
import { makeAlbum } from "../support/albums.ts";
import { uploaded } from "../support/archive.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

type Changed = {
  changed: number;
  unchanged: number;
  failed: { photo_id: number; code: string; message: string }[];
};
type Row = { photo_id: number; tags: string; album_id: string; published_p: boolean };

let receiver: Receiver;
let site: TestSite;
let album: number;
let other: number;
const happened: SiteEvent[] = [];
beforeAll(async () => {
  receiver = startReceiver();
  site = await startTestSite({ REDEEM_PINGBACK_URL: receiver.url });
  site.site.events.subscribe((event) => void happened.push(event));
  album = (await makeAlbum(site)).album_id;
  other = (await makeAlbum(site)).album_id;
});
afterAll(async () => {
  await site.stop();
  await receiver.stop();
});

/** Fresh photos for each test: the first has tags, the second an album, the third is not published. */
let ids: number[] = [];
beforeEach(async () => {
  const all = [{ tags: 'cat "big dog"' }, { album_id: other }, { publish: 0 }];
  ids = [];
  for (const one of all) ids.push((await uploaded(site, one)).photo_id);
  happened.length = 0;
});

async function post(fields: Record<string, string | number>, key?: string) {
  const body = new URLSearchParams(Object.entries(fields).map(([name, of]) => [name, `${of}`]));
  const init = { method: "POST", body };
  const path = "/api/2/photo/change-many";
  const answer = await (key === undefined
    ? site.callWithKey(path, init)
    : site.call(path, { ...init, headers: key ? { authorization: `Bearer ${key}` } : {} }));
  return {
    status: answer.status,
    body: (await answer.json()) as { code: string; message: string; data: Changed },
  };
}

async function change(fields: Record<string, string | number>, of = ids): Promise<Changed> {
  const { status, body } = await post({ photo_id: of.join(","), ...fields });
  expect([status, body.message]).toEqual([200, "The photos/videos were changed"]);
  return body.data;
}

async function found(query: string): Promise<Row[]> {
  const answer = await site.callWithKey(
    `/api/2/photo/list?include_unpublished_p=1&orderby=created&order=asc&size=500&${query}`,
  );
  return ((await answer.json()) as { data: Row[] }).data.filter((row) =>
    ids.includes(row.photo_id),
  );
}
const listed = async (query = "") => (await found(query)).map((row) => row.photo_id);
const changes = () =>
  happened.flatMap((event) =>
    event.kind === "photo changed" ? [`${event.photo} ${event.what}`] : [],
  );

const DONE = { changed: 3, unchanged: 0, failed: [] };
const AGAIN = { changed: 0, unchanged: 3, failed: [] };

describe("change-many", () => {
  test("adds tags by which the photos are found, and takes others away", async () => {
    expect(await change({ add_tags: 'Party "by the lake" cat', remove_tags: '"Big Dog"' })).toEqual(
      DONE,
    );
    expect((await found("")).map((row) => row.tags)).toEqual([
      'cat Party "by the lake"',
      'Party "by the lake" cat',
      'Party "by the lake" cat',
    ]);
    expect(await listed("tag=by%20the%20lake")).toEqual(ids);
    expect(await listed("search=lake")).toEqual(ids);
    expect(await listed("tag=big%20dog")).toEqual([]);
    expect(changes()).toEqual(ids.map((id) => `${id} updated`));
    expect(await change({ add_tags: "party", remove_tags: "dog" })).toEqual(AGAIN);
    expect(changes()).toHaveLength(3);
  });

  test("puts photos into albums and takes them out of others, and counts them there", async () => {
    expect(await change({ add_album_id: album, remove_album_id: other })).toEqual(DONE);
    expect((await found("")).map((row) => row.album_id)).toEqual(ids.map(() => `${album}`));
    const count = async () => {
      const answer = await site.callWithKey(`/api/2/album/list?album_id=${album}`);
      const { data } = (await answer.json()) as { data: { number_of_photos: number }[] };
      return data[0]?.number_of_photos;
    };
    expect(await count()).toBe(3);
    expect(await change({ add_album_id: `${album},${album}` })).toEqual(AGAIN);
    expect(await change({ remove_album_id: `${album},99999` })).toEqual(DONE);
    expect(await count()).toBe(0);
  });

  test("publishes, and hides", async () => {
    expect(await change({ publish: 1 })).toEqual({ changed: 1, unchanged: 2, failed: [] });
    expect((await found("")).map((row) => row.published_p)).toEqual([true, true, true]);
    expect(await change({ publish: 0 })).toEqual(DONE);
    expect((await found("")).map((row) => row.published_p)).toEqual([false, false, false]);
  });

  test("deletes and restores, with other changes in the same step", async () => {
    expect(await change({ delete_p: 1, add_tags: "gone" })).toEqual(DONE);
    expect(await listed()).toEqual([]);
    expect(await listed("deleted_p=1")).toEqual(ids);
    expect(await change({ delete_p: 1, add_tags: "gone" })).toEqual(AGAIN);
    expect(await change({ restore_p: 1, remove_tags: "gone" })).toEqual(DONE);
    expect(await listed()).toEqual(ids);
    expect(await listed("tag=gone")).toEqual([]);
    expect(await change({ restore_p: 1 })).toEqual(AGAIN);
    expect(changes()).toEqual([
      ...ids.map((id) => `${id} trashed`),
      ...ids.map((id) => `${id} restored`),
    ]);
  });

  test("says which photos it could not change, and changes the others", async () => {
    const [first = 0, second = 0, third = 0] = ids;
    await change({ delete_p: 1 }, [second]);
    const full = Array.from({ length: 680 }, (_, index) => `t${1000 + index}`).join(" ");
    await change({ add_tags: full }, [third]);
    happened.length = 0;
    const more = full.replaceAll("t", "u").slice(0, 60);
    const all = [first, 99_999_999, second, first, third];
    expect(await change({ add_tags: more }, all)).toEqual({
      changed: 1,
      unchanged: 0,
      failed: [
        { photo_id: 99_999_999, code: "no_such_photo", message: "There is no such photo." },
        { photo_id: second, code: "no_such_photo", message: "There is no such photo." },
        {
          photo_id: third,
          code: "invalid_input",
          message: "The photo would have more than 4096 characters of tags.",
        },
      ],
    });
    expect(changes()).toEqual([`${first} updated`]);
  });

  test("tells pingbacks of each photo that was changed, in its transaction", async () => {
    const told = () =>
      receiver.received
        .map(({ body }) => new URLSearchParams(body))
        .filter((fields) => ids.includes(Number(fields.get("photo_id"))))
        .filter((fields) => fields.get("event") === "deleted");
    await change({ delete_p: 1 });
    await change({ delete_p: 1 });
    while (told().length < 3) await receiver.got(receiver.received.length + 1);
    expect(
      told()
        .map((fields) => Number(fields.get("photo_id")))
        .toSorted(),
    ).toEqual(ids.toSorted());
  });

  test("of a thousand photos lets others have their turn", async () => {
    const many = Array.from({ length: 1000 }, (_, index) => 5_000_000 + index);
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    const answer = await change({ add_tags: "x" }, many);
    clearInterval(counting);
    expect(answer.failed).toHaveLength(1000);
    expect(turns).toBeGreaterThan(5);
  });

  test.each([
    [{ photo_id: "1" }, "There is nothing to change: send any of add_tags, remove_tags"],
    [{ photo_id: "1", delete_p: "0" }, "There is nothing to change"],
    [{ add_tags: "x" }, "photo_id is missing: it must be one id or several"],
    [{ photo_id: "1,x", add_tags: "x" }, "photo_id must be one id or several"],
    [
      { photo_id: "1", delete_p: "1", restore_p: "1" },
      "delete_p and restore_p cannot be used together",
    ],
    [
      { photo_id: "1", add_album_id: "99999" },
      "add_album_id must name albums that are there: there is no album 99999",
    ],
    [{ photo_id: "1", add_album_id: "x" }, "add_album_id must be one id or several"],
  ])("%j is refused in words, and nothing is changed", async (fields, words) => {
    const { status, body } = await post(fields as Record<string, string>);
    expect([status, body.code]).toEqual([400, "invalid_input"]);
    expect(body.message).toContain(words);
    expect(body.message.length).toBeLessThan(400);
  });

  test("takes a thousand photos, and no more", async () => {
    const many = Array.from({ length: 1001 }, (_, id) => id).join(",");
    const { status, body } = await post({ photo_id: many, add_tags: "x" });
    expect([status, body.message]).toEqual([400, expect.stringContaining("at most 1000")]);
  });

  test("is for level write, in version 2", async () => {
    const { secret } = await addKey(site.site.records, "read", "reader");
    expect((await post({ photo_id: 1, add_tags: "x" }, secret)).body.code).toBe(
      "permission_denied",
    );
    expect((await post({ photo_id: 1, add_tags: "x" }, "")).status).toBe(401);
    expect((await site.callWithKey("/api/photo/change-many?photo_id=1&add_tags=x")).status).toBe(
      404,
    );
  });
});
