import { afterAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeMedia } from "../../src/media/describe.ts";
import type { MediaFacts } from "../../src/media/facts.ts";
import { identify } from "../../src/media/identify.ts";
import { fixture, FIXTURES } from "../support/media-facts.ts";
import { processorTime } from "../support/processor.ts";

/**
 * Damaged files: real ones, of which some bits, lengths or blocks are others. `CASES=100000 bun test tests/media/describe-fuzz.test.ts` tries
 * more of them, `SEED=7` others. A case that fails is named by fixture, seed and number, and is the same whenever these are.
 */
const CASES = Number(process.env["CASES"] ?? 4000);
const SEED = Number(process.env["SEED"] ?? 1);
/** Milliseconds of processor time for one file. */
const LONGEST = 4000;
/** Files after which garbage is collected: what is bounded is the memory for a few of them, not the collector's patience. */
const COLLECTED = 40;
const MOST_MEMORY = 400 * 1024 ** 2;

/** Numbers that follow from a seed alone (mulberry32). */
function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item,
  };
}
type Random = ReturnType<typeof randomFrom>;

/** Lengths and counts that programs stumble over. */
const LENGTHS = [
  0, 1, 2, 7, 8, 255, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff,
];

/** Most of what says something is at the beginning. */
const place = (random: Random, length: number) =>
  random.below(random.below(3) === 0 ? length : Math.min(length, 600));

const MUTATIONS: ((bytes: Buffer, random: Random) => Buffer)[] = [
  function flip(bytes, random) {
    for (let i = random.below(12); i >= 0; i--) {
      const at = place(random, bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    return bytes;
  },
  function cut(bytes, random) {
    return bytes.subarray(0, 1 + random.below(bytes.length));
  },
  function inflate(bytes, random) {
    const length = random.pick(LENGTHS);
    const at = place(random, Math.max(1, bytes.length - 4));
    if (random.below(2) === 0) bytes.writeUInt32BE(length, at);
    else bytes.writeUInt32LE(length, at);
    return bytes;
  },
  function short(bytes, random) {
    const at = place(random, Math.max(1, bytes.length - 2));
    bytes.writeUInt16BE(random.pick(LENGTHS) & 0xffff, at);
    return bytes;
  },
  function swap(bytes, random) {
    const [a, b] = [place(random, bytes.length), place(random, bytes.length)].sort((x, y) => x - y);
    const length = Math.min(1 + random.below(64), (b ?? 0) - (a ?? 0));
    const [first, second] = [
      bytes.subarray(a, (a ?? 0) + length),
      bytes.subarray(b, (b ?? 0) + length),
    ];
    const kept = Buffer.from(first);
    second.copy(first);
    kept.copy(second);
    return bytes;
  },
  function rename(bytes, random) {
    // One box, chunk or element gets another's name.
    const [from, to] = [place(random, bytes.length), place(random, bytes.length)];
    bytes.copy(bytes, to, from, Math.min(from + 4, bytes.length));
    return bytes;
  },
  function repeat(bytes, random) {
    const from = place(random, bytes.length);
    const block = bytes.subarray(from, from + 1 + random.below(200));
    return Buffer.concat([
      bytes.subarray(0, from),
      ...Array(1 + random.below(20)).fill(block),
      bytes.subarray(from),
    ]);
  },
  function noise(bytes, random) {
    const from = place(random, bytes.length);
    const end = Math.min(bytes.length, from + random.below(64));
    for (let at = from; at < end; at++) bytes[at] = random.below(256);
    return bytes;
  },
];

function mutate(original: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(original);
  for (let i = random.below(3); i >= 0 && bytes.length > 8; i--) {
    bytes = Buffer.from(random.pick(MUTATIONS)(bytes, random));
  }
  return bytes;
}

const between = (value: number | null, least: number, most: number) =>
  value === null || (Number.isFinite(value) && value >= least && value <= most);
const whole = (value: number | null, least: number, most: number) =>
  between(value, least, most) && (value === null || Number.isInteger(value));
const oneLine = (text: string | null, most: number) =>
  text === null || (text.length > 0 && text.length <= most && !/\p{C}/u.test(text));

function expectLikely(facts: MediaFacts): void {
  const { width, height, orientation, duration, frameRate, capturedAt } = facts;
  expect({
    size:
      whole(width, 1, 2 ** 31) &&
      whole(height, 1, 2 ** 31) &&
      (width === null) === (height === null),
    orientation: whole(orientation, 1, 8),
    duration: between(duration, 0.001, 1e8),
    frameRate: between(frameRate, 0.001, 1e5),
    capturedAt: whole(capturedAt, Date.UTC(1826, 0), Date.UTC(2200, 0)),
    camera: oneLine(facts.camera, 200),
    codecs: oneLine(facts.videoCodec, 16) && oneLine(facts.audioCodec, 16),
    gps: [true, false, null].includes(facts.hasGps),
  }).toEqual({
    size: true,
    orientation: true,
    duration: true,
    frameRate: true,
    capturedAt: true,
    camera: true,
    codecs: true,
    gps: true,
  });
}

const folder = await mkdtemp(join(tmpdir(), "redeem-fuzz-"));
afterAll(() => rm(folder, { recursive: true }));

const names = readdirSync(FIXTURES).filter((name) => !name.endsWith(".sh"));

test.each(names)("%s, damaged, is described or not, and harms nothing", async (name) => {
  const original = fixture(name);
  const found = await identify(original.subarray(0, 4100), true);
  if (!found?.known) throw new Error(`${name} is of no known type`);
  const path = join(folder, name);
  // What earlier tests of this process have left counts for none of these.
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  for (let number = 0; number < CASES / names.length; number++) {
    if (number % COLLECTED === COLLECTED - 1) Bun.gc(true);
    const bytes = mutate(original, randomFrom(SEED * 1_000_003 + number));
    await Bun.write(path, bytes);

    const started = processorTime();
    const label = `${name}, seed ${SEED}, case ${number}`;
    try {
      const facts = await describeMedia({ path, size: bytes.length }, found.type);
      expectLikely(facts);
      expect(processorTime() - started).toBeLessThan(LONGEST);
    } catch (error) {
      throw new Error(label, { cause: error });
    }
  }
  expect(process.memoryUsage.rss() - before).toBeLessThan(MOST_MEMORY);
});
