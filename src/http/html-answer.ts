/** Headers that every page decides on: what it may load, who learns its address, and for how long whoever may keep it. */
type PageHeaders = Record<"content-security-policy" | "referrer-policy" | "cache-control", string>;

/** A page that people see. */
export function htmlAnswer(
  html: string,
  status: number,
  headers: PageHeaders & Record<string, string>,
): Response {
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}
