/**
 * The tags in a text: parted by spaces; one with spaces is in double quotes (protocol 3). Each is in it once, as it is written
 * first. A quote that is never closed ends with the text.
 */
export function parseTags(text: string): string[] {
  const tags = new Map<string, string>();
  for (const [written] of text.matchAll(/(?:[^\s"]|"[^"]*"?)+/gu)) {
    const tag = written.replaceAll('"', "").replace(/\s+/gu, " ").trim();
    const key = tagKey(tag);
    if (tag !== "" && !tags.has(key)) tags.set(key, tag);
  }
  return [...tags.values()];
}

/**
 * The tags of a text with some more and without others; both are texts of tags, too. The text itself where nothing is to be
 * changed.
 */
export function changeTags(text: string, { add, remove }: { add: string; remove: string }): string {
  const had = parseTags(text);
  const gone = new Set(parseTags(remove).map(tagKey));
  const kept = had.filter((tag) => !gone.has(tagKey(tag)));
  const known = new Set(kept.map(tagKey));
  const come = parseTags(add).filter((tag) => !known.has(tagKey(tag)));
  if (kept.length === had.length && come.length === 0) return text;
  return [...kept, ...come].map((tag) => (/\s/u.test(tag) ? `"${tag}"` : tag)).join(" ");
}

/** What tags that are the same have in common: they differ in case, or in how Unicode writes a character. */
export function tagKey(tag: string): string {
  return tag.normalize("NFKC").toLowerCase();
}

/** A tag that says something to machines, such as `people:name=ann` or `geo:lat=55.6`. */
export function isMachineTag(tag: string): boolean {
  return /^\w+:./u.test(tag);
}

/** A machine tag as people read it: `people:Santa-Claus` is "Santa Claus". */
export function readableTag(tag: string): string {
  return isMachineTag(tag) ? tag.replace(/^\w+:/u, "").replace(/[-_]+/gu, " ").trim() : tag;
}
