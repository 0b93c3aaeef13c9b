import { Type } from "@sinclair/typebox";
import { Problem } from "../../problem.ts";
import type { PhotoOrder, PhotoPlace } from "../../records/records.ts";
import { EXAMPLE } from "../examples.ts";

/** A parameter that is a place in the list. */
export const placeInput = (description: string) =>
  Type.Optional(
    Type.String({
      maxLength: 8192,
      pattern: "^[\\w-]+$",
      allowed: "what an answer gave as next, or as the after of a segment",
      description,
      examples: [writePlace("published", { key: EXAMPLE.photo.createdAt, id: EXAMPLE.photo.id })],
    }),
  );

/** A place in the list as callers get and give it: it says nothing to them (protocol 6). */
export function writePlace(order: PhotoOrder, { key, id }: PhotoPlace): string {
  return Buffer.from(JSON.stringify([order, key, id])).toString("base64url");
}

/**
 * @param name of the parameter
 * @throws Problem invalid_input for what no list of this order has given
 */
export function readPlace(name: "after" | "until", order: PhotoOrder, text: string): PhotoPlace {
  const [of, key, id] = parsed(text);
  const isKey = order === "title" ? typeof key === "string" : Number.isSafeInteger(key);
  if (of === order && isKey && Number.isSafeInteger(id)) {
    return { key: key as string | number, id: id as number };
  }
  throw new Problem(
    "invalid_input",
    `${name} must be what an answer of this list with the same orderby gave as next, or as the after of a segment.`,
  );
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
