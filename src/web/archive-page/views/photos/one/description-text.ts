/**
 * A description as it is edited. One without tags is edited as plain text; one with tags as the HTML that it is, so that editing
 * loses none of them. The parsed document is never shown, so that no script in it runs and no picture is loaded.
 * @param html safe HTML (protocol 3)
 */
export function textOfDescription(html: string): { text: string; isMarkup: boolean } {
  if (/<[a-z]/i.test(html.replace(/<br\s*\/?>/gi, ""))) return { text: html, isMarkup: true };
  const lines = html.replace(/<br\s*\/?>/gi, "\n");
  const parsed = new DOMParser().parseFromString(lines, "text/html");
  return { text: parsed.documentElement.textContent ?? "", isMarkup: false };
}

/** Plain text as the HTML of a description that shows just that text. */
export function htmlOfText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
