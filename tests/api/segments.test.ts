import { beforeAll, describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { uploaded } from "../support/archive.ts";
import { siteForAll } from "../support/lifetime.ts";

type Answer = {
  status: string;
  code: string;
  message: string;
  data: { segments: { day: string; count: number; after: string }[]; total_count: number };
};

const site = siteForAll();
const keys: Record<string, string> = {};
const ids: number[] = [];
const DAY = 24 * 60 * 60_000;

beforeAll(async () => {
  for (const level of ["read", "write"] as const) {
    keys[level] = (await addKey(site.site.records, level, level)).secret;
  }
  // Three today, of which one is not published and one in the trash; two tomorrow.
  for (const parameters of [{ tags: "cat" }, { publish: 0 }, {}]) {
    ids.push((await uploaded(site, parameters)).photo_id);
  }
  await site.callWithKey(`/api/2/photo/delete?photo_id=${ids[2]}`);
  site.advance(DAY);
  for (const parameters of [{ tags: "cat" }, {}]) {
    ids.push((await uploaded(site, parameters)).photo_id);
  }
});

async function ask(query: string, level = "read", method = "segments") {
  const headers: Record<string, string> = keys[level]
    ? { authorization: `Bearer ${keys[level]}` }
    : {};
  const answer = await site.call(`/api/2/photo/${method}?${query}`, { headers });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

const firstDay = async (query: string) => (await ask(query)).body.data.segments[0]?.day;

async function counts(query: string, level?: string) {
  const { status, body } = await ask(query, level);
  expect(status).toBe(200);
  const { segments, total_count: total } = body.data;
  expect(segments.reduce((sum, { count }) => sum + count, 0)).toBe(total);
  return segments.map(({ count }) => count);
}

describe("segments", () => {
  test("are of the same photos as the list, newest first", async () => {
    expect(await counts("")).toEqual([2, 1]);
    expect(await counts("order=asc")).toEqual([1, 2]);
    expect(await counts("include_unpublished_p=1")).toEqual([2, 2]);
    expect(await counts("published_p=0")).toEqual([1]);
    expect(await counts("published_p=1")).toEqual([2, 1]);
    expect(await counts("published_p=0&tags=cat")).toEqual([]);
    expect(await counts("tags=cat")).toEqual([1, 1]);
    expect(await counts("deleted_p=1", "write")).toEqual([1]);
    expect(await counts("orderby=title&include_unpublished_p=1")).toEqual([4]);
    expect(await counts("tags=dog")).toEqual([]);
    expect(await counts(`photo_id=${ids[0]}&token=wrong`)).toEqual([]);
  });

  test("say days by the clocks that are meant", async () => {
    const [first] = (await ask("utc_offset=0")).body.data.segments;
    const ahead = (await ask("utc_offset=1440")).body.data.segments[0];
    expect(Date.parse(ahead?.day ?? "") - Date.parse(first?.day ?? "")).toBe(DAY);
    expect(first?.day).toBe(new Date(site.site.now()).toISOString().slice(0, 10));
  });

  test("say them by the clocks of a time zone, also where these were changed meanwhile", async () => {
    const ahead = await firstDay("utc_offset=840");
    expect(await firstDay("time_zone=Pacific/Kiritimati")).toBe(ahead as string);
    // The zone counts where it is known, the offset where it is not.
    expect(await firstDay("time_zone=Pacific/Kiritimati&utc_offset=0")).toBe(ahead as string);
    expect(await firstDay("time_zone=No/Where&utc_offset=840")).toBe(ahead as string);
  });

  test("and lists are of what came, or was taken, within a time", async () => {
    const second = Math.floor(site.site.now() / 1000);
    const today = second - 3600;
    expect(await counts(`created_from=${today}`)).toEqual([2]);
    expect(await counts(`created_until=${today}`)).toEqual([1]);
    expect(await counts(`created_from=${today - 86_400}&created_until=${today}&tags=cat`)).toEqual([
      1,
    ]);
    expect(await counts(`created_from=${today}&created_until=${today + 1}`)).toEqual([]);
    // None of them says when it was taken.
    expect(await counts(`taken_from=${today}`)).toEqual([2]);
    expect(await counts(`taken_from=-9000&taken_until=${today}&created_from=${today}`)).toEqual([]);
    // Together with a day: what lies in both.
    const [year, month, day] = new Date(today * 1000).toISOString().split(/[-T]/).map(Number);
    expect(await counts(`year=${year}&created_from=${today}`)).toEqual([2]);
    expect(await counts(`year=${year}&month=${month}&day=${day}&created_until=1`)).toEqual([]);
    const listed = await ask(`created_from=${today}`, "read", "list");
    expect(listed.body as object).toMatchObject({ total_count: 2 });
  });

  test("are listed between their place and the next one's", async () => {
    const { segments } = (await ask("include_unpublished_p=1")).body.data;
    const listed = async (query: string) => {
      const { body } = await ask(`include_unpublished_p=1&size=500&${query}`, "read", "list");
      return (body as unknown as { data: { photo_id: number }[] }).data.map((row) => row.photo_id);
    };
    const [newest, older] = segments;
    expect(await listed(`after=${newest?.after}&until=${older?.after}`)).toEqual([
      ids[4],
      ids[3],
    ] as number[]);
    expect(await listed(`after=${older?.after}`)).toEqual([ids[1], ids[0]] as number[]);
    expect(await listed(`after=${newest?.after}`)).toHaveLength(4);
  });

  test("are for level read, and of the trash for level write", async () => {
    expect(await ask("", "nobody")).toMatchObject({
      status: 401,
      body: { code: "missing_authentication" },
    });
    expect(await ask("deleted_p=1")).toMatchObject({
      status: 403,
      body: { code: "permission_denied" },
    });
    expect((await site.callWithKey("/api/photo/segments")).status).toBe(404);
  });

  test.each([
    ["utc_offset=1441", "utc_offset must be a whole number from -1440 to 1440"],
    ["utc_offset=x", "utc_offset must be a whole number from -1440 to 1440"],
    ["orderby=rating", "orderby must be"],
    ["day=1", "day needs month beside it"],
    ["time_zone=Europe/Nowhere", 'such as Europe/Berlin, not "Europe/Nowhere"'],
    ["created_from=9&created_until=9", "created_until must be later than created_from"],
    ["taken_from=3&taken_until=2", "taken_until must be later than taken_from"],
    ["taken_from=yesterday", "taken_from must be a whole number from -8640000000000"],
    ["created_until=9000000000000", "created_until must be a whole number from -8640000000000"],
  ])("%s is refused in words", async (query, words) => {
    const { status, body } = await ask(query);
    expect(status).toBe(400);
    expect(body.message).toContain(words);
  });

  test("until is a place, too, of the same order", async () => {
    const [{ after = "" } = {}] = (await ask("orderby=taken")).body.data.segments;
    const wrong = await ask(`until=${after}`, "read", "list");
    expect([wrong.status, wrong.body.message]).toEqual([
      400,
      expect.stringContaining("until must"),
    ]);
    expect((await ask(`until=${after}&orderby=taken`, "read", "list")).status).toBe(200);
  });
});
