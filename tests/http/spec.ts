import type { TestSite } from "../support/site.ts";

type Field = Record<string, unknown> & { description?: string };
type Body = Record<string, { schema: { properties: Record<string, Field>; required?: string[] } }>;
export type Media = { examples?: Record<string, { value: unknown }> };
export type Documented = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: unknown[];
  parameters?: { name: string; in: string; description: string; schema: Field }[];
  requestBody?: { content: Body };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
};
export type Spec = {
  openapi: string;
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Documented>>;
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
