import type { Identified } from "../media/identify.ts";
import { isOfMedia, typeIsIn, UNRECOGNIZED } from "../media/types.ts";
import { Problem } from "../problem.ts";
import type { UploadToken } from "../records/records.ts";
import { formatLimit } from "../units.ts";

/** Whether the server's list and the token's, where it has one, both take a type. */
export type TypeRule = { server: readonly string[]; token: readonly string[] | null };

export function typesOf(token: UploadToken | undefined, server: readonly string[]): TypeRule {
  return { server, token: token?.types ?? null };
}

/**
 * The type of a file that may become a photo.
 * @throws Problem file_not_supported, naming what it is and what is taken
 */
export function requireType(found: Identified, rule: TypeRule): string {
  const type = found?.known ? found.type : UNRECOGNIZED;
  if (typeIsIn(type, rule.server) && (!rule.token || typeIsIn(type, rule.token))) return type;
  const taken = rule.token ?? rule.server;
  const onlyMedia = taken.every(isOfMedia);
  const unrecognized = onlyMedia ? "not a photo or video" : "of no type that is recognized";
  throw new Problem(
    "file_not_supported",
    `The file type is not supported: this is ${found?.known ? type : unrecognized}. ${takenWords(taken, onlyMedia)} taken.`,
  );
}

/** How many types are named one by one. */
const NAMED = 8;

function takenWords(taken: readonly string[], onlyMedia: boolean): string {
  if (taken.length <= NAMED) return `${taken.join(", ")} ${taken.length > 1 ? "are" : "is"}`;
  return onlyMedia
    ? "Photos and videos are"
    : `${taken.slice(0, NAMED).join(", ")} and ${taken.length - NAMED} others are`;
}

/** The largest file that a token takes, in bytes. */
export function maxSizeOf(token: UploadToken | undefined, serverMax: number): number {
  return Math.min(token?.maxSize ?? serverMax, serverMax);
}

/** The problem of a file that is larger than `max` bytes; undefined where it is not. */
export function tooLarge(size: number, max: number): Problem | undefined {
  if (size <= max) return undefined;
  return new Problem(
    "file_too_large",
    `The file is too large: at most ${formatLimit(max)} (${max} bytes) are taken.`,
  );
}

/** @throws Problem file_too_large */
export function requireSize(size: number, max: number): void {
  const problem = tooLarge(size, max);
  if (problem) throw problem;
}

/** What a request with several files is told: one makes one photo, and has one answer. */
export function moreThanOneFile(): Problem {
  return new Problem(
    "invalid_input",
    "There is more than one file in the form: send one file with a request.",
  );
}

/** What a form is told whose file is not there, or is none. */
export const missingFile = {
  absent: "The file is missing: send it in the field 'file'.",
  notChosen: "No file was chosen: choose one, and send the form again.",
  text: "The field 'file' holds text, not a file: an HTML form needs enctype='multipart/form-data', curl an @ before the file's name.",
};
