import { afterAll, expect, test } from "bun:test";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeMedia } from "../../src/media/describe.ts";
import { NO_FACTS, type MediaFacts } from "../../src/media/facts.ts";
import { factsOf, factsOfBytes, fixture, FIXTURES } from "../support/media-facts.ts";
import { processorTime } from "../support/processor.ts";

const folder = await mkdtemp(join(tmpdir(), "redeem-describe-"));
afterAll(() => rm(folder, { recursive: true }));

const picture = { ...NO_FACTS, width: 64, height: 48, hasGps: false };
const movie = {
  ...picture,
  orientation: 1,
  duration: 1,
  videoCodec: "h264",
  audioCodec: "aac",
  frameRate: 25,
};

const summer = Date.UTC(2023, 4, 1, 8, 11, 12);

test.each<[string, MediaFacts]>([
  ["plain.jpg", picture],
  ["progressive.jpg", picture],
  // Its time has a zone: 10:11:12+02:00.
  [
    "camera.jpg",
    { ...picture, orientation: 1, camera: "NIKON D850", capturedAt: summer, hasGps: true },
  ],
  ["plain.png", picture],
  [
    "camera.png",
    {
      ...picture,
      width: 48,
      height: 64,
      orientation: 6,
      camera: "Canon EOS R5",
      hasGps: true,
      capturedAt: Date.UTC(2022, 11, 31, 23, 59, 59),
    },
  ],
  ["animated.gif", { ...picture, width: 40, height: 30 }],
  ["lossy.webp", picture],
  ["lossless.webp", picture],
  [
    "camera.webp",
    {
      ...picture,
      width: 48,
      height: 64,
      orientation: 8,
      camera: "Google Pixel 8",
      capturedAt: Date.UTC(2024, 1, 29, 1, 2, 3),
    },
  ],
  ["plain.bmp", { ...picture, width: 20, height: 15 }],
  ["camera.tif", { ...picture, width: 48, height: 64, orientation: 6, camera: "Leica M11" }],
  [
    "camera.heic",
    { ...picture, orientation: 1, camera: "NIKON D850", capturedAt: summer, hasGps: true },
  ],
  ["plain.avif", { ...picture, orientation: 1 }],
  ["plain.jxl", { ...picture, orientation: 1 }],
  ["camera.jxl", { ...picture, width: 48, height: 64, orientation: 6 }],
  ["first.mp4", movie],
  ["last.mp4", { ...movie, capturedAt: Date.UTC(2023, 4, 1, 10, 11, 12), hasGps: true }],
  ["turned.mp4", { ...movie, width: 48, height: 64, orientation: 8, hasGps: true }],
  // The first picture is shown for twice as long, as ffprobe says as well.
  ["fragmented.mp4", { ...movie, duration: 1.048, frameRate: 23.808, hasGps: true }],
  [
    "phone.mov",
    {
      ...movie,
      videoCodec: "mpeg4",
      audioCodec: null,
      frameRate: 30,
      camera: "Apple iPhone 15",
      hasGps: true,
      capturedAt: Date.UTC(2023, 4, 1, 10, 0, 0),
    },
  ],
  ["plain.webm", { ...movie, duration: 1.001, videoCodec: "vp9", audioCodec: "opus" }],
  ["live.webm", { ...movie, videoCodec: "vp8", audioCodec: null }],
  ["plain.mkv", { ...movie, audioCodec: "vorbis", hasGps: true }],
  ["plain.m2ts", { ...movie, hasGps: null }],
  [
    "plain.avi",
    {
      ...movie,
      orientation: null,
      hasGps: null,
      duration: 1.16,
      videoCodec: "mpeg4",
      audioCodec: "mp3",
    },
  ],
  ["plain.mp3", { ...NO_FACTS, duration: 1.152, audioCodec: "mp3" }],
  ["plain.wav", { ...NO_FACTS, duration: 0.25, audioCodec: "pcm" }],
  ["plain.ogg", { ...NO_FACTS, duration: 1, audioCodec: "vorbis" }],
  ["plain.m4a", { ...NO_FACTS, duration: 1, audioCodec: "aac", hasGps: false }],
  ["plain.flac", { ...NO_FACTS, duration: 0.25, audioCodec: "flac" }],
])("the facts of %s", async (name, facts) => {
  expect(await factsOf(join(FIXTURES, name))).toEqual(facts);
});

