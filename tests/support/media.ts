/** Small files of known types, made here so that no binary lies in the repository. */

/** The smallest PNG, and behind it as many bytes as are wanted: a decoder stops at its end. */
export function png(size = 70, seed = 1): Uint8Array<ArrayBuffer> {
  const head = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "base64",
  );
  return withHead(head, size, seed);
}

/** An MP4 by its first box. */
export function mp4(size = 64, seed = 1): Uint8Array<ArrayBuffer> {
  const head = Buffer.from("000000186674797069736f6d0000020069736f6d69736f32", "hex");
  return withHead(head, size, seed);
}

/** No photo or video. */
export function textFile(size = 1024): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.fill(0x61);
  return bytes;
}

/** Bytes that look like nothing, the same for the same seed. */
function withHead(head: Uint8Array, size: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(size, head.length));
  let state = seed >>> 0 || 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  bytes.set(head);
  return bytes;
}
