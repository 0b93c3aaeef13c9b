import type { Static, TObject, TSchema } from "@sinclair/typebox";
import type { Data, List, Success, Version } from "./envelope.ts";

/**
 * What a method answers. Its fields are declared once, as a TypeBox object, from which follow the type that `run` has to
 * return, both versions of the answer, and their schemas in `/openapi.json`. Beside TypeBox's own words a field may have
 * - `element: true`: in version 1 XML it is an element of its item, not an attribute (long text);
 * - `blank: true`: an optional field that version 1 has as an empty text where there is none, as the vendor does;
 * - `letters: true`: a boolean that version 2 writes as "t" or "f", as the vendor does.
 */
export type Output<Result> = {
  /** Of the fields' schema in the document; version 1's is this and `V1`. */
  name: string;
  fields: TObject;
  /** v1 JSON: the key of the object, or of a page's first item. A page stands under its plural as well. */
  key: string;
  paged: boolean;
  /** v2: what the items of a page are called beside `data`. */
  beside?: string | undefined;
  /** What goes into the envelope, beside the caller's level. */
  enclose(result: Result, version: Version): Omit<Success, "level"> | Omit<List, "level">;
};

export type Page<Item> = {
  items: Item[];
  /** Its number, from 1. */
  page: number;
  /** How many items a page has at most. */
  size: number;
  /** How many there are on all pages. */
  total: number;
  /** What a caller gives to get the next page, where there is one. */
  next?: string | undefined;
};

/** An answer of one object, with a sentence for people. */
export function object<Fields extends TObject>(declared: {
  name: string;
  key: string;
  message: string;
  fields: Fields;
}): Output<Static<Fields>> {
  const { key, message, fields } = declared;
  return {
    ...declared,
    paged: false,
    enclose: (data, version) => ({ message, key, data: written(fields, data as Data, version) }),
  };
}

/** An answer of a page of objects. */
export function pageOf<Fields extends TObject>(declared: {
  name: string;
  key: string;
  beside?: string;
  fields: Fields;
}): Output<Page<Static<Fields>>> {
  const { key, beside, fields } = declared;
  const elements = Object.entries<TSchema>(fields.properties)
    .filter(([, field]) => field["element"] === true)
    .map(([name]) => name);
  return {
    ...declared,
    paged: true,
    enclose: ({ items, ...page }, version) => ({
      ...page,
      key,
      beside,
      elements,
      items: items.map((item) => written(fields, item as Data, version)),
    }),
  };
}

function written(fields: TObject, data: Data, version: Version): Data {
  if (version === 1) return { ...data, ...blanks(fields, data) };
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const letters = typeof value === "boolean" && fields.properties[name]?.["letters"] === true;
      return [name, letters ? (value ? "t" : "f") : value];
    }),
  );
}

function blanks(fields: TObject, data: Data): Data {
  const missing = Object.entries<TSchema>(fields.properties).filter(
    ([name, field]) => field["blank"] === true && data[name] === undefined,
  );
  return Object.fromEntries(missing.map(([name]) => [name, ""]));
}
