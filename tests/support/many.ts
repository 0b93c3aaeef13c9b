import { chunkFields, type Plan } from "./chunks.ts";
import { formOf, type Part } from "./redeem.ts";

/** Files that go together in one request (protocol 4.9). */

export const MANY_PATH = "/api/2/photo/redeem-upload-token-many";

export type Small = {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** Further fields before it. */
  fields?: Record<string, string>;
};

export type OneAnswer = {
  identifier: string;
  status: number;
  message: string;
  code?: string;
  retry_after?: number;
  photo_id?: number;
  tree_id?: number;
  token?: string;
  return?: { method: string; url: string } | null;
};

const CHUNK_SIZE = 1024 * 1024;

/** A small file is one chunk. */
export function planOf({ name, bytes }: Pick<Small, "name" | "bytes">): Plan {
  return {
    identifier: `id-${name}`,
    filename: name,
    chunkSize: CHUNK_SIZE,
    totalSize: bytes.length,
  };
}

export function partsOf(file: Small): Part[] {
  const own = Object.entries(file.fields ?? {});
  return [...chunkFields(planOf(file), 1), ...own, ["file", file.bytes, file.name]];
}

/** @param shared what stands before the first file */
export function manyForm(shared: Record<string, string>, files: readonly Small[]): FormData {
  return formOf([...Object.entries(shared), ...files.flatMap(partsOf)]);
}

/** What is said of each file; fails where the request itself is refused. */
export async function outcomesIn(answer: Response): Promise<OneAnswer[]> {
  const body = (await answer.json()) as { message: string; data?: { files: OneAnswer[] } };
  if (answer.status !== 200 || !body.data) throw new Error(`${answer.status}: ${body.message}`);
  return body.data.files;
}
