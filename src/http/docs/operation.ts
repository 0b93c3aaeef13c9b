import { Type, type TObject, type TSchema } from "@sinclair/typebox";
import type { DocumentDecoration } from "elysia";
import type { Own } from "./own.ts";

export type Example = { summary: string; value: unknown };
export type MediaType = {
  schema: TSchema;
  example?: unknown;
  examples?: Record<string, Example>;
};
export type Content = Record<string, MediaType>;
export type DescribedAnswer = {
  description: string;
  headers?: Record<string, { description: string; schema: TSchema }>;
  content?: Content;
};

export type Parameter = {
  name: string;
  in: "query" | "path" | "header";
  required: boolean;
  description: string;
  schema: TSchema;
  style?: "form";
  explode?: boolean;
  example?: unknown;
};

export type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: { description?: string; required: boolean; content: Content };
  /** By status. */
  responses: Record<string, DescribedAnswer>;
  /** Empty: the method takes no credential. */
  security: Record<string, string[]>[];
  /** Requests that the server makes: by a name, then by an address. */
  callbacks?: Record<string, Record<string, Record<string, Operation>>>;
};

/** What a route says of itself, when it is asked: only then the server knows its own address. */
export type Describe = (own: Own) => Operation | Promise<Operation>;

/** A route's `detail`: the plugin hands it on as it is, and `/openapi.json` calls it (docs.ts). */
export function described(describe: Describe): DocumentDecoration {
  return { describe } as unknown as DocumentDecoration;
}

/** The same method by another verb or in another version needs another id. */
export function operationId(name: string, version: 1 | 2, by = ""): string {
  return name + by + (version === 1 ? "V1" : "");
}

/** A method's TypeBox schema as parameters. */
export function parameters(schema: TObject, place: Parameter["in"] = "query"): Parameter[] {
  return Object.entries<TSchema>(schema.properties).map(([name, property]) => {
    const { description, ...rest } = documented(property);
    const required = schema.required?.includes(name) ?? false;
    return { name, in: place, required, description: description ?? "", schema: rest as TSchema };
  });
}

/** A method's TypeBox schema as the fields of a form. */
export function form(schema: TObject, ...types: string[]): Content {
  const fields = Object.entries<TSchema>(schema.properties).map(([name, property]) => {
    // Swagger UI fills in examples, and sends them.
    const { examples: _, ...field } = documented(property);
    return [name, field];
  });
  const whole = { ...schema, properties: Object.fromEntries(fields) as TObject["properties"] };
  return Object.fromEntries(types.map((type) => [type, { schema: whole }]));
}

/** A line of text, with what it may be. */
export function text(
  description: string,
  examples: Record<string, Example>,
  headers?: DescribedAnswer["headers"],
): DescribedAnswer {
  const content = { "text/plain": { schema: Type.String(), examples } };
  return headers ? { description, headers, content } : { description, content };
}

/**
 * Without what is for our own use (the words of error messages, how an answer is written) and bounds that bound
 * nothing; with the first example in words, since Swagger UI shows no other.
 */
export function documented(property: TSchema): TSchema {
  const {
    allowed: _a,
    element: _e,
    several: _s,
    blank: _b,
    mayBeEmpty: _m,
    secret,
    ...shown
  } = property;
  const { letters, maximum, description, examples, ...rest } = shown;
  const bound = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum };
  const [example] = (examples ?? []) as unknown[];
  const said = example === undefined ? "" : ` Example: \`${inWords(example)}\`.`;
  return {
    ...rest,
    ...bound,
    ...(secret ? { format: "password" } : {}),
    ...(letters ? { type: "string", enum: ["t", "f"] } : {}),
    ...(description || said ? { description: `${description ?? ""}${said}`.trim() } : {}),
    ...(examples === undefined ? {} : { examples }),
  } as TSchema;
}

/** As a caller writes it. */
export function inWords(value: unknown): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}
