/**
 * The message of a link is safe HTML to the API. Whoever types one here types plain text: it becomes HTML that shows just that,
 * and comes back as text.
 */
export function messageHtml(text: string): string {
  return text
    .trim()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/\r?\n/g, "<br>");
}

/** What a message says, without its markup. Nothing of it runs or is fetched: the document is nowhere shown. */
export function messageText(html: string): string {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const end of body.querySelectorAll("br")) end.replaceWith("\n");
  for (const block of body.querySelectorAll("p, li, blockquote")) block.append("\n");
  return (body.textContent ?? "").trim();
}
