import { open } from "node:fs/promises";
import { NO_FACTS, type MediaFacts } from "./facts.ts";
import { readAvi } from "./readers/avi.ts";
import { readBmp, readGif } from "./readers/bitmap.ts";
import { bytesOf, type Budget, type Bytes, type FoundFacts } from "./readers/bytes.ts";
import { readFlac } from "./readers/flac.ts";
import { readHeif } from "./readers/heif.ts";
import { readJpeg } from "./readers/jpeg.ts";
import { readJxl } from "./readers/jxl.ts";
import { readMovie } from "./readers/movie.ts";
import { readPng } from "./readers/png.ts";
import { readRaf } from "./readers/raf.ts";
import { readTiff } from "./readers/tiff.ts";
import { readWebp } from "./readers/webp.ts";

type Reader = (bytes: Bytes, found: FoundFacts) => Promise<void>;

const MIB = 1024 * 1024;
/** Enough for a JPEG behind megabytes of colour profiles and previews. */
const PICTURE: Budget = { bytes: 8 * MIB, reads: 8192, calls: 50_000 };
/** Streams without a length in their headers are looked through for their last packets. */
const STREAMS: Budget = { bytes: 32 * MIB, reads: 8192, calls: 50_000 };

/** By the media types that `identify.ts` names: what has its facts in headers that are as small as a picture's. */
const SMALL: Record<string, Reader> = {
  "image/jpeg": readJpeg,
  "image/png": readPng,
  "image/apng": readPng,
  "image/gif": readGif,
  "image/webp": readWebp,
  "image/bmp": readBmp,
  "image/avif": readHeif,
  "image/heic": readHeif,
  "image/heif": readHeif,
  "image/heic-sequence": readHeif,
  "image/heif-sequence": readHeif,
  "image/jxl": readJxl,
  "image/tiff": readRaw,
  "image/x-adobe-dng": readRaw,
  "image/x-canon-cr2": readRaw,
  "image/x-nikon-nef": readRaw,
  "image/x-olympus-orf": readRaw,
  "image/x-panasonic-rw2": readRaw,
  "image/x-sony-arw": readRaw,
  "image/x-canon-cr3": readCr3,
  "image/x-fujifilm-raf": readRaf,
  "video/vnd.avi": readAvi,
  "video/x-msvideo": readAvi,
  "audio/flac": readFlac,
  "audio/x-flac": readFlac,
};

/** Containers of boxes, whose headers are read without Mediabunny. */
const MOVIES = /^(video\/(mp4|x-m4v|quicktime|3gpp2?)|audio\/(mp4|x-m4a))$/;

/**
 * What a file says of itself (protocol 6), from its own headers. At most 8 MiB of a picture and 64 MiB of a video are read, however large it is.
 * Nothing of it is trusted: what is damaged, cut or out of range is not known.
 * @param file where it lies, and its bytes
 * @param type its media type, by content
 * @throws what the file system does where it cannot be opened or read; nothing over what is in it
 */
export async function describeMedia(
  file: { path: string; size: number },
  type: string,
): Promise<MediaFacts> {
  const handle = await open(file.path, "r");
  try {
    const found: FoundFacts = {};
    const small = SMALL[type];
    if (small) await attempt(() => small(bytesOf(handle, file.size, { ...PICTURE }), found));
    else if (/^(video|audio)\//.test(type)) {
      await describeStreams((budget) => bytesOf(handle, file.size, { ...budget }), type, found);
    }
    return likely(found);
  } finally {
    await handle.close();
  }
}

async function describeStreams(
  openBytes: (budget: Budget) => Bytes,
  type: string,
  found: FoundFacts,
): Promise<void> {
  if (MOVIES.test(type)) {
    let fragmented = false;
    await attempt(async () => {
      ({ fragmented } = await readMovie(openBytes(STREAMS), found));
    });
    if (!fragmented) return;
  }
  // Loaded here, so that only the process that describes videos has it in its memory.
  const { readStreams } = await import("./readers/streams.ts");
  await attempt(() => readStreams(openBytes(STREAMS), found));
}

/** A file in which something is wrong keeps the facts that were read before it. A disk that cannot be read is no fault of the file. */
async function attempt(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw error;
  }
}

function readRaw(bytes: Bytes, found: FoundFacts): Promise<void> {
  return readTiff(bytes, found, true);
}

async function readCr3(bytes: Bytes, found: FoundFacts): Promise<void> {
  await readMovie(bytes, found);
  // Its tracks are the raw picture and its previews.
  for (const name of ["duration", "videoCodec", "audioCodec", "frameRate"] as const)
    delete found[name];
}

/** Width and height as shown, and of everything that was found only what can be. */
function likely(found: FoundFacts): MediaFacts {
  const orientation = whole(found.orientation, 1, 8);
  const turned = orientation !== null && orientation >= 5;
  const width = whole(turned ? found.height : found.width, 1, 0x7fff_ffff);
  const height = whole(turned ? found.width : found.height, 1, 0x7fff_ffff);
  return {
    ...NO_FACTS,
    // One without the other says nothing.
    ...(width !== null && height !== null && { width, height }),
    orientation,
    duration: rounded(found.duration, 100_000_000),
    videoCodec: found.videoCodec ?? null,
    audioCodec: found.audioCodec ?? null,
    frameRate: rounded(found.frameRate, 100_000),
    capturedAt: whole(found.capturedAt, YEAR_1826, YEAR_2200),
    camera: found.camera ?? null,
    hasGps: found.hasGps ?? null,
  };
}

/** The first photograph, and a time that no clock says that was set. Scans may have the date of what they are of. */
const YEAR_1826 = Date.UTC(1826, 0);
const YEAR_2200 = Date.UTC(2200, 0);

function whole(value: number | null | undefined, least: number, most: number): number | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  const near = Math.round(value);
  return near >= least && near <= most ? near : null;
}

/** To thousandths: more than nothing, and at most this. */
function rounded(value: number | null | undefined, most: number): number | null {
  if (typeof value !== "number" || !(value > 0 && value <= most)) return null;
  return Math.round(value * 1000) / 1000 || null;
}
