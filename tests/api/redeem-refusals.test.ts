import { describe, expect, test } from "bun:test";
import { chunkFields, pieces, type Plan } from "../support/chunks.ts";
import { png, textFile } from "../support/media.ts";
import {
  askChunk,
  fileForm,
  formOf,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  sendChunk,
} from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll({ REDEEM_MAX_SIZE: "1MiB" });

const file = png(2500);
const plan: Plan = {
  identifier: "2500-cat",
  filename: "cat.png",
  chunkSize: 1000,
  totalSize: 2500,
};

/** 500 text/plain: the one status at which Resumable.js gives a file up. */
async function expectGivenUp(response: Response, reason: RegExp): Promise<void> {
  const text = await response.text();
  expect(text).toMatch(reason);
  expect(text).not.toContain("\n");
  expect(response.status).toBe(500);
  expect(response.headers.get("content-type")).toStartWith("text/plain");
  expect(response.headers.get("retry-after")).toBeNull();
}

describe("a chunk of the wrong size", () => {
  test.each([
    ["too short", { number: 1, start: 0, end: 999 }],
    ["too long", { number: 1, start: 0, end: 1001 }],
    ["far too long", { number: 1, start: 0, end: 2500 }],
    ["empty", { number: 1, start: 0, end: 0 }],
    ["the last but one as if it were the last", { number: 2, start: 1000, end: 2400 }],
    ["the last, short", { number: 3, start: 2000, end: 2499 }],
    ["the last, with a whole chunk's length", { number: 3, start: 1500, end: 2500 }],
  ])("%s", async (_what, piece) => {
    const token = await site.token();
    await expectGivenUp(await sendChunk(site, token, plan, piece, file), /wrong chunk size/);
    // Nothing of it counts.
    expect((await askChunk(site, token, plan, piece.number)).status).toBe(204);
    for (const good of pieces(plan)) {
      const response = await sendChunk(site, token, plan, good, file);
      if (good.number === 2) expect(await originalOf(site, await photoIn(response))).toEqual(file);
      else expect(await response.text()).toBe("ok");
    }
  });

  test("an upload that has bytes goes on with the right chunk", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, { number: 1, start: 0, end: 1000 }, file);
    const wrong = { number: 2, start: 1000, end: 1200 };
    await expectGivenUp(await sendChunk(site, token, plan, wrong, file), /wrong chunk size/);
    expect((await askChunk(site, token, plan, 1)).status).toBe(200);
    const right = { number: 2, start: 1000, end: 2500 };
    const photo = await photoIn(await sendChunk(site, token, plan, right, file));
    expect(await originalOf(site, photo)).toEqual(file);
  });
});

describe("a number beyond the file", () => {
  test.each([4, 1000, 9_007_199_254_740_991])("%d", async (number) => {
    const token = await site.token();
    const response = await sendChunk(site, token, plan, { number, start: 0, end: 1000 }, file);
    await expectGivenUp(response, /beyond the end/);
    expect((await askChunk(site, token, plan, number)).status).toBe(204);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
  });
});

