import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeMedia } from "../../src/media/describe.ts";
import type { MediaFacts } from "../../src/media/facts.ts";
import { identify } from "../../src/media/identify.ts";

/** Small real files of each kind, which its `make.sh` has made. */
export const FIXTURES = join(import.meta.dir, "../media/fixtures");

export const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));

/** Facts of a file by the type that is found in it, as a site asks for them. */
export async function factsOf(path: string): Promise<MediaFacts> {
  const file = Bun.file(path);
  const found = await identify(await file.slice(0, 4100).bytes(), true);
  return describeMedia({ path, size: file.size }, found?.known ? found.type : "");
}

export async function factsOfBytes(bytes: Uint8Array, type?: string): Promise<MediaFacts> {
  const folder = await mkdtemp(join(tmpdir(), "redeem-facts-"));
  try {
    const path = join(folder, "file");
    await Bun.write(path, bytes);
    return type ? await describeMedia({ path, size: bytes.length }, type) : await factsOf(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
