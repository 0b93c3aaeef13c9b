import { Type, type TSchema } from "@sinclair/typebox";
import { MOST_FOLLOWING } from "../api-limits.ts";
import { Problem } from "../problem.ts";

/** The parameters of a page of so many at most (protocol 6). */
export const pageInput = (things: string, most = 100) => ({
  p: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 1,
      description: "Page, from 1.",
      examples: [2],
    }),
  ),
  size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: most,
      default: 20,
      description: `${things} on a page.`,
      examples: [50],
    }),
  ),
});

/** One of several words, as TypeBox checks it and an error message says it. */
export const oneWordOf = (
  words: readonly string[],
  description: string,
  example: string,
  alas = "",
) =>
  Type.Optional(
    Type.String({
      pattern: `^(${words.join("|")})$`,
      allowed: `${words.slice(0, -1).join(", ")} or ${words.at(-1)}${alas}`,
      description: `${description} One of ${words.map((word) => `\`${word}\``).join(", ")}.`,
      examples: [example],
    }),
  );

export const orderInput = (ascending: string) =>
  oneWordOf(["desc", "asc"], `The direction. ${ascending}`, "asc");

/** A parameter that is 0 or 1. */
export const flagInput = (description: string) =>
  Type.Optional(Type.Boolean({ description, examples: [true] }));

export const idInput = (description: string, example: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description,
      examples: [example],
    }),
  );

/** How many things such a list answers unless a call says how many. */
const USUAL_FOLLOWING = 50;

/** The parameters of a list whose pages follow one another, newest first: each answer says what the next one is. */
export const followingInput = (things: string, example: string) => ({
  after: Type.Optional(
    Type.String({
      maxLength: 100,
      pattern: "^[\\w.-]+$",
      allowed: "what an answer gave as next",
      description: "The `next` of an answer: those behind its own.",
      examples: [example],
    }),
  ),
  size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MOST_FOLLOWING,
      default: USUAL_FOLLOWING,
      description: `${things} in an answer.`,
      examples: [20],
    }),
  ),
});

/** What such a list answers. */
export const followingFields = <Item extends TSchema>(item: Item) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.String({
      description: "For `after`, where there are more; empty where there are none.",
    }),
  });

/** How many things are asked for. */
export function itemsOnPage({ size = USUAL_FOLLOWING }: { size?: number }): number {
  return size;
}

/**
 * An answer of things of which one more was looked for than are asked for.
 * @param placeOf what the next page is asked for by, where a thing is the last one of its page
 */
export function cutPage<Thing>(
  found: readonly Thing[],
  size: number,
  placeOf: (last: Thing) => string,
): { shown: Thing[]; next: string } {
  const shown = found.slice(0, size);
  const last = shown.at(-1);
  return { shown, next: last !== undefined && found.length > size ? placeOf(last) : "" };
}

/** @throws Problem invalid_input for an `after` that no list has given whose things follow one another by their ids */
export function readAfter(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new Problem("invalid_input", "after must be what an answer of this list gave as next.");
}

/** What `readAfter` reads. @param id the last one of a page; undefined where nothing follows */
export function writeAfter(id: number | undefined): string {
  return id === undefined ? "" : String(id);
}
