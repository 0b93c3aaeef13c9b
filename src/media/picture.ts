import { readFile } from "node:fs/promises";
import type { MediaFacts } from "./facts.ts";
import { posterOf, stillOf } from "./ffmpeg.ts";
import { firstFrame } from "./webp.ts";

/** Why no picture can be had of a file. */
export type NoPicture = "not_supported" | "no_ffmpeg" | "too_large" | "unreadable";

/** What is decoded: bytes of a picture, or the path of its file. */
export type Picture = { source: Buffer | string; orientation: number };

/**
 * A picture of more is not decoded: it takes four bytes a pixel. Of a JPEG no more is decoded than a thumbnail needs, and
 * some telephones make larger ones.
 */
const MOST_PIXELS = 100_000_000;
const MOST_PIXELS_OF_JPEG = 250_000_000;

/** A file of more bytes is not read as a picture: it is read whole. */
const MOST_BYTES = 256 * 1024 ** 2;

/** Pictures that Bun.Image decodes everywhere. */
const NATIVE = /^image\/(jpeg|a?png|gif|webp|bmp)$/;

/** Pictures that Bun.Image has no decoder for, on Linux at least, and ffmpeg may have. */
const FOREIGN = /^image\/(avif|hei[cf](-sequence)?|jxl|tiff|vnd\.adobe\.photoshop)$/;

/**
 * Pictures that thumbnails of a file can be made of, to be tried one after another: the file itself, the first frame
 * of an animation, what ffmpeg makes of it.
 * @param type by content
 * @param ffmpeg its path, where there is one
 * @returns why there are none, where none of them could be decoded
 * @throws Error what is worth another try, such as an ffmpeg that took too long
 */
export async function* picturesOf(
  { path, size }: { path: string; size: number },
  type: string,
  facts: MediaFacts,
  ffmpeg: string | null,
): AsyncGenerator<Picture, NoPicture> {
  if (type.startsWith("video/")) {
    if (!ffmpeg) return "no_ffmpeg";
    const poster = await posterOf(ffmpeg, path);
    if (poster) yield { source: poster, orientation: 1 };
    return "unreadable";
  }
  if (!type.startsWith("image/")) return "not_supported";
  if (size > MOST_BYTES) return "too_large";
  const head = await headOf(path);
  if (head === "too_large") return head;
  if (head) yield await decodable(path, head, facts);
  if (!FOREIGN.test(type)) return head || NATIVE.test(type) ? "unreadable" : "not_supported";
  if (!ffmpeg) return "no_ffmpeg";
  if ((facts.width ?? 0) * (facts.height ?? 0) > MOST_PIXELS) return "too_large";
  const still = await stillOf(ffmpeg, path);
  const orientation = still && (await orientationOf(still, type, facts));
  if (still && orientation !== undefined) yield { source: still, orientation };
  return "unreadable";
}

type Head = { width: number; height: number; format: string };

/** What the header says; undefined where Bun.Image does not know it. No pixel is decoded. */
async function headOf(path: string): Promise<Head | "too_large" | undefined> {
  try {
    const head = await new Bun.Image(path, { maxPixels: MOST_PIXELS_OF_JPEG }).metadata();
    const most = head.format === "jpeg" ? MOST_PIXELS_OF_JPEG : MOST_PIXELS;
    return head.width * head.height > most ? "too_large" : head;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ERR_IMAGE_TOO_MANY_PIXELS") return "too_large";
    if (code?.startsWith("ERR_IMAGE_")) return undefined;
    throw error;
  }
}

async function decodable(path: string, { format }: Head, facts: MediaFacts): Promise<Picture> {
  // Bun.Image turns a JPEG by itself.
  const orientation = format === "jpeg" ? 1 : (facts.orientation ?? 1);
  if (format !== "webp") return { source: path, orientation };
  return { source: firstFrame(await readFile(path)) ?? path, orientation };
}

/**
 * How a picture that ffmpeg gives is to be turned. Undefined where it is not the whole one: older versions take
 * the first tile of a HEIC for it, and what is known of the file says otherwise.
 */
async function orientationOf(
  bitmap: Buffer,
  type: string,
  { width, height, orientation }: MediaFacts,
): Promise<number | undefined> {
  const got = await new Bun.Image(bitmap).metadata().catch(() => undefined);
  if (!got) return undefined;
  const isSized = (one: number, other: number) => got.width === one && got.height === other;
  const asShown = width === null || height === null || isSized(width, height);
  if (!asShown && !isSized(height, width)) return undefined;
  // The decoder of JPEG XL turns by itself; another one that has done so gives the sides as they are shown.
  const isTurned = type === "image/jxl" || (asShown && (orientation ?? 1) > 4);
  return isTurned ? 1 : (orientation ?? 1);
}
