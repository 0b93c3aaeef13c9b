/** Tags as the API writes them: space separated, one with spaces quoted (protocol 3). */
export function readTags(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** One tag as the API reads it. */
export function quoteTag(tag: string): string {
  const plain = tag.replaceAll('"', "").replace(/\s+/g, " ").trim();
  return plain.includes(" ") ? `"${plain}"` : plain;
}
