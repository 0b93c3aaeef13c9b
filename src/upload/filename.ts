/** Longest name that is kept: what file systems take, so that a download has it whole. */
const MAX_CHARACTERS = 255;

/**
 * The name of a file as its owner knows it: the last segment of any path, without control
 * characters. It is shown and offered for download, never used as a path.
 */
export function cleanFilename(name: string | undefined): string {
  const last = (name ?? "").split(/[/\\]/).at(-1) ?? "";
  const visible = last
    .toWellFormed()
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, "")
    .trim();
  return [...visible].slice(0, MAX_CHARACTERS).join("");
}
