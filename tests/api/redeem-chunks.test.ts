import { describe, expect, test } from "bun:test";
import { chunkFields, pieces, type Plan } from "../support/chunks.ts";
import { png } from "../support/media.ts";
import {
  formOf,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  sendChunk,
  type Part,
} from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();

const file = png(1050);
const plan: Plan = { identifier: "1050-cat", filename: "cat.png", chunkSize: 100, totalSize: 1050 };

async function expectStored(response: Response): Promise<void> {
  expect(await response.text()).toBe("ok");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("text/plain");
}

/** All chunks, in an order; the last answer is the photo, all others `ok`. */
async function sendAll(token: string, of: Plan, order: ReturnType<typeof pieces>) {
  for (const piece of order.slice(0, -1)) {
    await expectStored(await sendChunk(site, token, of, piece, file));
  }
  const last = order.at(-1);
  if (!last) throw new Error("no chunk");
  return photoIn(await sendChunk(site, token, of, last, file));
}

describe("a file is complete when every byte is there", () => {
  const remainder = pieces(plan, true);
  const long = pieces(plan);

  test("the plans differ in their last chunk", () => {
    expect(remainder.at(-1)).toEqual({ number: 11, start: 1000, end: 1050 });
    expect(long.at(-1)).toEqual({ number: 10, start: 900, end: 1050 });
  });

  test.each([
    ["in order, forceChunkSize", remainder],
    ["in order, the last chunk is longer", long],
    ["backwards, forceChunkSize", remainder.toReversed()],
    ["backwards, the last chunk is longer", long.toReversed()],
    ["the last chunk second", [long[0], long[9], ...long.slice(1, 9)]],
    [
      "odd ones first",
      [...long.filter((_, at) => at % 2), ...long.filter((_, at) => at % 2 === 0)],
    ],
  ])("%s", async (_what, order) => {
    const token = await site.token();
    const photo = await sendAll(token, plan, order as ReturnType<typeof pieces>);
    expect(await originalOf(site, photo)).toEqual(file);
    expect(await photoCount(site, token)).toBe(1);
  });

  test("a single chunk", async () => {
    const whole = { ...plan, chunkSize: 5000 };
    const photo = await sendAll(await site.token(), whole, pieces(whole));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("chunks that divide the file evenly", async () => {
    const even = { ...plan, chunkSize: 350 };
    const photo = await sendAll(await site.token(), even, pieces(even));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("the highest number alone completes nothing", async () => {
    const token = await site.token();
    await expectStored(
      await sendChunk(site, token, plan, { number: 10, start: 900, end: 1050 }, file),
    );
    expect(await photoCount(site, token)).toBe(0);
  });

  test("the same chunk may come again, before and after the end", async () => {
    const token = await site.token();
    for (const piece of long.slice(0, -1)) {
      await expectStored(await sendChunk(site, token, plan, piece, file));
      await expectStored(await sendChunk(site, token, plan, piece, file));
    }
    const last = long[9] as (typeof long)[number];
    const photo = await photoIn(await sendChunk(site, token, plan, last, file));
    for (const piece of long) {
      expect(await photoIn(await sendChunk(site, token, plan, piece, file))).toEqual(photo);
    }
    expect(await originalOf(site, photo)).toEqual(file);
    expect(await photoCount(site, token)).toBe(1);
  });

  test("a chunk that comes again changes nothing of what is stored", async () => {
    const token = await site.token();
    const other = png(1050, 99);
    for (const piece of long.slice(0, -1)) await sendChunk(site, token, plan, piece, file);
    await expectStored(await sendChunk(site, token, plan, long[3] as never, other));
    const photo = await photoIn(await sendChunk(site, token, plan, long[9] as never, file));
    expect(await originalOf(site, photo)).toEqual(file);
  });
});

describe("an upload is token, identifier, total size, chunk size and file name", () => {
  const first = { number: 1, start: 0, end: 100 };
  test.each([
    ["identifier", { ...plan, identifier: "other" }],
    ["total size", { ...plan, totalSize: 1049 }],
    ["chunk size", { ...plan, chunkSize: 150 }],
    ["file name", { ...plan, filename: "dog.png" }],
  ])("another %s is another file", async (_what, other: Plan) => {
    const token = await site.token();
    await expectStored(await sendChunk(site, token, plan, first, file));
    const piece = { number: 1, start: 0, end: other.chunkSize };
    const refused = await sendChunk(site, token, other, piece, file);
    expect(refused.status).toBe(404);
    expect(await refused.text()).toBe("The upload token has already been used.");
  });

  test("the same file with another token is another photo", async () => {
    const one = await sendAll(await site.token(), plan, pieces(plan));
    const two = await sendAll(await site.token(), plan, pieces(plan));
    expect(two.photo_id).not.toBe(one.photo_id);
  });

  test("two chunk sizes of one file on a token with two uses are two photos, both whole", async () => {
    const token = await site.token({ max_uploads: 2 });
    const other = { ...plan, chunkSize: 130 };
    await expectStored(await sendChunk(site, token, plan, first, file));
    const one = await sendAll(token, other, pieces(other));
    const two = await sendAll(token, plan, pieces(plan).slice(1));
    expect(await originalOf(site, one)).toEqual(file);
    expect(await originalOf(site, two)).toEqual(file);
  });

  test("no identifier is ever a path", async () => {
    const evil = { ...plan, identifier: "../../../evil\u0000/%2e%2e", filename: "../../evil.png" };
    const photo = await sendAll(await site.token(), evil, pieces(evil));
    expect(await originalOf(site, photo)).toEqual(file);
    const { stdout } = Bun.spawnSync([
      "find",
      site.folder,
      "/tmp",
      "-maxdepth",
      "1",
      "-name",
      "*evil*",
    ]);
    expect(stdout.toString()).toBe("");
  });
});

describe("a chunk's fields may come in any order", () => {
  const orders: [string, (fields: Part[], token: Part, file: Part) => Part[]][] = [
    ["fields, token, file (Resumable.js)", (fields, token, part) => [...fields, token, part]],
    ["token, file, fields (a Node client)", (fields, token, part) => [token, part, ...fields]],
    ["file, fields, token", (fields, token, part) => [part, ...fields, token]],
    ["fields, file, token", (fields, token, part) => [...fields, part, token]],
    [
      "some before, some behind",
      (fields, token, part) => [...fields.slice(0, 2), token, part, ...fields.slice(2)],
    ],
  ];
  test.each(orders)("%s", async (_what, order) => {
    const token = await site.token();
    const all = pieces(plan);
    for (const { number, start, end } of all) {
      const parts = order(
        chunkFields(plan, number),
        ["upload_token", token],
        ["file", file.slice(start, end), "blob"],
      );
      const response = await redeem(site, formOf(parts));
      if (number < all.length) await expectStored(response);
      else expect(await originalOf(site, await photoIn(response))).toEqual(file);
    }
    expect(await photoCount(site, token)).toBe(1);
  });

  test("token, file, fields, where the file's part has a name of its own", async () => {
    const token = await site.token();
    for (const { number, start, end } of pieces(plan)) {
      const parts: Part[] = [
        ["upload_token", token],
        ["file", file.slice(start, end), `part-${number}.bin`],
        ...chunkFields(plan, number),
      ];
      expect((await redeem(site, formOf(parts))).status).toBe(200);
    }
    expect(await photoCount(site, token)).toBe(1);
  });

  test("in the query alone, octets", async () => {
    const token = await site.token();
    const all = pieces(plan);
    for (const { number, start, end } of all) {
      const query = new URLSearchParams([...chunkFields(plan, number), ["upload_token", token]]);
      const response = await redeem(site, file.slice(start, end), {
        query: String(query),
        method: "PUT",
        headers: { "content-type": "application/octet-stream" },
      });
      if (number < all.length) await expectStored(response);
      else expect(await originalOf(site, await photoIn(response))).toEqual(file);
    }
  });

  test("a field behind the file that contradicts one before it is 400", async () => {
    const token = await site.token();
    const parts: Part[] = [
      ...chunkFields(plan, 1),
      ["upload_token", token],
      ["file", file.slice(0, 100)],
      ["resumableChunkNumber", "2"],
    ];
    expect((await redeem(site, formOf(parts))).status).toBe(400);
    expect(
      (await sendChunk(site, token, plan, { number: 1, start: 0, end: 100 }, file)).status,
    ).toBe(200);
  });
});
