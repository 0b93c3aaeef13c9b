import * as mediabunny from "mediabunny";
import type { InputAudioTrack, InputTrack, InputVideoTrack, MetadataTags } from "mediabunny";
import { OutOfBudget, type Bytes, type FoundFacts } from "./bytes.ts";
import { codecName } from "./codecs.ts";

// It would write what it stumbles over to the console, in the file's own words.
mediabunny.Logging.level = mediabunny.LogLevel.Silent;

/** Every format that Mediabunny reads but playlists: those name other files. */
const FORMATS = [
  mediabunny.MP4,
  mediabunny.QTFF,
  mediabunny.MATROSKA,
  mediabunny.WEBM,
  mediabunny.WAVE,
  mediabunny.OGG,
  mediabunny.MP3,
  mediabunny.ADTS,
  mediabunny.MPEG_TS,
];
/** As many frames as a frame rate is reckoned from. */
const FRAMES = 100;
/** How a cluster of Matroska begins (RFC 9559, 5.1.3), and in how much of a file's beginning and end it is looked for. */
const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
const HEAD = 1024 ** 2;
const TAIL = 4 * 1024 ** 2;
/** EXIF's number for a turn by 0, 90, 180 and 270 degrees, and for the same mirrored from side to side after it. */
const TURNED = [1, 6, 3, 8];
const MIRRORED = [2, 5, 4, 7];

/**
 * Streams of pictures and sound in the containers that Mediabunny reads: WebM and Matroska, Ogg, WAV, MP3, AAC, MPEG-TS, and what of an
 * MP4 in fragments stands in them. Where a length stands in no header, the file's last packets are looked for, as far as the budget lasts.
 */
export async function readStreams(bytes: Bytes, found: FoundFacts): Promise<void> {
  using input = new mediabunny.Input({ source: sourceOf(bytes), formats: FORMATS });
  if (!(await input.canRead())) return;
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  if (video) await readVideo(video, found);
  if (audio) found.audioCodec ??= await codecOf(audio);
  const format = await input.getFormat();
  const isMatroska = format === mediabunny.MATROSKA || format === mediabunny.WEBM;
  if (isMatroska) found.hasGps ??= namesPlace(await input.getMetadataTags());
  const main = video ?? audio;
  if (!main) return;
  if (video) await readFrameRate(video, found);
  if (found.duration !== undefined) return;
  const live = isMatroska && (await main.getDurationFromMetadata()) === null;
  found.duration = await lengthOf(live ? ((await lastOf(bytes, main)) ?? main) : main, main);
}

/** Where no header says when the last packet ends, it is looked for. What was cut out of a broadcast does not begin at 0. */
async function lengthOf(last: InputTrack, first: InputTrack): Promise<number> {
  const end = (await last.getDurationFromMetadata()) ?? (await last.computeDuration());
  return end - Math.max(0, await first.getFirstTimestamp());
}

async function readFrameRate(track: InputVideoTrack, found: FoundFacts): Promise<void> {
  const metrics = await track.computeFrameRateMetrics({ targetPacketCount: FRAMES });
  // One picture has no rate.
  if (metrics.probedPacketCount > 1) found.frameRate ??= metrics.averageFrameRate;
}

/**
 * The same track in the file without its middle. Browsers record WebM without a length and without a table of its clusters, so that
 * its last packet is found by reading all of it: only its headers and its last cluster are left here.
 * @returns undefined where the file is small, or has no clusters where they are looked for
 */
async function lastOf(bytes: Bytes, track: InputTrack): Promise<InputTrack | undefined> {
  if (bytes.size < HEAD + TAIL) return undefined;
  const first = (await bytes.read(0, HEAD)).indexOf(CLUSTER);
  const tail = (await bytes.read(bytes.size - TAIL, TAIL)).lastIndexOf(CLUSTER);
  if (first === -1 || tail === -1) return undefined;
  const skipped = bytes.size - TAIL + tail - first;
  const source = sourceOf({
    size: bytes.size - skipped,
    read: async (at, length) => {
      const head =
        at < first ? await bytes.read(at, Math.min(length, first - at)) : Buffer.alloc(0);
      const from = at + head.length;
      if (from < first || head.length === length) return head;
      return Buffer.concat([head, await bytes.read(from + skipped, length - head.length)]);
    },
  });
  const input = new mediabunny.Input({ source, formats: FORMATS });
  return (await input.getTracks()).find(({ id }) => id === track.id);
}

async function readVideo(track: InputVideoTrack, found: FoundFacts): Promise<void> {
  found.videoCodec ??= await codecOf(track);
  // After the shape of its pixels, before it is turned.
  found.width ??= await track.getSquarePixelWidth();
  found.height ??= await track.getSquarePixelHeight();
  const turns = (await track.getFlip()) ? MIRRORED : TURNED;
  found.orientation ??= turns[(await track.getRotation()) / 90] ?? null;
}

async function codecOf(track: InputVideoTrack | InputAudioTrack): Promise<string | null> {
  const codec = await track.getCodec();
  if (codec === "avc") return "h264";
  if (codec?.startsWith("pcm-")) return "pcm";
  if (codec) return codec;
  const own = await track.getInternalCodecId();
  return typeof own === "string" ? codecName(own.toLowerCase()) : null;
}

/** Programs that copy a phone's movie into Matroska write its place into a tag of this name, or one that ends in it. */
function namesPlace({ raw = {} }: MetadataTags): boolean {
  return Object.entries(raw).some(
    ([name, value]) => /location/i.test(name) && typeof value === "string" && /[+-]\d/.test(value),
  );
}

function sourceOf(bytes: Bytes) {
  return new mediabunny.CustomSource({
    getSize: () => bytes.size,
    read: async (start, end) => {
      const data = await bytes.read(start, end - start);
      // Mediabunny counts on all that it asked for. Less is there only where the file became shorter.
      if (data.length < end - start) throw new OutOfBudget();
      return data;
    },
    // Its own memory of what was read would hide from the budget a loop that reads the same again and again.
    maxCacheSize: 0,
    // A read that fails while nobody waits for it is of no interest: whoever asks for the bytes gets the error.
    handleUnhandledError: () => undefined,
  });
}
