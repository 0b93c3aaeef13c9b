import { randomName } from "../random.ts";

const LENGTH = 24;
const RANDOM = /^[0-9A-Za-z]{24}$/;
/** Earlier versions named an upload's file by its id. */
const LEGACY = /^[1-9]\d{0,15}$/;

/** A name for an upload's file, which no file has had and none will have again. */
export function newFileName(): string {
  return randomName(LENGTH);
}

/** Whether a file of this name may be an upload's; others in its folder are left alone. */
export function isFileName(name: string): boolean {
  return RANDOM.test(name) || (LEGACY.test(name) && Number.isSafeInteger(Number(name)));
}

/** Before a name becomes a part of a path. @throws Error where it is none of ours */
export function requireFileName(name: string): string {
  if (isFileName(name)) return name;
  throw new Error(`${JSON.stringify(name)} is no name of an upload's file`);
}

/**
 * How an upload's file is named among the photos: as before. Earlier versions, which named an upload's file
 * by its id, had one name for all originals.
 */
export function originalName(file: string): string {
  return LEGACY.test(requireFileName(file)) ? "original" : file;
}
