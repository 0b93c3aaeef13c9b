import { Type, type TObject, type TSchema } from "@sinclair/typebox";
import type { DocumentDecoration } from "elysia";

export type Example = { summary: string; value: unknown };
export type MediaType = { schema: TSchema; examples?: Record<string, Example> };
export type Content = Record<string, MediaType>;
export type Answer = {
  description: string;
  headers?: Record<string, { description: string; schema: TSchema }>;
  content?: Content;
};

export type Parameter = {
  name: string;
  in: "query" | "path";
  required: boolean;
  description: string;
  schema: TSchema;
};

export type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: { description?: string; required: boolean; content: Content };
  responses: Record<number, Answer>;
  /** Empty: the method takes no credential. */
  security: Record<string, string[]>[];
};

/** A route's `detail`. Elysia types it as OpenAPI 3.0; we write 3.1, whose schemas are JSON Schema. */
export function operation(described: Operation): DocumentDecoration {
  return described as unknown as DocumentDecoration;
}

/** The same method by another verb or in another version needs another id. */
export function operationId(name: string, version: 1 | 2, by = ""): string {
  return name + by + (version === 1 ? "V1" : "");
}

/** A method's TypeBox schema as query or path parameters. */
export function parameters(schema: TObject, place: Parameter["in"] = "query"): Parameter[] {
  return Object.entries<TSchema>(schema.properties).map(([name, property]) => {
    const { description = "", ...rest } = documented(property);
    const required = schema.required?.includes(name) ?? false;
    return { name, in: place, required, description, schema: rest as TSchema };
  });
}

/** A method's TypeBox schema as the fields of a form. */
export function form(schema: TObject, ...types: string[]): Content {
  const fields = Object.entries<TSchema>(schema.properties).map(([name, property]) => [
    name,
    documented(property),
  ]);
  const whole = { ...schema, properties: Object.fromEntries(fields) as TObject["properties"] };
  return Object.fromEntries(types.map((type) => [type, { schema: whole }]));
}

/** A line of text, with what it may be. */
export function text(
  description: string,
  examples: Record<string, Example>,
  headers?: Answer["headers"],
): Answer {
  const content = { "text/plain": { schema: Type.String(), examples } };
  return headers ? { description, headers, content } : { description, content };
}

/** Without what is for our own use: the words of error messages (parameters.ts), and bounds that bound nothing. */
function documented(property: TSchema): TSchema {
  const { allowed: _, maximum, ...rest } = property;
  const bound = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum };
  return { ...rest, ...bound } as TSchema;
}
