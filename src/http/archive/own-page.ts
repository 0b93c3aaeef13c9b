/**
 * Whether a request comes from a page of this server itself, as far as browsers say. They say it of every form and script of another
 * site, and of another port or subdomain, whose requests SameSite lets through. What says nothing is no browser of these years.
 * @param publicUrl address under which browsers reach the site; what the Host header says is the server's own, too
 */
export function isOwnPage(request: Request, publicUrl: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const origin = request.headers.get("origin");
  return origin === null || isOwnOrigin(origin, request, publicUrl);
}

function isOwnOrigin(origin: string, request: Request, publicUrl: string): boolean {
  const from = URL.parse(origin);
  // "null": of a sandboxed page, perhaps of a file that this server sends.
  if (!from) return false;
  if (from.origin === new URL(publicUrl).origin) return true;
  // A proxy may have taken TLS off: the scheme is not compared.
  return from.host === new URL(request.url).host;
}
