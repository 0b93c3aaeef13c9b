import type { TestSite } from "../support/site.ts";

/** A JSON Schema, as far as the document uses it. */
export type Schema = {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema;
  maxProperties?: number;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  description?: string;
  examples?: unknown[];
};

type Field = { name: string; in: string; required: boolean; description: string; schema: Schema };
export type Media = { schema: Schema; examples?: Record<string, { value: unknown }> };
type Answer = {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
};
export type Documented = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: unknown[];
  parameters?: Field[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Answer>;
  callbacks?: Record<string, Record<string, Record<string, Documented>>>;
};
export type Spec = {
  openapi: string;
  servers: { url: string }[];
  tags: { name: string }[];
  "x-tagGroups": { name: string; tags: string[] }[];
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, Schema> };
};

/** What the app says of itself. */
export async function readSpec(site: TestSite): Promise<Spec> {
  return (await (await site.call("/openapi.json")).json()) as Spec;
}

export function operationAt(spec: Spec, path: string, method: string): Documented {
  const found = spec.paths[path]?.[method];
  if (!found) throw new Error(`${method} ${path} is not documented`);
  return found;
}

/**
 * What of a value is not as its schema says; a member that the schema does not name counts, too.
 * @param at where in the whole value, for the messages
 */
export function faults(spec: Spec, schema: Schema, value: unknown, at = "$"): string[] {
  if (schema.$ref) {
    const name = schema.$ref.replace("#/components/schemas/", "");
    const found = spec.components.schemas[name];
    return found ? faults(spec, found, value, at) : [`${schema.$ref} does not exist`];
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) {
    const tried = choices.map((choice) => faults(spec, choice, value, at));
    return tried.some((found) => found.length === 0) ? [] : tried.flat();
  }
  const found = ofType(schema, value).map((fault) => `${at}: ${fault}`);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) found.push(...value.flatMap((item) => faults(spec, items, item, `${at}[]`)));
  } else if (value !== null && typeof value === "object") {
    const { properties = {}, required = [], additionalProperties: more } = schema;
    for (const name of required) if (!(name in value)) found.push(`${at}.${name} is missing`);
    for (const [name, member] of Object.entries(value)) {
      const own = properties[name] ?? more;
      if (own) found.push(...faults(spec, own, member, `${at}.${name}`));
      else found.push(`${at}.${name} is not documented`);
    }
  }
  return found;
}

function ofType(schema: Schema, value: unknown): string[] {
  const { type, minimum = -Infinity, maximum = Infinity } = schema;
  const actual = Array.isArray(value)
    ? "array"
    : Number.isInteger(value) && type === "integer"
      ? "integer"
      : typeof value;
  const said = JSON.stringify(value);
  if (type !== undefined && type !== actual) return [`${said} is ${actual}, not ${type}`];
  if (schema.const !== undefined && schema.const !== value) return [`${said} is another constant`];
  if (schema.enum && !schema.enum.includes(value)) return [`${said} is not one of the words`];
  if (typeof value === "number" && !(value >= minimum && value <= maximum)) {
    return [`${said} is out of range`];
  }
  if (schema.pattern && typeof value === "string" && !new RegExp(schema.pattern).test(value)) {
    return [`${said} does not fit ${schema.pattern}`];
  }
  return [];
}
