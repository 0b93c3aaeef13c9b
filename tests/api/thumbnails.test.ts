import { beforeAll, describe, expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import { FORMAT_NAMES } from "../../src/media/thumbnail-formats.ts";
import { siteForAll } from "../support/lifetime.ts";
import { startTestSite } from "../support/site.ts";
import { mp4, textFile } from "../support/media.ts";
import {
  animatedWebp,
  bitmap,
  BLUE,
  gif,
  GREEN,
  jpeg,
  jpegWithExif,
  nameOf,
  pixelsOf,
  pngOf,
  quarters,
  quartersOf,
  RED,
} from "../support/pictures.ts";
import type { PhotoIds } from "../support/redeem.ts";
import { listed, settled, thumbnailPath, upload } from "../support/thumbnails.ts";

/** Thumbnails as clients see them (protocol 6): made by real processes of their own. */
const site = siteForAll({
  REDEEM_MEDIA_WORKERS: "1",
  REDEEM_FFMPEG: "off",
  REDEEM_TYPES: "*/*",
});

const bytesOf = async (photo: PhotoIds, format: string) => {
  const answer = await site.call(thumbnailPath(photo, format));
  expect([format, answer.status]).toEqual([format, 200]);
  return answer.bytes();
};

describe("a photo", () => {
  let photo: PhotoIds;
  beforeAll(async () => {
    photo = await upload(site, await jpegWithExif(quarters(1200, 900), 6));
    await site.site.media.idle();
  });

  test("has its thumbnails in the list, turned as it is shown", async () => {
    const found = await listed(site, photo);
    expect(found).toMatchObject({
      thumbnails_state: "ready",
      medium_width: 195,
      medium_height: 260,
    });
    expect(found.thumbnails_reason).toBeUndefined();
    for (const format of FORMAT_NAMES) {
      const answer = await site.call(String(found[`${format}_download`]));
      const bytes = await answer.bytes();
      expect(answer.headers.get("content-type")).toBe("image/webp");
      expect(bytes.length).toBe(Number(found[`${format}_size`]));
      expect(await quartersOf(bytes)).toBe("blue red white green");
      const { width, height } = await new Bun.Image(bytes).metadata();
      expect([width, height]).toEqual([
        Number(found[`${format}_width`]),
        Number(found[`${format}_height`]),
      ]);
    }
  });

  test("has them in version 1 as well, in XML and JSON", async () => {
    const path = `/api/photo/list?photo_id=${photo.photo_id}&token=${photo.token}`;
    const xml = await (await site.call(path)).text();
    expect(xml).toContain(' quad50_width="50" quad50_height="50"');
    expect(xml).toContain(' thumbnails_state="ready"');
    const json = (await (await site.call(`${path}&format=json&raw`)).text()).trim();
    expect(JSON.parse(json)).toMatchObject({ photo: { small_width: "150", small_height: "200" } });
  });

  test("its addresses may be kept for ever, since they change with the bytes; others are asked again", async () => {
    const found = await listed(site, photo);
    const kept = await site.call(String(found["small_download"]));
    expect(kept.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    const asked = await site.call(thumbnailPath(photo, "small"));
    expect(asked.headers.get("cache-control")).toBe("private, no-cache");
    expect(asked.headers.get("x-content-type-options")).toBe("nosniff");
    expect(asked.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    const etag = asked.headers.get("etag") ?? "";
    const again = await site.call(thumbnailPath(photo, "small"), {
      headers: { "if-none-match": `"other", W/${etag}` },
    });
    expect([again.status, (await again.bytes()).length]).toEqual([304, 0]);
    const changed = await site.call(thumbnailPath(photo, "small"), {
      headers: { "if-none-match": '"other"' },
    });
    expect(changed.status).toBe(200);
  });

  test("its thumbnails have names", async () => {
    const named = await site.call(thumbnailPath(photo, "small/party.webp"));
    expect(await named.bytes()).toEqual(await bytesOf(photo, "small"));
  });

  test("is opened by its own token alone, and has no other formats", async () => {
    const wrong = { ...photo, token: "A".repeat(32) };
    expect((await site.call(thumbnailPath(wrong, "small"))).status).toBe(404);
    const elsewhere = { ...photo, tree_id: photo.tree_id + 1 };
    expect((await site.call(thumbnailPath(elsewhere, "small"))).status).toBe(404);
    for (const format of ["huge", "..%2foriginal", "constructor"]) {
      expect((await site.call(thumbnailPath(photo, format))).status).toBe(404);
    }
  });

  test("in the trash shows none", async () => {
    const other = await upload(site, await jpeg(quarters(300, 200)));
    await settled(site, other);
    await site.site.records.photos.transact(other.photo_id, site.site.now(), () => ({
      changes: [{ kind: "trash" }],
      value: undefined,
    }));
    expect((await site.call(thumbnailPath(other, "small"))).status).toBe(404);
  });

  test("makes a thumbnail again whose file is gone or cut", async () => {
    const other = await upload(site, await jpeg(quarters(300, 200)));
    await settled(site, other);
    const whole = await bytesOf(other, "small");
    const glob = new Bun.Glob(`thumbs/${other.tree_id}/${other.photo_id}/*-small.webp`);
    const [file = ""] = [...glob.scanSync(site.folder)];
    await Bun.write(`${site.folder}/${file}`, whole.slice(0, 50));
    const answer = await site.call(thumbnailPath(other, "small"));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([404, "5"]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    await site.site.media.idle();
    expect(await bytesOf(other, "small")).toEqual(whole);
  });
});

describe("a thumbnail is served as an original is", () => {
  let photo: PhotoIds;
  let whole: Uint8Array;
  const get = (init: RequestInit = {}, query = "") =>
    site.call(`${thumbnailPath(photo, "medium")}${query}`, init);
  beforeAll(async () => {
    photo = await upload(site, await jpeg(quarters(300, 200)));
    await settled(site, photo);
    whole = await bytesOf(photo, "medium");
  });

  test("a range, and several", async () => {
    const one = await get({ headers: { range: "bytes=10-19" } });
    expect([one.status, one.headers.get("content-range")]).toEqual([
      206,
      `bytes 10-19/${whole.length}`,
    ]);
    expect(await one.bytes()).toEqual(whole.slice(10, 20));
    const several = await get({ headers: { range: "bytes=0-3,200-203" } });
    expect(several.status).toBe(206);
    expect(several.headers.get("content-type")).toStartWith("multipart/byteranges");
    expect(Buffer.from(await several.bytes()).includes(whole.slice(200, 204))).toBe(true);
  });

  test("HEAD, conditions, and what may be shown", async () => {
    const etag = (await get()).headers.get("etag") ?? "";
    const head = await get({ method: "HEAD" });
    expect([head.status, head.headers.get("etag")]).toEqual([200, etag]);
    expect(await head.text()).toBe("");
    expect((await get({ headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await get({ headers: { "if-match": '"other"' } })).status).toBe(412);
    expect((await get({ headers: { range: `bytes=${whole.length}-` } })).status).toBe(416);
    const shown = await get({}, "?inline=1");
    expect(shown.headers.get("content-disposition")).toStartWith(
      'inline; filename="a-medium.webp"',
    );
    expect((await get({}, "?inline=2")).status).toBe(400);
  });
});

test.each([
  ["0", true],
  ["1", undefined],
])("REDEEM_STRIP_GPS=%s: whether a file has a place is %s", async (strip, told) => {
  const own = await startTestSite({
    REDEEM_MEDIA_WORKERS: "1",
    REDEEM_FFMPEG: "off",
    REDEEM_STRIP_GPS: strip,
  });
  try {
    const camera = await Bun.file(`${import.meta.dir}/../media/fixtures/camera.jpg`).bytes();
    const found = await settled(own, await upload(own, camera));
    expect(found["original_camera"]).toBeString();
    expect(found["original_gps_p"]).toBe(told);
    const original = await own.call(String(found["original_download"]));
    expect(await original.bytes()).toEqual(camera);
  } finally {
    await own.stop();
  }
});

describe("the first picture of an animation", () => {
  test.each([
    ["GIF", async () => gif(60, 40, [RED, GREEN])],
    ["WebP", () => animatedWebp(60, 40, [bitmap(60, 40, () => RED), bitmap(60, 40, () => BLUE)])],
  ])("of a %s", async (_, make) => {
    const photo = await upload(site, Buffer.from(await make()));
    expect(await settled(site, photo)).toMatchObject({ small_width: 60, small_height: 40 });
    const [pixel = []] = await pixelsOf(await bytesOf(photo, "small"), [[0.5, 0.5]]);
    expect(nameOf(pixel)).toBe("red");
  });
});

describe("no thumbnails, and why", () => {
  const bomb = pngOf(60_000, 60_000, deflateSync(Buffer.alloc(1000)));
  const gifBomb = Buffer.from(
    "GIF89a\x60\xea\x60\xea\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x60\xea\x60\xea\0\x02\x02\x44\x01\0;",
    "latin1",
  );
  const webpBomb = Buffer.from(
    "RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xff\xff\x0f\0\0\0\0\0",
    "latin1",
  );
  test.each([
    ["a PNG of 60,000 × 60,000 pixels", bomb, "too_large"],
    ["a GIF of 60,000 × 60,000 pixels", gifBomb, "too_large"],
    ["a WebP of 16,384 × 16,384 pixels", webpBomb, "too_large"],
    ["a PNG that is cut", pngOf(100, 100, Buffer.alloc(9)), "unreadable"],
    [
      "a GIF without a picture",
      Buffer.from("GIF89a\x0a\0\x0a\0\0\0\0;".padEnd(600, "x")),
      "unreadable",
    ],
    ["a video, without ffmpeg", mp4(3000), "no_ffmpeg"],
    [
      "a HEIC, without ffmpeg",
      Buffer.from("0000001c667479706865696300000000686569636d696631", "hex"),
      "no_ffmpeg",
    ],
    ["text", Buffer.from(textFile()), "not_supported"],
  ])("%s", async (_, bytes, reason) => {
    const photo = await upload(site, Buffer.from(bytes));
    const found = await settled(site, photo);
    expect(found).toMatchObject({ thumbnails_state: "none", thumbnails_reason: reason });
    expect(found["small_download"]).toBeUndefined();
    const answer = await site.call(thumbnailPath(photo, "small"));
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([404, "no-store"]);
    expect(await answer.text()).toStartWith("There are no thumbnails of this: ");
    // The original is as it was.
    const original = await site.call(thumbnailPath(photo, "original"));
    expect(Buffer.from(await original.bytes()).equals(Buffer.from(bytes))).toBe(true);
  });
});

test("files that are damaged anywhere end nothing, and get an answer each", async () => {
  const file = await jpeg(quarters(400, 300));
  const random = (seed: number) => (Math.imul(seed, 2_654_435_761) >>> 0) % file.length;
  const photos: PhotoIds[] = [];
  const token = await site.token({ max_uploads: 40 });
  for (let seed = 1; seed <= 40; seed += 1) {
    const damaged = Buffer.from(file);
    for (let at = 0; at < seed; at += 1)
      damaged.writeUInt8(
        random(seed + at) & 255,
        20 + (random(seed * 97 + at) % (file.length - 20)),
      );
    photos.push(
      await upload(site, seed % 4 === 0 ? damaged.subarray(0, 30 + random(seed)) : damaged, token),
    );
  }
  await site.site.media.idle();
  for (const photo of photos) {
    const { thumbnails_state: state, thumbnails_reason: reason } = await listed(site, photo);
    expect(["ready", "none"]).toContain(state);
    if (state === "none") expect(["unreadable", "too_large"]).toContain(reason ?? "");
  }
});
