import { describe, expect, test } from "bun:test";
import { hashSecret } from "../../src/random.ts";
import { pieces, type Plan } from "../support/chunks.ts";
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
import { siteForEach } from "../support/lifetime.ts";

const MINUTE = 60_000;
const USED = "The upload token has already been used.";

const site = siteForEach();

const file = png(250);
const planOf = (name: string): Plan => ({
  identifier: `250-${name}`,
  filename: name,
  chunkSize: 100,
  totalSize: 250,
});
const one = planOf("one.png");
const other = planOf("other.png");
const send = (token: string, plan: Plan, number: number) => {
  const piece = pieces(plan)[number - 1];
  if (!piece) throw new Error(`no chunk ${number}`);
  return sendChunk(site, token, plan, piece, file);
};

/** A whole file may be the same again, whose first try hangs: it is not refused for good yet. */
async function expectHeld(response: Response): Promise<void> {
  expect(await response.text()).toContain("Another file holds the last use");
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
}

async function expectUsed(response: Response): Promise<void> {
  expect(await response.text()).toBe(USED);
  expect(response.status).toBe(404);
}

describe("a use is reserved by the first bytes of a new file", () => {
  test("so that a second file is refused while the first is under way", async () => {
    const token = await site.token();
    expect((await send(token, one, 1)).status).toBe(200);
    await expectUsed(await send(token, other, 1));
    await expectUsed(await askChunk(site, token, other, 1));
    // Fields before the file that do not make it a chunk: more may come, and it may be one of file one's.
    await expectHeld(await redeem(site, fileForm(token, file, "whole.png")));
    expect((await send(token, one, 2)).status).toBe(200);
    expect(await photoCount(site, token)).toBe(1);
  });

  test("reserved plus consumed never exceeds max_uploads", async () => {
    const token = await site.token({ max_uploads: 2 });
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
    expect((await send(token, one, 1)).status).toBe(200);
    await expectUsed(await send(token, other, 1));
    await expectHeld(await redeem(site, fileForm(token, file)));
    expect((await send(token, one, 2)).status).toBe(200);
    await expectUsed(await redeem(site, fileForm(token, file)));
    expect(await photoCount(site, token)).toBe(2);
  });

  test("the question whether a chunk is there reserves nothing", async () => {
    const token = await site.token();
    expect((await askChunk(site, token, one, 1)).status).toBe(204);
    expect((await send(token, other, 1)).status).toBe(200);
  });
});

describe("a use is released when the upload fails", () => {
  test("for its type", async () => {
    const token = await site.token();
    const text = { ...one, chunkSize: 1000, totalSize: 2500 };
    const piece = { number: 1, start: 0, end: 1000 };
    expect((await sendChunk(site, token, text, piece, textFile(1000))).status).toBe(500);
    expect((await send(token, other, 1)).status).toBe(200);
  });

  test("for a first chunk of the wrong size", async () => {
    const token = await site.token();
    const wrong = { number: 1, start: 0, end: 99 };
    expect((await sendChunk(site, token, one, wrong, file)).status).toBe(500);
    expect((await send(token, other, 1)).status).toBe(200);
  });

  test("for a size beyond the limit", async () => {
    const token = await site.token({ max_size: 200 });
    expect((await send(token, one, 1)).status).toBe(500);
    expect((await redeem(site, fileForm(token, png(200)))).status).toBe(200);
  });

  test("for a request that breaks off", async () => {
    const token = await site.token();
    const broken = `--x\r\nContent-Disposition: form-data; name="upload_token"\r\n\r\n${token}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc`;
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    expect((await redeem(site, broken, { headers })).status).toBe(400);
    expect((await redeem(site, fileForm(token, file, "b.png"))).status).toBe(200);
  });
});

