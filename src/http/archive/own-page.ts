/**
 * Whether a request comes from a page of this server itself, by the headers `Sec-Fetch-Site` and `Origin`. Every current browser
 * sends them with forms and scripts of other sites, and of other ports and subdomains, from which SameSite does not protect. A
 * request with neither is not a browser's.
 * @param publicUrl address under which browsers reach the site; the address in the Host header counts as the server's own, too
 */
export function isOwnPage(request: Request, publicUrl: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const origin = request.headers.get("origin");
  return origin === null || isOwnOrigin(origin, request, publicUrl);
}

/**
 * The web origin of another site's page that a request comes from, for what is good for one origin alone (protocol 5): null where it is a
 * page of this server itself, or no browser's.
 */
export function foreignOrigin(request: Request, publicUrl: string): string | null {
  return isOwnPage(request, publicUrl) ? null : request.headers.get("origin");
}

function isOwnOrigin(origin: string, request: Request, publicUrl: string): boolean {
  const from = URL.parse(origin);
  // "null" is the origin of sandboxed pages, such as a file that this server sends.
  if (!from) return false;
  if (from.origin === new URL(publicUrl).origin) return true;
  // The scheme is not compared: a proxy may have ended TLS, so that this server sees http where the browser has https.
  return from.host === new URL(request.url).host;
}
