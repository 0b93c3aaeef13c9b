/**
 * A description as somebody edits it. One without tags is plain text; one with tags stays the HTML that it is, so that editing it loses
 * none of them. Nothing of it becomes elements here: the parser's document is not shown, and no script or picture of it is loaded.
 * @param html safe HTML (protocol 3)
 */
export function textOfDescription(html: string): { text: string; isMarkup: boolean } {
  if (/<[a-z]/i.test(html.replace(/<br\s*\/?>/gi, ""))) return { text: html, isMarkup: true };
  const lines = html.replace(/<br\s*\/?>/gi, "\n");
  const parsed = new DOMParser().parseFromString(lines, "text/html");
  return { text: parsed.documentElement.textContent ?? "", isMarkup: false };
}

/** Plain text as a description that shows it as it is. */
export function htmlOfText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
