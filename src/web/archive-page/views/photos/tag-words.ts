/** Tags as the API writes them: space separated, one with spaces quoted (protocol 3). */
export function readTags(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** One tag as the API reads it. */
export function quoteTag(tag: string): string {
  const plain = tag.replaceAll('"', "").replace(/\s+/g, " ").trim();
  return plain.includes(" ") ? `"${plain}"` : plain;
}

/**
 * Tags that somebody has written into one field, parted by commas, as the API reads them; "" if there are none.
 * @param known tags that are there: one of them may have a comma
 */
export function writtenTags(written: string, known: readonly string[]): string {
  const isOne = known.includes(written.trim());
  const tags = isOne ? [written] : written.split(",");
  return tags.map(quoteTag).filter(Boolean).join(" ");
}
