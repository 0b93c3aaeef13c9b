import { resolve } from "node:path";

/** Word of the setting for no ffmpeg, whether one is installed or not. */
const OFF = "off";

/**
 * The path of ffmpeg, by which posters of videos and HEIC pictures are made.
 * @param named a path or name, or `off`; undefined for the one in PATH, where there is one
 * @returns null where there is none, undefined where the one that is named is not there
 */
export function findFfmpeg(named: string | undefined): string | null | undefined {
  if (named === OFF) return null;
  const found = Bun.which(named ?? "ffmpeg");
  if (found) return resolve(found);
  return named === undefined ? null : undefined;
}