describe("two plans that overlap", () => {
  const long = { number: 2, start: 1000, end: 2500 };
  const short = { number: 2, start: 1000, end: 2000 };
  const rest = { number: 3, start: 2000, end: 2500 };

  test("the remainder is there: the long last chunk is refused", async () => {
    const token = await site.token();
    expect((await sendChunk(site, token, plan, rest, file)).status).toBe(200);
    await expectGivenUp(await sendChunk(site, token, plan, long, file), /overlaps|wrong chunk/);
    expect((await sendChunk(site, token, plan, short, file)).status).toBe(200);
    const first = { number: 1, start: 0, end: 1000 };
    const photo = await photoIn(await sendChunk(site, token, plan, first, file));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("the long last chunk is there: the remainder is refused", async () => {
    const token = await site.token();
    expect((await sendChunk(site, token, plan, long, file)).status).toBe(200);
    await expectGivenUp(await sendChunk(site, token, plan, rest, file), /overlaps|wrong chunk/);
    const first = { number: 1, start: 0, end: 1000 };
    const photo = await photoIn(await sendChunk(site, token, plan, first, file));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("the short one is there: the long one is not said to be accepted", async () => {
    const token = await site.token();
    expect((await sendChunk(site, token, plan, short, file)).status).toBe(200);
    await expectGivenUp(await sendChunk(site, token, plan, long, file), /overlaps|wrong chunk/);
    expect((await askChunk(site, token, plan, 3)).status).toBe(204);
  });
});

describe("a file type that is not supported", () => {
  const text = { ...plan, identifier: "text", filename: "notes.png" };
  const bytes = textFile(2500);
  const first = { number: 1, start: 0, end: 1000 };
  const second = { number: 2, start: 1000, end: 2500 };

  test("is refused with chunk 1, whatever its name says", async () => {
    const token = await site.token();
    const response = await sendChunk(site, token, text, first, bytes);
    await expectGivenUp(response, /file type is not supported/);
    expect((await askChunk(site, token, text, 1)).status).toBe(204);
    expect((await askChunk(site, token, text, 2)).status).toBe(204);
  });

  test("its other chunks are refused as well, and its use is free", async () => {
    const token = await site.token();
    await sendChunk(site, token, text, first, bytes);
    await expectGivenUp(await sendChunk(site, token, text, second, bytes), /not supported/);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
  });

  test("bytes that came before chunk 1 are forgotten", async () => {
    const token = await site.token();
    const before = await site.site.files.staging.names();
    expect((await sendChunk(site, token, text, second, bytes)).status).toBe(200);
    expect((await site.site.files.staging.names()).length).toBe(before.length + 1);
    await expectGivenUp(await sendChunk(site, token, text, first, bytes), /not supported/);
    expect((await askChunk(site, token, text, 2)).status).toBe(204);
    expect(await site.site.files.staging.names()).toEqual(before);
  });

  test("the same name with other content may start over", async () => {
    const token = await site.token();
    await sendChunk(site, token, text, first, bytes);
    expect((await sendChunk(site, token, text, first, file)).status).toBe(200);
    const photo = await photoIn(await sendChunk(site, token, text, second, file));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("chunks too small to tell: at the latest with all bytes there", async () => {
    const token = await site.token();
    const tiny = { ...text, chunkSize: 10, totalSize: 40 };
    const statuses: number[] = [];
    for (const piece of pieces(tiny)) {
      statuses.push((await sendChunk(site, token, tiny, piece, bytes)).status);
    }
    expect(statuses.at(-1)).toBe(500);
    expect(await photoCount(site, token)).toBe(0);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
  });

  test("with its fields behind the file", async () => {
    const token = await site.token();
    const form = formOf([
      ["upload_token", token],
      ["file", bytes.slice(0, 1000), text.filename],
      ...chunkFields(text, 1),
    ]);
    await expectGivenUp(await redeem(site, form), /not supported/);
  });
});

describe("a file that is too large", () => {
  test("for the server, known from its first chunk", async () => {
    const token = await site.token();
    const big = { ...plan, totalSize: 1024 ** 2 + 1 };
    const first = { number: 1, start: 0, end: 1000 };
    await expectGivenUp(await sendChunk(site, token, big, first, file), /too large/);
    expect((await askChunk(site, token, big, 1)).status).toBe(204);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
  });

  test("for the token", async () => {
    const token = await site.token({ max_size: 2499 });
    const first = { number: 1, start: 0, end: 1000 };
    await expectGivenUp(await sendChunk(site, token, plan, first, file), /too large.*2499 bytes/);
  });

  test("a chunk cannot bring more than it said", async () => {
    const token = await site.token();
    const small = { ...plan, totalSize: 900, chunkSize: 900 };
    const lying = { number: 1, start: 0, end: 2500 };
    await expectGivenUp(await sendChunk(site, token, small, lying, file), /wrong chunk size/);
  });
});

describe("what cannot be read is 400, and the file may be sent again", () => {
  test.each([
    ["resumableChunkNumber", "one"],
    ["resumableChunkNumber", "-1"],
    ["resumableChunkNumber", "1.5"],
    ["resumableChunkSize", "1e3"],
    ["resumableTotalSize", "99999999999999999999"],
    ["resumableIdentifier", "x".repeat(1025)],
  ])("%s=%p", async (name, value) => {
    const token = await site.token();
    const fields = chunkFields(plan, 1).filter(([other]) => other !== name);
    const form = formOf([
      ...fields,
      [name, value],
      ["upload_token", token],
      ["file", file.slice(0, 1000)],
    ]);
    const response = await redeem(site, form);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
    expect(await response.text()).toContain(name);
  });

  test("a chunk without a file", async () => {
    const form = formOf([...chunkFields(plan, 1), ["upload_token", await site.token()]]);
    expect((await redeem(site, form)).status).toBe(400);
  });

  test("a chunk whose form is cut is not stored", async () => {
    const token = await site.token();
    const query = new URLSearchParams([...chunkFields(plan, 1), ["upload_token", token]]);
    const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="cat.png"\r\n\r\n';
    const body = Buffer.concat([Buffer.from(head), file.slice(0, 1000)]);
    const response = await redeem(site, body, {
      query: String(query),
      headers: { "content-type": "multipart/form-data; boundary=x" },
    });
    expect(response.status).toBe(400);
    expect((await askChunk(site, token, plan, 1)).status).toBe(204);
  });
});
