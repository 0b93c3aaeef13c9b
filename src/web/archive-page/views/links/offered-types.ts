/** Kinds of files that the form for a link knows, as its parameter `types` has them. */
export const KINDS = ["image/*", "video/*", "audio/*", "application/pdf"] as const;

export type Kind = (typeof KINDS)[number];

/**
 * Those to choose from: what the server does not take, no link can. None where there is nothing to choose.
 * @param taken media types and ranges that the server takes
 */
export function offeredTypes(taken: readonly string[]): readonly Kind[] {
  const types = taken.map((type) => type.toLowerCase());
  const offered = KINDS.filter((kind) => types.some((type) => meets(kind, type)));
  return offered.length > 1 ? offered : [];
}

function meets(kind: Kind, type: string): boolean {
  const [family = "", one] = kind.split("/");
  if (type === "*/*" || type === kind || type === `${family}/*`) return true;
  return one === "*" && type.startsWith(`${family}/`);
}
