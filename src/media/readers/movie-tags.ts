import { boxesIn, boxNamed, readSmall } from "./boxes.ts";
import { partOf, type Bytes, type FoundFacts } from "./bytes.ts";
import { cameraName } from "./camera.ts";
import { readMoment } from "./moment.ts";

/** Names that phones and cameras use for one thing. */
const MAKER = ["com.apple.quicktime.make", "com.android.manufacturer", "©mak"];
const MODEL = ["com.apple.quicktime.model", "com.android.model", "©mod"];
const TAKEN = ["com.apple.quicktime.creationdate"];
const PLACE = ["com.apple.quicktime.location.ISO6709", "com.android.location", "©xyz", "loci"];
const MOST_KEYS = 256;

/** What a movie says of itself in its user data and metadata (QuickTime File Format; 3GPP TS 26.244, 8): camera, time and place. */
export async function readMovieTags(moov: Bytes, found: FoundFacts): Promise<void> {
  const tags = new Map<string, string>();
  for await (const { name, content } of boxesIn(moov)) {
    if (name === "meta") await readMeta(content, tags);
    if (name !== "udta") continue;
    for await (const own of boxesIn(content)) {
      if (own.name === "meta") await readMeta(own.content, tags);
      // International text: its length and language in 4 bytes. A place of 3GPP is in binary, and never empty.
      const skip = own.name.startsWith("©") ? 4 : 0;
      if (skip || own.name === "loci")
        tags.set(own.name, own.name === "loci" ? "+0+0" : await textOf(own.content, skip));
    }
  }
  const first = (names: string[]) => names.map((name) => tags.get(name)).find(Boolean) ?? null;
  found.camera ??= cameraName(first(MAKER), first(MODEL));
  // It has a zone, and is not changed by programs that write the file anew.
  found.capturedAt = readMoment(first(TAKEN)) ?? found.capturedAt ?? null;
  found.hasGps ||= /[+-]\d/.test(first(PLACE) ?? "");
}

/** A box `meta`: keys by their names, or by four letters. In MP4 it has a version, in QuickTime none. */
async function readMeta(meta: Bytes, tags: Map<string, string>): Promise<void> {
  const start = (await meta.read(4, 4)).toString("latin1") === "hdlr" ? 0 : 4;
  const keys = await boxNamed(meta, "keys", start);
  const ilst = await boxNamed(meta, "ilst", start);
  if (!ilst) return;
  const names = keys ? await keyNames(keys) : [];
  let count = 0;
  for await (const { name, content } of boxesIn(ilst)) {
    if (++count > MOST_KEYS) return;
    const data = await boxNamed(content, "data");
    const key = keys ? names[Buffer.from(name, "latin1").readUInt32BE() - 1] : name;
    if (data && key) tags.set(key, await textOf(data, 8));
  }
}

async function keyNames(keys: Bytes): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, content } of boxesIn(keys, 8)) {
    if (names.length >= MOST_KEYS) break;
    names.push(name === "mdta" ? await textOf(content, 0) : "");
  }
  return names;
}

async function textOf(content: Bytes, skip: number): Promise<string> {
  return (await readSmall(partOf(content, skip), 200)).toString("utf8");
}
