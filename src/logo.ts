import { open } from "node:fs/promises";
import { ConfigError } from "./config.ts";
import { identify } from "./media/identify.ts";

/** The picture that stands beside the site's name on its pages. */
export type Logo = { bytes: Uint8Array<ArrayBuffer>; type: string; ending: string };

/** Bytes of the largest one: it is sent with every first page, and held in memory. */
const MOST_BYTES = 512 * 1000;

const ALLOWED = "the path of a PNG, JPEG, WebP or SVG file of at most 512 kB";

const ENDINGS: Record<string, string> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/svg+xml": "svg",
};

/**
 * Reads the site's logo.
 * @param path REDEEM_LOGO
 * @throws ConfigError where it cannot be read, is too large, or no such picture by its content
 */
export async function readLogo(path: string): Promise<Logo> {
  const wrong = (what: string) =>
    new ConfigError(`REDEEM_LOGO is ${JSON.stringify(path)}, which ${what}; allowed: ${ALLOWED}`);
  const bytes = await readUpTo(path, MOST_BYTES + 1).catch((error: { code?: string }) => {
    throw wrong(`cannot be read (${error.code})`);
  });
  if (bytes.length > MOST_BYTES) throw wrong("is larger");
  const type = await typeOf(bytes);
  const ending = ENDINGS[type];
  if (ending === undefined) throw wrong("is no such picture");
  return { bytes, type, ending };
}

/** Not the whole of a file that is far too large. */
async function readUpTo(path: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  await using file = await open(path, "r");
  const buffer = new Uint8Array(most);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, most - length);
    length += bytesRead;
    if (bytesRead === 0 || length === most) return buffer.slice(0, length);
  }
}

/** By content. An SVG is text: its first element says what it is. */
async function typeOf(bytes: Uint8Array): Promise<string> {
  if (isSvg(new TextDecoder().decode(bytes.subarray(0, 4096)))) return "image/svg+xml";
  const found = await identify(bytes, true);
  return found?.known ? found.type : "";
}

function isSvg(head: string): boolean {
  return /^\uFEFF?\s*(<\?xml[^>]*\?>\s*|<!--[\s\S]*?-->\s*|<!DOCTYPE\s+svg[^>[]*(\[[^\]]*\])?[^>]*>\s*)*<svg[\s>]/i.test(
    head,
  );
}
