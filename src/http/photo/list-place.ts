import { Problem } from "../../problem.ts";
import type { PhotoOrder, PhotoPlace } from "../../records/records.ts";

/** A place in the list as callers get and give it: it says nothing to them (protocol 6). */
export function writePlace(order: PhotoOrder, { key, id }: PhotoPlace): string {
  return Buffer.from(JSON.stringify([order, key, id])).toString("base64url");
}

/** @throws Problem invalid_input for what no list of this order has given */
export function readPlace(order: PhotoOrder, text: string): PhotoPlace {
  const [of, key, id] = parsed(text);
  const isKey = order === "title" ? typeof key === "string" : Number.isSafeInteger(key);
  if (of === order && isKey && Number.isSafeInteger(id)) {
    return { key: key as string | number, id: id as number };
  }
  throw new Problem(
    "invalid_input",
    "after must be what an answer of this list with the same orderby gave as next.",
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
