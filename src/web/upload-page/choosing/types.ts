/**
 * May a file of this type be sent? `type` is what the browser says; it says nothing ("") about
 * files it does not know, and those pass: the server judges by content. As on the server,
 * `image/*` never includes SVG, which is a document with scripts in it.
 */
export function typeMatches(type: string, allowed: readonly string[]): boolean {
  const given = bareType(type);
  if (given === "" || allowed.length === 0 || takesAnything(allowed)) return true;
  return allowed.some((entry) => {
    const range = bareType(entry);
    if (!range.endsWith("/*")) return range === given;
    return given.startsWith(range.slice(0, -1)) && given !== "image/svg+xml";
  });
}

/** Whether a file that the server recognizes nothing in is taken: then what a browser calls it decides nothing. */
export function takesAnything(allowed: readonly string[]): boolean {
  return allowed.some((entry) =>
    ["*/*", "application/*", "application/octet-stream"].includes(bareType(entry)),
  );
}

/** The value of a file input's `accept`: empty where anything may be chosen. */
export function acceptAttribute(allowed: readonly string[]): string {
  return takesAnything(allowed) ? "" : allowed.map(bareType).join(",");
}

/** What people would call all that is taken. */
export function kindOfAll(allowed: readonly string[]): "images" | "videos" | "media" | "files" {
  if (allowed.length === 0 || takesAnything(allowed)) return "files";
  const families = new Set(allowed.map((type) => bareType(type).split("/")[0]));
  const [images, videos] = [families.delete("image"), families.delete("video")];
  if (families.size > 0) return "files";
  if (images && videos) return "media";
  return images ? "images" : "videos";
}

const names: Record<string, string> = {
  "image/jpeg": "JPEG",
  "image/svg+xml": "SVG",
  "image/vnd.microsoft.icon": "ICO",
  "video/quicktime": "QuickTime",
  "video/x-matroska": "Matroska",
  "video/x-msvideo": "AVI",
  "video/mpeg": "MPEG",
  "audio/mpeg": "MP3",
  "application/pdf": "PDF",
};

/** "video/mp4" -> "MP4"; what a person would call it, in any language. */
export function nameType(type: string): string {
  const known = names[bareType(type)];
  if (known !== undefined) return known;
  const subtype = bareType(type).split("/")[1] ?? type;
  if (subtype === "*") return bareType(type);
  if (subtype === "webp") return "WebP";
  if (subtype === "webm") return "WebM";
  // "vnd.openxmlformats-..." shouted in capitals is no help to anyone.
  return subtype.length > 8 ? subtype : subtype.replace(/^x-/, "").toUpperCase();
}

/** Without its parameters. */
export function bareType(type: string): string {
  return (type.split(";")[0] ?? "").trim().toLowerCase();
}
