import type { Identified } from "../media/identify.ts";
import { typeIsIn } from "../media/types.ts";
import { Problem } from "../problem.ts";
import type { UploadToken } from "../records/records.ts";
import { formatBytes } from "../units.ts";

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
  const taken = rule.token ?? rule.server;
  const words =
    taken.length > 8
      ? "Photos and videos are"
      : `${taken.join(", ")} ${taken.length > 1 ? "are" : "is"}`;
  if (!found?.known) {
    throw new Problem(
      "file_not_supported",
      `The file type is not supported: this is not a photo or video. ${words} taken.`,
    );
  }
  const allowed =
    typeIsIn(found.type, rule.server) && (!rule.token || typeIsIn(found.type, rule.token));
  if (!allowed) {
    throw new Problem(
      "file_not_supported",
      `The file type is not supported: this is ${found.type}. ${words} taken.`,
    );
  }
  return found.type;
}

/** The largest file that a token takes, in bytes. */
export function maxSizeOf(token: UploadToken | undefined, serverMax: number): number {
  return Math.min(token?.maxSize ?? serverMax, serverMax);
}

/** @throws Problem file_too_large */
export function requireSize(size: number, max: number): void {
  if (size <= max) return;
  throw new Problem(
    "file_too_large",
    `The file is too large: at most ${formatBytes(max)} (${max} bytes) are taken.`,
  );
}
