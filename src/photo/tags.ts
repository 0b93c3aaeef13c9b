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
