import { oneLine, plainText, safeDescription } from "../photo/text.ts";
import { Problem } from "../problem.ts";
import type { PhotoMetadata } from "../records/records.ts";
import { quote } from "./params.ts";

/** What is said of a photo (protocol 3), by a parameter each. Empty text says that there is none. */
export type Said = {
  title?: string | undefined;
  description?: string | undefined;
  tags?: string | undefined;
  album_id?: string | undefined;
  publish?: boolean | undefined;
  publish_date?: string | undefined;
  absolute_url?: string | undefined;
};

/** The metadata of a photo of which nothing is said. */
export const NOTHING_SAID: PhotoMetadata = {
  title: "",
  description: "",
  tags: "",
  albumId: "",
  published: true,
  publishDate: null,
  absoluteUrl: "",
};

/**
 * Reads what is said of a photo; what is not said is not in the answer. A time of publication wins over `publish`, which
 * takes back any earlier time.
 * @param now milliseconds since 1970
 * @throws Problem invalid_input naming the parameter and what it may be
 */
export function readMetadata(said: Said, now: number): Partial<PhotoMetadata> {
  const read: Partial<PhotoMetadata> = {};
  if (said.title !== undefined) read.title = plainText(said.title);
  if (said.description !== undefined) read.description = safeDescription(said.description);
  if (said.tags !== undefined) read.tags = oneLine(said.tags);
  if (said.album_id !== undefined) read.albumId = albumIds(said.album_id);
  if (said.absolute_url !== undefined) {
    read.absoluteUrl = said.absolute_url === "" ? "" : readUrl("absolute_url", said.absolute_url);
  }
  if (said.publish !== undefined) {
    read.published = said.publish;
    read.publishDate = null;
  }
  if (said.publish_date === "") read.publishDate = null;
  else if (said.publish_date !== undefined) {
    read.published = false;
    read.publishDate = readDate(said.publish_date, now);
  }
  return read;
}

/** The ids without repetitions, each as numbers are usually written: "3, 03,4" is "3,4". */
function albumIds(text: string): string {
  const ids = text.split(",").filter((id) => id.trim() !== "");
  return [...new Set(ids.map(Number))].join(",");
}

export function readUrl(name: string, text: string): string {
  const url = URL.parse(text.trim());
  if (url && (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "") {
    // Kept as it was given, unless it has characters that a header may not hold.
    return /^[\x21-\x7e]+$/.test(text.trim()) ? text.trim() : url.href;
  }
  throw new Problem(
    "invalid_input",
    `${name} must be an http or https address, not ${quote(text)}.`,
  );
}

function readDate(text: string, now: number): number {
  const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/;
  const [, day, time = "00:00:00", zone = "Z"] = form.exec(text.trim()) ?? [];
  const at = day ? Date.parse(`${day}T${time}${zone}`) : Number.NaN;
  // 31 February is read as March by some: what comes out must be what went in.
  const exists = day !== undefined && isDay(day) && Number.isFinite(at);
  if (exists && at > now) return at;
  throw new Problem(
    "invalid_input",
    `publish_date must be a future time, as ISO 8601 or YYYY-MM-DD HH:MM:SS (UTC), not ${quote(text)}.`,
  );
}

function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(day);
}
