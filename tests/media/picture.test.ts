import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MediaFacts } from "../../src/media/facts.ts";
import { picturesOf, type NoPicture, type Picture } from "../../src/media/picture.ts";
import { bitmap, jpeg, quarters, RED } from "../support/pictures.ts";

let folder = "";
let ffmpeg = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-picture-"));
  // In ffmpeg's place: its picture has 64 × 48 pixels.
  ffmpeg = join(folder, "ffmpeg");
  await Bun.write(join(folder, "still.bmp"), quarters(64, 48));
  await Bun.write(ffmpeg, `#!/bin/sh\ncat '${folder}/still.bmp'\n`);
  await chmod(ffmpeg, 0o700);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const NOTHING: MediaFacts = {
  width: null,
  height: null,
  orientation: null,
  duration: null,
  videoCodec: null,
  audioCodec: null,
  frameRate: null,
  capturedAt: null,
  camera: null,
  hasGps: null,
};

type Asked = { type: string; facts?: Partial<MediaFacts>; with?: string | null; size?: number };

/** All pictures that are offered, and why there are no more. */
async function offered(bytes: Uint8Array, asked: Asked): Promise<(Picture | NoPicture)[]> {
  const path = join(folder, "file");
  await Bun.write(path, bytes);
  const file = { path, size: asked.size ?? bytes.length };
  const facts = { ...NOTHING, ...asked.facts };
  const pictures = picturesOf(file, asked.type, facts, asked.with ?? null);
  const all: (Picture | NoPicture)[] = [];
  for (;;) {
    const { done, value } = await pictures.next();
    all.push(value);
    if (done) return all;
  }
}

const orientations = (all: (Picture | NoPicture)[]): (string | number)[] =>
  all.map((one) => (typeof one === "string" ? one : one.orientation));

describe("a picture that Bun.Image decodes", () => {
  test("is the file itself, which is not read before", async () => {
    const all = await offered(await jpeg(quarters(64, 48)), { type: "image/jpeg" });
    expect(all).toEqual([{ source: join(folder, "file"), orientation: 1 }, "unreadable"]);
  });

  test("is turned here, but for a JPEG, which Bun.Image turns", async () => {
    const facts = { orientation: 6 };
    const of = async (type: string, bytes: Uint8Array) =>
      orientations(await offered(bytes, { type, facts }))[0];
    const picture = quarters(64, 48);
    expect(await of("image/jpeg", await jpeg(picture))).toBe(1);
    expect(await of("image/png", await new Bun.Image(picture).png().bytes())).toBe(6);
    expect(await of("image/webp", await new Bun.Image(picture).webp().bytes())).toBe(6);
  });

  test("of more bytes than are read whole is none", async () => {
    const size = 257 * 1024 ** 2;
    const picture = await jpeg(quarters(64, 48));
    expect(await offered(picture, { type: "image/jpeg", size })).toEqual(["too_large"]);
  });
});

describe("a picture that ffmpeg decodes", () => {
  const tiff = Buffer.from("II*\0".padEnd(100, "x"));
  test.each([
    ["of which nothing is known", {}, [1, "unreadable"]],
    ["that is not turned", { width: 64, height: 48, orientation: 1 }, [1, "unreadable"]],
    ["that is to be turned", { width: 48, height: 64, orientation: 6 }, [6, "unreadable"]],
    ["that stands on its head", { width: 64, height: 48, orientation: 3 }, [3, "unreadable"]],
    ["that ffmpeg has turned", { width: 64, height: 48, orientation: 6 }, [1, "unreadable"]],
    ["of which it gives a part", { width: 640, height: 480, orientation: 1 }, ["unreadable"]],
    ["of too many pixels", { width: 60_000, height: 60_000 }, ["too_large"]],
  ])("%s", async (_, facts, expected) => {
    const asked = { type: "image/tiff", facts, with: ffmpeg };
    expect(orientations(await offered(tiff, asked))).toEqual(expected);
  });

  test("and turns by itself is not turned again", async () => {
    const asked = { type: "image/jxl", facts: { width: 64, height: 48, orientation: 3 } };
    expect(orientations(await offered(tiff, { ...asked, with: ffmpeg }))).toEqual([
      1,
      "unreadable",
    ]);
  });

  test("is none without it", async () => {
    expect(await offered(tiff, { type: "image/tiff" })).toEqual(["no_ffmpeg"]);
    expect(await offered(tiff, { type: "video/mp4" })).toEqual(["no_ffmpeg"]);
  });
});

test.each(["audio/mpeg", "application/pdf", "image/x-canon-cr2", "application/octet-stream"])(
  "nothing is made of %s",
  async (type) => {
    const asked = { type, with: ffmpeg };
    expect(await offered(Buffer.from("nothing"), asked)).toEqual(["not_supported"]);
  },
);

test("a picture under another type's name is read as what it is", async () => {
  const [first] = await offered(
    bitmap(8, 8, () => RED),
    { type: "image/png" },
  );
  expect(first).toMatchObject({ orientation: 1 });
});
