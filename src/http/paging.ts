import { Type } from "@sinclair/typebox";
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

export const idInput = (description: string, example: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description,
      examples: [example],
    }),
  );

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
      maximum: 200,
      default: 50,
      description: `${things} in an answer.`,
      examples: [20],
    }),
  ),
});

/** Where there are more than an answer has. */
export const nextField = Type.String({
  description: "For `after`, where there are more; empty where there are none.",
});

/** @throws Problem invalid_input for an `after` that no list has given whose things follow one another by their ids */
export function readAfter(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new Problem("invalid_input", "after must be what an answer of this list gave as next.");
}