describe("a reservation lapses after five minutes without a byte", () => {
  test("not before", async () => {
    const token = await site.token();
    await send(token, one, 1);
    site.advance(5 * MINUTE - 5000);
    await expectUsed(await send(token, other, 1));
  });

  test("then another file may have the use, and the first has lost it", async () => {
    const token = await site.token();
    await send(token, one, 1);
    site.advance(5 * MINUTE + 1000);
    expect((await askChunk(site, token, other, 1)).status).toBe(204);
    expect((await send(token, other, 1)).status).toBe(200);
    await expectUsed(await send(token, one, 2));
    await expectUsed(await askChunk(site, token, one, 2));
    expect((await send(token, other, 2)).status).toBe(200);
    await expectUsed(await send(token, one, 2));
    expect(await photoCount(site, token)).toBe(1);
  });

  test("its bytes stay: it reserves again when it goes on", async () => {
    const token = await site.token();
    await send(token, one, 1);
    site.advance(30 * MINUTE);
    expect((await askChunk(site, token, one, 1)).status).toBe(200);
    const photo = await photoIn(await send(token, one, 2));
    expect(await originalOf(site, photo)).toEqual(file);
    await expectUsed(await send(token, other, 1));
  });

  test("going on makes it last", async () => {
    const token = await site.token();
    const long = { ...one, chunkSize: 50 };
    for (const piece of pieces(long).slice(0, 4)) {
      expect((await sendChunk(site, token, long, piece, file)).status).toBe(200);
      site.advance(4 * MINUTE);
      await expectUsed(await send(token, other, 1));
    }
  });

  test("both may lapse and go on, if only one at a time: the first to end has the use", async () => {
    const token = await site.token();
    await send(token, one, 1);
    site.advance(6 * MINUTE);
    expect((await send(token, other, 1)).status).toBe(200);
    site.advance(6 * MINUTE);
    expect((await send(token, one, 2)).status).toBe(200);
    await expectUsed(await send(token, other, 2));
    expect(await photoCount(site, token)).toBe(1);
  });
});

test("who ends after its use was lost to another gets no photo, and leaves no bytes", async () => {
  const token = await site.token();
  const known = await site.site.records.tokens.byHash(hashSecret(token));
  const body = new TransformStream<Uint8Array, Uint8Array>();
  const writer = body.writable.getWriter();
  const slow = redeem(site, body.readable, {
    query: `upload_token=${token}`,
    headers: { "content-type": "application/octet-stream" },
  });
  const free = () => site.site.records.tokens.free(known?.id ?? 0, site.site.now());
  while ((await free()) > 0) await Bun.sleep(1);
  site.advance(6 * MINUTE);
  const photo = await photoIn(await redeem(site, fileForm(token, file)));
  await writer.write(file.slice());
  await writer.close();
  await expectUsed(await slow);
  expect(await photoCount(site, token)).toBe(1);
  expect(await originalOf(site, photo)).toEqual(file);
  expect(await site.site.files.staging.names()).toEqual([]);
});

test("bytes of an abandoned upload are swept after a day, and the photo of another stays", async () => {
  const token = await site.token({ max_uploads: 2 });
  await send(token, one, 1);
  const photo = await photoIn(await redeem(site, fileForm(token, file)));
  site.advance(23 * 60 * MINUTE);
  await site.restart();
  expect((await site.site.files.staging.names()).length).toBe(1);
  site.advance(2 * 60 * MINUTE);
  await site.restart();
  expect(await site.site.files.staging.names()).toEqual([]);
  expect(await originalOf(site, photo)).toEqual(file);
});

test("a file with its token behind it reserves and releases as well", async () => {
  const token = await site.token();
  const text = formOf([
    ["file", textFile(100), "a.txt"],
    ["upload_token", token],
  ]);
  expect((await redeem(site, text)).status).toBe(415);
  const good = () =>
    formOf([
      ["file", file, "a.png"],
      ["upload_token", token],
    ]);
  expect((await redeem(site, good())).status).toBe(200);
  await expectUsed(await redeem(site, good()));
});