test.each([
  "plain.jpg",
  "progressive.jpg",
  "plain.png",
  "animated.gif",
  "lossy.webp",
  "lossless.webp",
  "plain.bmp",
])("Bun's own decoder says the same size of %s", async (name) => {
  const { width, height } = await new Bun.Image(fixture(name)).metadata();
  expect(await factsOf(join(FIXTURES, name))).toMatchObject({ width, height });
});

test("a sequence of pictures that is a movie and nothing else is described as one", async () => {
  const facts = await factsOfBytes(fixture("first.mp4"), "image/heic-sequence");
  expect(facts).toMatchObject({ width: 64, height: 48, duration: 1 });
});

test("a type of which nothing is read has no facts", async () => {
  expect(await factsOfBytes(fixture("plain.jpg"), "application/pdf")).toEqual(NO_FACTS);
});

test("a file that is gone is no file without facts", async () => {
  const gone = { path: join(folder, "gone"), size: 1 };
  expect(describeMedia(gone, "image/jpeg")).rejects.toThrow("ENOENT");
});

/** A file of which all but some bytes are holes. */
async function sparse(
  name: string,
  size: number,
  parts: [at: number, bytes: Uint8Array][],
): Promise<string> {
  const path = join(folder, name);
  const file = await open(path, "w");
  await file.truncate(size);
  for (const [at, bytes] of parts) await file.write(bytes, 0, bytes.length, at);
  await file.close();
  return path;
}

test("an MP4 of 20 GiB whose headers are at its end is described at once", async () => {
  const mp4 = fixture("last.mp4");
  const [mdat, moov] = [mp4.indexOf("mdat", 0, "latin1") - 4, mp4.indexOf("moov", 0, "latin1") - 4];
  const size = 20 * 1024 ** 3;
  const end = size - (mp4.length - moov);
  // A box of a size that 32 bits do not hold.
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1);
  head.write("mdat", 4, "latin1");
  head.writeBigUInt64BE(BigInt(end - mdat), 8);
  const path = await sparse("large.mp4", size, [
    [0, mp4.subarray(0, mdat)],
    [mdat, head],
    [end, mp4.subarray(moov)],
  ]);
  const started = processorTime();
  expect(await factsOf(path)).toEqual({
    ...movie,
    capturedAt: Date.UTC(2023, 4, 1, 10, 11, 12),
    hasGps: true,
  });
  expect(processorTime() - started).toBeLessThan(1000);
});

test("a recording of a browser, without a length in its headers, is as long as its last cluster says", async () => {
  const live = fixture("live.webm");
  const start = live.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75]));
  // Behind its id, its length (2 bytes) and its time (an id, a length of 1, a byte).
  expect(live.subarray(start + 6, start + 9)).toEqual(Buffer.from([0xe7, 0x81, 0]));
  const blocks = live.subarray(start + 9);
  const length = 256 * 1024;
  /** Blocks of a second, and a hole (an element Void) that makes the cluster as large as one of a real video. */
  const clusterAt = (second: number): Buffer => {
    const cluster = Buffer.concat([
      Buffer.from([0x1f, 0x43, 0xb6, 0x75, 0x10, 0, 0, 0, 0xe7, 0x84, 0, 0, 0, 0]),
      blocks,
      Buffer.from([0xec, 0x10, 0, 0, 0]),
    ]);
    cluster.writeUInt32BE(0x1000_0000 + length - 8, 4);
    cluster.writeUInt32BE(second * 1000, 10);
    cluster.writeUInt32BE(0x1000_0000 + length - cluster.length, cluster.length - 4);
    return cluster;
  };
  const count = 600;
  const path = await sparse("live.webm", start + count * length, [
    [0, live.subarray(0, start)],
    ...Array.from({ length: count }, (_, i): [number, Buffer] => [
      start + i * length,
      clusterAt(i),
    ]),
  ]);
  expect(await factsOf(path)).toEqual({
    ...movie,
    duration: count,
    videoCodec: "vp8",
    audioCodec: null,
  });
});

test("a file that says it is a video and is nothing but a gigabyte of zeros says nothing", async () => {
  const size = 1024 ** 3;
  const path = await sparse("zeros", size, []);
  for (const type of [
    "video/mp4",
    "video/webm",
    "video/mp2t",
    "audio/mpeg",
    "image/png",
    "image/jpeg",
  ]) {
    const started = processorTime();
    expect({
      ...(await describeMedia({ path, size }, type)),
      hasGps: null as boolean | null,
    }).toEqual(NO_FACTS);
    expect(processorTime() - started).toBeLessThan(3000);
  }
});
