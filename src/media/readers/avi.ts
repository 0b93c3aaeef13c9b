import { readSmall } from "./boxes.ts";
import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { codecName } from "./codecs.ts";

/** More chunks side by side than the headers of an AVI have. */
const MOST_CHUNKS = 64;
/** Codecs by the letters that AVI has for them. */
const VIDEO: Record<string, string> = {
  xvid: "mpeg4",
  divx: "mpeg4",
  dx50: "mpeg4",
  fmp4: "mpeg4",
  mp4v: "mpeg4",
  mjpg: "mjpeg",
  h264: "h264",
  x264: "h264",
  avc1: "h264",
  hevc: "hevc",
  vp80: "vp8",
  vp90: "vp9",
};
/** And by WAV's numbers. */
const AUDIO: Record<number, string> = {
  1: "pcm",
  3: "pcm",
  0x50: "mp2",
  0x55: "mp3",
  0xff: "aac",
  0x2000: "ac3",
};

/** An AVI: its main header and those of its streams, which are at the beginning (AVI RIFF File Reference). */
export async function readAvi(bytes: Bytes, found: FoundFacts): Promise<void> {
  const head = await bytes.read(0, 12);
  if (head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "AVI ") return;
  for await (const { name, content } of chunksIn(bytes, 12)) {
    if (name !== "hdrl") continue;
    for await (const header of chunksIn(content)) {
      if (header.name === "avih") readMainHeader(await readSmall(header.content, 56), found);
      if (header.name === "strl") await readStream(header.content, found);
    }
    return;
  }
}

/** Chunks side by side; a list has the name of its kind. */
async function* chunksIn(bytes: Bytes, from = 0): AsyncGenerator<{ name: string; content: Bytes }> {
  let at = from;
  for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
    const head = await bytes.read(at, 12);
    if (head.length < 8) return;
    const name = head.toString("latin1", 0, 4);
    const size = head.readUInt32LE(4);
    if (name === "LIST")
      yield { name: head.toString("latin1", 8, 12), content: partOf(bytes, at + 12, size - 4) };
    else yield { name, content: partOf(bytes, at + 8, size) };
    at += 8 + size + (size % 2);
  }
}

function readMainHeader(avih: Buffer, found: FoundFacts): void {
  const [perFrame, frames] = [avih.readUInt32LE(0), avih.readUInt32LE(16)];
  found.width = avih.readUInt32LE(32);
  found.height = avih.readUInt32LE(36);
  if (perFrame === 0) return;
  found.frameRate = 1_000_000 / perFrame;
  found.duration = frames / found.frameRate;
}

async function readStream(strl: Bytes, found: FoundFacts): Promise<void> {
  let kind = "";
  for await (const { name, content } of chunksIn(strl)) {
    const value = await readSmall(content, 56);
    if (name === "strh") {
      kind = value.toString("latin1", 0, 4);
      if (kind === "vids") readLength(value, found);
    }
    if (name !== "strf") continue;
    if (kind === "vids") {
      const letters = value.toString("latin1", 16, 20).toLowerCase();
      found.videoCodec ??= VIDEO[letters] ?? codecName(letters);
    }
    if (kind === "auds") found.audioCodec ??= AUDIO[value.readUInt16LE(0)] ?? null;
  }
}

/** The stream's own count of frames is right where a file has become larger than the main header can say (OpenDML). */
function readLength(strh: Buffer, found: FoundFacts): void {
  const [scale, rate, frames] = [
    strh.readUInt32LE(20),
    strh.readUInt32LE(24),
    strh.readUInt32LE(32),
  ];
  if (scale === 0 || rate === 0) return;
  found.frameRate = rate / scale;
  found.duration = frames / found.frameRate;
}
