import { Type } from "@sinclair/typebox";

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
