import type { TObject, TProperties, TSchema, Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Problem } from "../problem.ts";
import { quote, type Params } from "../upload/params.ts";

/**
 * Reads a method's parameters by its TypeBox schema: strings as they come, whole numbers and flags
 * from their text. An empty or blank parameter counts as absent: forms send all their fields. It is read as
 * empty text where the property says `mayBeEmpty`.
 * @throws Problem invalid_input naming the parameter, what it may be and what it was
 */
export function readParameters<Properties extends TProperties>(
  schema: TObject<Properties>,
  params: Params,
): Static<TObject<Properties>> {
  const read: Record<string, unknown> = {};
  const required = (schema.required ?? []) as readonly string[];
  for (const [name, property] of Object.entries<TSchema>(schema.properties)) {
    const text = params.get(name);
    if (text?.trim() === "" && property["mayBeEmpty"] === true) {
      read[name] = "";
      continue;
    }
    if (text === undefined || text.trim() === "") {
      if (property["default"] !== undefined) read[name] = property["default"];
      else if (required.includes(name)) {
        throw new Problem("invalid_input", `${name} is missing: it must be ${allowed(property)}.`);
      }
      continue;
    }
    const value = decode(property, text.trim(), text);
    if (value === undefined || !Value.Check(property, value)) {
      throw new Problem(
        "invalid_input",
        `${name} must be ${allowed(property)}${property["secret"] ? "" : `, not ${quote(text)}`}.`,
      );
    }
    read[name] = value;
  }
  return read as Static<TObject<Properties>>;
}

/** The parameters that a schema does not name, as they came. */
export function readOthers(schema: TObject, params: Params): Params {
  return new Map([...params].filter(([name]) => !Object.hasOwn(schema.properties, name)));
}

const FLAGS: Record<string, boolean> = {
  "1": true,
  true: true,
  t: true,
  "0": false,
  false: false,
  f: false,
};

function decode(property: TSchema, text: string, whole: string): unknown {
  if (property["type"] === "integer") return /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
  if (property["type"] === "boolean") return FLAGS[text.toLowerCase()];
  // Text keeps its spaces where they may matter; addresses and names of things do not have any.
  return property["pattern"] ? text : whole;
}

function allowed(property: TSchema): string {
  if (typeof property["allowed"] === "string") return property["allowed"];
  if (property["type"] === "boolean") return "1 or 0";
  if (property["type"] === "integer") {
    const { minimum, maximum } = property;
    return maximum === undefined
      ? `a whole number from ${minimum ?? 0}`
      : `a whole number from ${minimum} to ${maximum}`;
  }
  return property["maxLength"] ? `text of at most ${property["maxLength"]} characters` : "text";
}
