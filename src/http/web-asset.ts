import { webAssets } from "../web/assets.ts";

/** Made at the first request that takes it, and kept: a name's content never changes. */
const compressed = new Map<string, Uint8Array<ArrayBuffer>>();

/** The answer to `/web-assets/<name>`, compressed for whoever takes that. */
export function serveWebAsset(name: string, request: Request): Response {
  const asset = webAssets.get(name);
  if (!asset) return new Response("There is nothing at this address.", { status: 404 });
  const headers = {
    "content-type": asset.type,
    "x-content-type-options": "nosniff",
    // The names have a hash of the content in them.
    "cache-control": "public, max-age=31536000, immutable",
    vary: "Accept-Encoding",
  };
  if (typeof asset.body !== "string" || !takesGzip(request.headers.get("accept-encoding")))
    return new Response(asset.body, { headers });
  const body = compressed.get(name) ?? Bun.gzipSync(asset.body, { level: 9 });
  compressed.set(name, body);
  return new Response(body, { headers: { ...headers, "content-encoding": "gzip" } });
}

/** Accept-Encoding names it, and not with `q=0`, which refuses it (RFC 9110, 12.5.3). */
export function takesGzip(accepted: string | null): boolean {
  for (const one of (accepted ?? "").split(",")) {
    const [coding = "", ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    if (coding !== "gzip") continue;
    return !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  }
  return false;
}
