import { chunkFields, chunkForm, type Piece, type Plan } from "./chunks.ts";
import { API_KEY, type TestSite } from "./site.ts";

export type Part = [name: string, value: string | Uint8Array<ArrayBuffer>, filename?: string];

export type PhotoIds = { photo_id: number; tree_id: number; token: string };

/** A multipart form whose parts come in this order. */
export function formOf(parts: readonly Part[]): FormData {
  const form = new FormData();
  for (const [name, value, filename] of parts) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new Blob([value]), filename ?? "photo.png");
  }
  return form;
}

/** A whole file, as an HTML form sends it. */
export function fileForm(
  token: string,
  bytes: Uint8Array<ArrayBuffer>,
  filename = "photo.png",
  fields: Record<string, string> = {},
): FormData {
  return formOf([
    ["upload_token", token],
    ...Object.entries(fields).map(([name, value]): Part => [name, value]),
    ["file", bytes, filename],
  ]);
}

export type RedeemOptions = {
  version?: 1 | 2;
  query?: string;
  method?: string;
  headers?: Record<string, string>;
};

export function redeemPath(version: 1 | 2 = 2): string {
  return version === 1 ? "/api/photo/redeem-upload-token" : "/api/2/photo/redeem-upload-token";
}

export function redeem(
  test: TestSite,
  body: BodyInit,
  { version = 2, query = "", method = "POST", headers = {} }: RedeemOptions = {},
): Promise<Response> {
  const path = redeemPath(version) + (query === "" ? "" : `?${query}`);
  return test.call(path, { method, body, headers });
}

export function sendChunk(
  test: TestSite,
  token: string,
  plan: Plan,
  piece: Piece,
  file: Uint8Array<ArrayBuffer>,
  options: RedeemOptions = {},
): Promise<Response> {
  return redeem(test, chunkForm(token, plan, piece, file), options);
}

/** Resumable.js's question whether a chunk is there. */
export function askChunk(
  test: TestSite,
  token: string,
  plan: Plan,
  number: number,
  { version = 2, headers = {} }: RedeemOptions = {},
): Promise<Response> {
  const query = new URLSearchParams([...chunkFields(plan, number), ["upload_token", token]]);
  return test.call(`${redeemPath(version)}?${query}`, { headers });
}

/** What v2 says of a photo; fails where it is no success. */
export async function photoIn(response: Response): Promise<PhotoIds> {
  const body = (await response.json()) as { status: string; message: string; data: PhotoIds };
  if (body.status !== "ok") throw new Error(`not a success: ${body.message}`);
  return body.data;
}

export async function originalOf(
  test: TestSite,
  { tree_id: tree, photo_id: id, token }: PhotoIds,
): Promise<Uint8Array> {
  const response = await test.call(`/${tree}/${id}/${token}/original`);
  if (response.status !== 200) throw new Error(`the original is answered ${response.status}`);
  return response.bytes();
}

/** How many photos came with an upload token. */
export async function photoCount(test: TestSite, token: string): Promise<number> {
  const response = await test.call(
    `/api/2/photo/list?include_unpublished_p=1&upload_token=${token}`,
    { headers: { authorization: `Bearer ${API_KEY}` } },
  );
  return ((await response.json()) as { total_count: number }).total_count;
}
