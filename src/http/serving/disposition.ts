import { SHOWN_TYPES } from "../../shown-types.ts";
import { nameWithExtension } from "../../media/extension.ts";

/** Whether a file of this type may be shown in the browser's window when that is asked for (`inline`), and not only saved. */
export function mayBeShown(type: string): boolean {
  return SHOWN_TYPES.has(type);
}

/**
 * A Content-Disposition (RFC 6266): plain letters for everybody, the whole name for those who read UTF-8.
 * @param name as its owner had it: anything
 * @param type the media type found in the bytes, which decides about the name's ending
 */
export function disposition(way: "inline" | "attachment", name: string, type: string): string {
  const ending = nameWithExtension(name, type);
  const plain = ending.replace(/[^\x20-\x7e]/g, "_").replace(/["\\%]/g, "_");
  const whole = encodeURIComponent(ending.toWellFormed()).replace(/['()*]/g, (letter) => {
    return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `${way}; filename="${plain}"; filename*=UTF-8''${whole}`;
}
