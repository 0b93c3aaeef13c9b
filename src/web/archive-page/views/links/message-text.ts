/**
 * Plain text, as typed into the form, as the HTML that shows just that text: to the API the message of a link (its description)
 * is safe HTML.
 */
export function messageHtml(text: string): string {
  return text
    .trim()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/\r?\n/g, "<br>");
}

/** A message as plain text, without its markup. The parsed document is never shown, so that nothing in it runs or is fetched. */
export function messageText(html: string): string {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const end of body.querySelectorAll("br")) end.replaceWith("\n");
  for (const block of body.querySelectorAll("p, li, blockquote")) block.append("\n");
  return (body.textContent ?? "").trim();
}
