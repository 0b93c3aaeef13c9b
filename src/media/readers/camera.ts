/**
 * Maker and model as one name. Many models begin with their maker ("NIKON CORPORATION", "NIKON D850"), which is not said twice.
 * @returns null where neither says anything
 */
export function cameraName(maker: string | null, model: string | null): string | null {
  const [make, type] = [oneLine(maker), oneLine(model)];
  const first = make.split(" ")[0] ?? "";
  const named = type.toLowerCase().startsWith(first.toLowerCase()) ? type : `${make} ${type}`;
  return [...(type === "" ? make : named).trim()].slice(0, 100).join("").trim() || null;
}

/** Without what is no letter, mark, number, sign or blank: control characters, and those that turn a line's direction. */
function oneLine(text: string | null): string {
  return (text ?? "")
    .slice(0, 1000)
    .toWellFormed()
    .replace(/[\p{C}\p{Z}\ufffd]+/gu, " ")
    .trim();
}
