import { describe, expect, test } from "bun:test";
import { hashSecret } from "../../src/random.ts";
import { pieces } from "../support/chunks.ts";
import { png } from "../support/media.ts";
import {
  askChunk,
  fileForm,
  photoCount,
  photoIn,
  redeem,
  redeemPath,
  sendChunk,
} from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { startTestSite } from "../support/site.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const INVALID = "The upload token is invalid.";
const USED = "The upload token has already been used.";
const EXPIRED = "The upload token has expired.";

const site = siteForAll();

const file = png(250);
const plan = { identifier: "250-cat", filename: "cat.png", chunkSize: 100, totalSize: 250 };
const [first, second] = pieces(plan) as [{ number: 1; start: number; end: number }, never];

/** 404, one line of text, no redirect. */
async function expectRefused(response: Response, message: string): Promise<void> {
  expect(await response.text()).toBe(message);
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toStartWith("text/plain");
  expect(response.headers.get("location")).toBeNull();
}

/** Every way of using a token: whole, chunk, GET, octet; v1 and v2. */
const ways: [string, (token: string) => Promise<Response>][] = [
  ["a whole file", (token) => redeem(site, fileForm(token, file))],
  ["a whole file, v1", (token) => redeem(site, fileForm(token, file), { version: 1 })],
  [
    "a whole file, v1 JSON",
    (token) => redeem(site, fileForm(token, file), { version: 1, query: "format=json&raw=1" }),
  ],
  ["a chunk", (token) => sendChunk(site, token, plan, first, file)],
  ["a GET", (token) => askChunk(site, token, plan, 1)],
  [
    "octets",
    (token) =>
      redeem(site, file, {
        query: `upload_token=${token}`,
        headers: { "content-type": "application/octet-stream" },
      }),
  ],
];

describe.each(ways)("%s is refused with 404", (_what, send) => {
  test("where the upload token is unknown", async () => {
    await expectRefused(await send("nonsense"), INVALID);
  });

  test("where it is missing", async () => {
    await expectRefused(await send(""), INVALID);
  });

  test("where it is used up, also with a return_url", async () => {
    const token = await site.token({ return_url: "http://shop.example/" });
    expect((await redeem(site, fileForm(token, file, "other.png"))).status).toBe(301);
    await expectRefused(await send(token), USED);
  });

  test("where it is too late", async () => {
    const token = await site.token({ valid_minutes: 15 });
    site.advance(15 * MINUTE + 1000);
    await expectRefused(await send(token), EXPIRED);
  });

  test("where it was revoked", async () => {
    const token = await site.token();
    const known = await site.site.records.tokens.byHash(hashSecret(token));
    await site.site.records.tokens.revoke(known?.id ?? 0, site.site.now());
    await expectRefused(await send(token), INVALID);
  });
});

test("without any field at all", async () => {
  const form = new FormData();
  form.append("file", new Blob([file]), "cat.png");
  await expectRefused(await redeem(site, form), INVALID);
  await expectRefused(await site.call(redeemPath()), INVALID);
  await expectRefused(await site.call(redeemPath(), { method: "POST" }), INVALID);
});

describe("validity", () => {
  test("the last moment is in time", async () => {
    const token = await site.token({ valid_minutes: 15 });
    site.advance(15 * MINUTE - 2000);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
  });

  test("a started upload may finish within the grace, and not begin a second one", async () => {
    const token = await site.token({ valid_minutes: 15, max_uploads: 2 });
    expect((await sendChunk(site, token, plan, first, file)).status).toBe(200);
    site.advance(23 * HOUR);
    await expectRefused(await redeem(site, fileForm(token, file, "new.png")), EXPIRED);
    const other = { ...plan, identifier: "other" };
    await expectRefused(await sendChunk(site, token, other, first, file), EXPIRED);
    expect((await askChunk(site, token, plan, 1)).status).toBe(200);
    const done = await sendChunk(site, token, plan, second, file);
    expect((await photoIn(done)).photo_id).toBeGreaterThan(0);
  });

  test("after the grace a started upload is too late as well", async () => {
    const token = await site.token({ valid_minutes: 15 });
    expect((await sendChunk(site, token, plan, first, file)).status).toBe(200);
    site.advance(15 * MINUTE + 24 * HOUR + 1000);
    await expectRefused(await sendChunk(site, token, plan, second, file), EXPIRED);
    await expectRefused(await askChunk(site, token, plan, 1), EXPIRED);
  });

  test("a finished upload answers its outcome whenever it is asked", async () => {
    const token = await site.token({ valid_minutes: 15 });
    await sendChunk(site, token, plan, first, file);
    const photo = await photoIn(await sendChunk(site, token, plan, second, file));
    site.advance(100 * 24 * HOUR);
    expect(await photoIn(await sendChunk(site, token, plan, second, file))).toEqual(photo);
    expect(await photoIn(await askChunk(site, token, plan, 1))).toEqual(photo);
  });

  test("a link may be good for a year, through sweeps and restarts", async () => {
    const own = await startTestSite();
    const token = await own.token({ valid_minutes: 525_600, max_uploads: 2 });
    own.advance(200 * 24 * HOUR);
    await own.restart();
    own.advance(165 * 24 * HOUR - MINUTE);
    await own.restart();
    expect((await redeem(own, fileForm(token, file))).status).toBe(200);
    own.advance(2 * MINUTE);
    await expectRefused(await redeem(own, fileForm(token, file, "late.png")), EXPIRED);
    await own.stop();
  });

  test("the grace is the operator's", async () => {
    const strict = await startTestSite({ REDEEM_GRACE: "1m" });
    const token = await strict.token({ valid_minutes: 15 });
    expect((await sendChunk(strict, token, plan, first, file)).status).toBe(200);
    strict.advance(17 * MINUTE);
    await expectRefused(await sendChunk(strict, token, plan, second, file), EXPIRED);
    await strict.stop();
  });
});

describe("uses", () => {
  test("max_uploads whole files, and no more", async () => {
    const token = await site.token({ max_uploads: 3 });
    for (let count = 0; count < 3; count += 1) {
      expect((await redeem(site, fileForm(token, file))).status).toBe(200);
    }
    await expectRefused(await redeem(site, fileForm(token, file)), USED);
    expect(await photoCount(site, token)).toBe(3);
  });

  test("a failed whole file gives its use back", async () => {
    const token = await site.token();
    const text = new TextEncoder().encode("no photo at all");
    expect((await redeem(site, fileForm(token, text, "a.txt"))).status).toBe(415);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
    await expectRefused(await redeem(site, fileForm(token, file)), USED);
  });

  test("all chunks of one file are one use", async () => {
    const token = await site.token({ max_uploads: 1 });
    const small = { ...plan, chunkSize: 10 };
    let last: Response | undefined;
    for (const piece of pieces(small)) last = await sendChunk(site, token, small, piece, file);
    expect((await photoIn(last as Response)).token).toMatch(/^[0-9A-Za-z]{32}$/);
    expect(await photoCount(site, token)).toBe(1);
    await expectRefused(await redeem(site, fileForm(token, file)), USED);
  });

  test("the refusal keeps nothing", async () => {
    const token = await site.token();
    await redeem(site, fileForm(token, file));
    const before = await site.site.files.staging.names();
    await expectRefused(await redeem(site, fileForm(token, file)), USED);
    await expectRefused(await sendChunk(site, token, plan, first, file), USED);
    expect(await site.site.files.staging.names()).toEqual(before);
    expect(await photoCount(site, token)).toBe(1);
  });
});
