import { UNRECOGNIZED } from "./types.ts";

const words = (text: string) => text.split(" ");

/** Extensions that a file of a type may have; the first is given to one that has none of them. */
const EXTENSIONS: Record<string, readonly string[]> = {
  "image/jpeg": ["jpg", "jpeg", "jpe", "jfif"],
  "image/png": ["png", "apng"],
  "image/apng": ["png", "apng"],
  "image/gif": ["gif"],
  "image/webp": ["webp"],
  "image/avif": ["avif"],
  "image/heic": ["heic", "heif", "hif"],
  "image/heic-sequence": ["heic", "heif", "hif"],
  "image/heif": ["heif", "heic", "hif"],
  "image/heif-sequence": ["heif", "heic", "hif"],
  "image/jxl": ["jxl"],
  // Many a camera's own format begins as a TIFF does.
  "image/tiff": ["tif", "tiff", "dng", "nef", "arw", "cr2", "orf", "pef", "srw", "3fr", "erf"],
  "image/bmp": ["bmp", "dib"],
  "image/x-adobe-dng": ["dng"],
  "image/x-canon-cr2": ["cr2"],
  "image/x-canon-cr3": ["cr3"],
  "image/x-fujifilm-raf": ["raf"],
  "image/x-nikon-nef": ["nef"],
  "image/x-olympus-orf": ["orf"],
  "image/x-panasonic-rw2": ["rw2"],
  "image/x-sony-arw": ["arw"],
  "image/vnd.adobe.photoshop": ["psd"],
  "image/x-icon": ["ico"],
  "video/mp4": ["mp4", "m4v", "mp4v", "mov"],
  "video/x-m4v": ["m4v", "mp4"],
  "video/quicktime": ["mov", "qt"],
  "video/webm": ["webm"],
  "video/matroska": ["mkv"],
  "video/x-matroska": ["mkv"],
  "video/vnd.avi": ["avi"],
  "video/x-msvideo": ["avi"],
  "video/x-ms-asf": ["wmv", "asf"],
  "video/mpeg": ["mpg", "mpeg", "mpe", "m1v", "m2v", "vob"],
  "video/mp1s": ["mpg", "mpeg"],
  "video/mp2p": ["mpg", "mpeg", "vob"],
  "video/mp2t": ["ts", "mts", "m2ts", "m2t"],
  "video/ogg": ["ogv", "ogg"],
  "video/3gpp": ["3gp", "3gpp"],
  "video/3gpp2": ["3g2", "3gpp2"],
  "video/x-flv": ["flv"],
  // What an operator may take beside photos and videos. Archives that documents are made of keep their names.
  "application/pdf": ["pdf", "ai"],
  "application/zip": words("zip docx xlsx pptx odt ods odp odg epub pages numbers key kmz 3mf cbz"),
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ["docx"],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ["xlsx"],
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": ["pptx"],
  "application/vnd.oasis.opendocument.text": ["odt"],
  "application/vnd.oasis.opendocument.spreadsheet": ["ods"],
  "application/vnd.oasis.opendocument.presentation": ["odp"],
  "application/vnd.oasis.opendocument.graphics": ["odg"],
  "application/vnd.apple.pages": ["pages"],
  "application/vnd.apple.numbers": ["numbers"],
  "application/vnd.apple.keynote": ["key"],
  "application/epub+zip": ["epub"],
  // Documents of older offices, and installers: those do not get their name back.
  "application/x-cfb": ["bin", "doc", "xls", "ppt", "msg", "vsd"],
  "application/postscript": ["ps", "eps", "ai"],
  "application/gzip": ["gz", "tgz"],
  "application/x-bzip2": ["bz2"],
  "application/x-rar-compressed": ["rar"],
  "application/x-indesign": ["indd"],
  "application/x-blender": ["blend"],
  "application/dicom": ["dcm"],
  "application/ogg": ["ogx", "ogg"],
  "audio/mpeg": ["mp3", "mp2", "mpga"],
  "audio/mp4": ["m4a", "m4b", "mp4"],
  "audio/x-m4a": ["m4a"],
  "audio/ogg": ["ogg", "oga", "opus"],
  "audio/aiff": ["aif", "aiff"],
  "audio/midi": ["mid", "midi"],
  "audio/x-ms-asf": ["wma", "asf"],
  "text/calendar": ["ics"],
  "text/vcard": ["vcf"],
  "model/gltf-binary": ["glb"],
  // Words and numbers that nothing runs. Markup and programs are unrecognized too, and do not get their name back.
  [UNRECOGNIZED]: words(
    "bin dat txt text log md csv tsv json yaml yml tex bib srt ics vcf dwg dxf obj stl",
  ),
};

/**
 * The name under which a file is offered: it ends in an extension of the type that was found in its bytes,
 * so that no program opens it as something else. A bitmap may begin `BM<script>` and be called `x.html`.
 * @param type the media type found
 * @param most longest name, in characters
 */
export function nameWithExtension(name: string, type: string, most = 255): string {
  const allowed = EXTENSIONS[type] ?? [unlistedExtension(type)];
  const own = /\.([^.]*)$/.exec(name)?.[1]?.toLowerCase();
  if (own !== undefined && allowed.includes(own)) return name;
  const extension = `.${allowed[0]}`;
  return [...name].slice(0, most - extension.length).join("") + extension;
}

/** A type that only a site with a range such as `image/*` or `*\/*` takes. */
function unlistedExtension(type: string): string {
  const subtype = type.replace(/^.*\/(x-|vnd\.)?/, "");
  // Markup that a browser would run never gets its name back.
  return /^[a-z0-9]{2,8}$/.test(subtype) && !subtype.endsWith("ml") ? subtype : "bin";
}
