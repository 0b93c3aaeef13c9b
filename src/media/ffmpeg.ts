import { limitedCommand } from "./limited.ts";
import { LARGEST_SIDE } from "./thumbnail-formats.ts";

/** Milliseconds for one call. */
const LIMIT_MS = 30_000;

/** Bytes of a picture that is taken from it: 50 million pixels of three bytes. */
const MOST_BYTES = 160 * 1024 ** 2;

const GIB = 1024 ** 3;

/** ffmpeg took longer than it may, or wrote more than a picture has. */
export class FfmpegFailed extends Error {}

/** What ffmpeg may open a file as: no playlists, nor other texts that name further files. */
const CONTAINERS = [
  "mov,matroska,avi,asf,flv,mpeg,mpegts,ogg,webp_pipe,png_pipe,jpeg_pipe,tiff_pipe,gif,bmp_pipe,apng",
  "jpegxl_pipe,psd_pipe,mpegvideo,h264,hevc,rm,dv",
].join(",");

/** A pixel may be wider than it is high: as it is shown, and not larger than the largest thumbnail. */
const SCALE = `scale=w='if(gte(dar,1),min(${LARGEST_SIDE},iw*sar),max(1,min(${LARGEST_SIDE},ih)*dar))':h='if(gte(dar,1),max(1,min(${LARGEST_SIDE},iw*sar)/dar),min(${LARGEST_SIDE},ih))',setsar=1`;

/**
 * A picture of a video: what it shows after a second, since many begin black, or where it is shorter its first one.
 * @returns a bitmap (BMP); undefined where ffmpeg finds none
 * @throws FfmpegFailed
 */
export async function posterOf(
  ffmpeg: string,
  path: string,
  limitMs = LIMIT_MS,
): Promise<Buffer | undefined> {
  return (
    (await run(ffmpeg, limitMs, ["-ss", "1"], path, ["-vf", SCALE])) ??
    (await run(ffmpeg, limitMs, [], path, ["-vf", SCALE]))
  );
}

/**
 * A picture of a kind that Bun.Image cannot decode, in its own size, and as it is stored: not turned.
 * @returns a bitmap (BMP); undefined where ffmpeg cannot either
 * @throws FfmpegFailed
 */
export async function stillOf(ffmpeg: string, path: string): Promise<Buffer | undefined> {
  return run(ffmpeg, LIMIT_MS, ["-noautorotate"], path, []);
}

const words = (line: string) => line.split(" ");

async function run(
  ffmpeg: string,
  limitMs: number,
  before: readonly string[],
  path: string,
  after: readonly string[],
): Promise<Buffer | undefined> {
  const command = [
    ffmpeg,
    ...words(`-nostdin -hide_banner -v error -threads 1 -max_alloc ${GIB}`),
    // A file can name others, on this machine or elsewhere: none is opened.
    ...words(`-protocol_whitelist file -format_whitelist ${CONTAINERS}`),
    ...before,
    "-i",
    `file:${path}`,
    ...words("-map 0:v:0 -an -sn -dn"),
    ...after,
    ...words("-frames:v 1 -map_metadata -1 -threads 1"),
    ...words("-c:v bmp -pix_fmt bgr24 -f image2pipe pipe:1"),
  ];
  const limits = { addressSpace: 4 * GIB, cpuSeconds: LIMIT_MS / 1000, fileSize: 0 };
  const child = Bun.spawn(limitedCommand(command, limits), {
    env: { PATH: process.env["PATH"] ?? "" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  let why: string | undefined;
  const kill = (reason: string) => {
    why ??= reason;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => kill(`took longer than ${limitMs / 1000} s`), limitMs);
  try {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of child.stdout) {
      bytes += piece.length;
      if (bytes > MOST_BYTES) {
        kill(`wrote more than ${MOST_BYTES} bytes`);
        break;
      }
      pieces.push(piece);
    }
    await child.exited;
    if (why !== undefined) throw new FfmpegFailed(`ffmpeg ${why}`);
    return bytes > 0 ? Buffer.concat(pieces) : undefined;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}
