import type { TestServer } from "./server.ts";
import { BOUNDARY, openWire, partHead, requestHead, type Wire } from "./wire.ts";

/**
 * Sends a file, and not yet the token that comes behind it.
 * @param length of the whole body; by default there is room for one token
 */
export async function fileBeforeToken(
  { port }: TestServer,
  file: Uint8Array,
  length?: number,
): Promise<Wire> {
  const wire = await openWire(port);
  const part = Buffer.concat([partHead(BOUNDARY, { name: "file", filename: "late.png" }), file]);
  const all = part.length + tokenBehind("x".repeat(64)).length;
  await wire.send(requestHead({ "content-length": length ?? all }));
  await wire.send(part);
  return wire;
}

/** What comes behind such a file. */
export function tokenBehind(token: string): Buffer {
  const part = partHead(BOUNDARY, { name: "upload_token" });
  return Buffer.concat([Buffer.from("\r\n"), part, Buffer.from(`${token}\r\n--${BOUNDARY}--\r\n`)]);
}
