import { listWords } from "./wording.ts";

/**
 * May a file of this type be sent? `type` is what the browser says; it says nothing ("") about
 * files it does not know, and those pass: the server judges by content. As on the server,
 * `image/*` never includes SVG, which is a document with scripts in it.
 */
export function typeMatches(type: string, allowed: readonly string[]): boolean {
  const given = bare(type);
  if (given === "" || allowed.length === 0 || takesAnything(allowed)) return true;
  return allowed.some((entry) => {
    const range = bare(entry);
    if (!range.endsWith("/*")) return range === given;
    return given.startsWith(range.slice(0, -1)) && given !== "image/svg+xml";
  });
}

/** Whether a file that the server recognizes nothing in is taken: then what a browser calls it decides nothing. */
function takesAnything(allowed: readonly string[]): boolean {
  return allowed.some((entry) =>
    ["*/*", "application/*", "application/octet-stream"].includes(bare(entry)),
  );
}

/** The value of a file input's `accept`: empty where anything may be chosen. */
export function acceptAttribute(allowed: readonly string[]): string {
  return takesAnything(allowed) ? "" : allowed.map(bare).join(",");
}

const groups: Record<string, string> = { image: "images", video: "videos", audio: "audio files" };

const names: Record<string, string> = {
  "image/jpeg": "JPEG",
  "image/svg+xml": "SVG",
  "image/vnd.microsoft.icon": "icon",
  "video/quicktime": "QuickTime",
  "video/x-matroska": "Matroska",
  "video/x-msvideo": "AVI",
  "video/mpeg": "MPEG",
  "audio/mpeg": "MP3",
  "application/pdf": "PDF",
};

/** ["image/*", "video/mp4"] -> "images and MP4 videos". A long list is named by its group only. */
export function describeTypes(allowed: readonly string[], mostNames = 4): string {
  if (takesAnything(allowed)) return "files of any type";
  const families = new Map<string, string[]>();
  for (const type of allowed.map(bare)) {
    const family = type.split("/")[0] ?? "";
    families.set(family, [...(families.get(family) ?? []), type]);
  }
  if (families.size === 0) return "files of any type";
  return listWords(
    [...families].map(([family, types]) => {
      const group = groups[family] ?? "files";
      if (types.includes(`${family}/*`) && groups[family] !== undefined) return group;
      if (types.length > mostNames && groups[family] !== undefined) return group;
      return `${listWords(types.map(nameType))} ${group}`;
    }),
  );
}

/** "video/mp4" -> "MP4"; what a person would call it. */
export function nameType(type: string): string {
  const known = names[bare(type)];
  if (known !== undefined) return known;
  const subtype = bare(type).split("/")[1] ?? type;
  if (subtype === "*") return bare(type);
  if (subtype === "webp") return "WebP";
  if (subtype === "webm") return "WebM";
  // "vnd.openxmlformats-..." shouted in capitals is no help to anyone.
  return subtype.length > 8 ? subtype : subtype.replace(/^x-/, "").toUpperCase();
}

function bare(type: string): string {
  return (type.split(";")[0] ?? "").trim().toLowerCase();
}
