import { Type } from "@sinclair/typebox";
import { noSuchPhoto } from "../../problem.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";

/** The parameter that names the one photo which a method is about. */
export const photoId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "The photo or video.",
  examples: [EXAMPLE.photo.id],
});

/** The parameter that names up to so many photos. */
export const photoIdsInput = (most: number) =>
  Type.String({
    pattern: `^\\d{1,15}(\\s*,\\s*\\d{1,15}){0,${most - 1}}$`,
    allowed: `one id or several, comma separated, at most ${most}`,
    description: `The photos or videos: one id or several, comma separated, at most ${most}.`,
    examples: [`${EXAMPLE.photo.id},${EXAMPLE.photo.id + 1}`],
  });

/** Each once, in the order in which they were named. */
export function readPhotoIds(text: string): number[] {
  return [...new Set(text.split(",").map(Number))];
}

/** The answer of a method that says no more than that it is done. */
export const done = (name: string, message: string) =>
  object({ name, key: "photo", message, fields: Type.Object({}) });

export const refusedUnknownPhoto = {
  problem: noSuchPhoto,
  when: "There is no such photo, or it is in the trash.",
};
