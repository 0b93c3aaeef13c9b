import { chunkFields, pieces, type Piece, type Plan } from "./chunks.ts";
import { png } from "./media.ts";
import { fileForm, formOf, photoIn, redeem, type Part, type PhotoIds } from "./redeem.ts";
import type { TestSite } from "./site.ts";

/** Photos that get new bytes, and files that come without an upload token. */

export const OLD = png(3000, 1);
export const NEW = png(2500, 2);

/** A photo with the bytes OLD. */
export async function oldPhoto(
  test: TestSite,
  parameters: Record<string, string | number> = {},
): Promise<PhotoIds & { uploadToken: string }> {
  const uploadToken = await test.token(parameters);
  const photo = await photoIn(await redeem(test, fileForm(uploadToken, OLD, "old.png")));
  return { ...photo, uploadToken };
}

/** A replace token with these parameters. */
export async function replaceToken(
  test: TestSite,
  photoId: number,
  parameters: Record<string, string | number> = {},
): Promise<string> {
  const query = new URLSearchParams({ photo_id: String(photoId) });
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  const answer = await test.callWithKey(`/api/2/photo/get-replace-token?${query}`);
  const body = (await answer.json()) as { data?: { replace_token: string }; message: string };
  if (!body.data) throw new Error(`no replace token: ${body.message}`);
  return body.data.replace_token;
}

export type Method = "redeem-upload-token" | "redeem-replace-token" | "replace" | "upload";

export type Sending = {
  version?: 1 | 2;
  /** With the operator's key. */
  key?: boolean;
  query?: string;
  method?: string;
  headers?: Record<string, string>;
};

/** Sends a body to a method that takes files. */
export function sendTo(
  test: TestSite,
  method: Method,
  body: BodyInit,
  { version = 2, key = false, query = "", method: verb = "POST", headers = {} }: Sending = {},
): Promise<Response> {
  const path = `/api/${version === 2 ? "2/" : ""}photo/${method}${query && `?${query}`}`;
  const call = key ? test.callWithKey : test.call;
  return call(path, { method: verb, body, headers });
}

/** A whole file behind these fields. */
export function wholeForm(
  fields: Record<string, string | number>,
  bytes: Uint8Array<ArrayBuffer> = NEW,
  filename = "new.png",
): FormData {
  return formOf([...partsOf(fields), ["file", bytes, filename]]);
}

/** One chunk behind these fields, as Resumable.js sends it. */
export function pieceForm(
  fields: Record<string, string | number>,
  plan: Plan,
  piece: Piece,
  bytes: Uint8Array<ArrayBuffer>,
): FormData {
  const file: Part = ["file", bytes.slice(piece.start, piece.end), plan.filename];
  return formOf([...chunkFields(plan, piece.number), ...partsOf(fields), file]);
}

function partsOf(fields: Record<string, string | number>): Part[] {
  return Object.entries(fields).map(([name, value]): Part => [name, String(value)]);
}

export function planOf(bytes: Uint8Array, identifier = "new", chunkSize = 1000): Plan {
  return { identifier, filename: `${identifier}.png`, chunkSize, totalSize: bytes.length };
}

/** Sends all chunks of a file, one behind the other. @returns the last one's answer */
export async function sendPieces(
  test: TestSite,
  method: Method,
  fields: Record<string, string | number>,
  bytes: Uint8Array<ArrayBuffer>,
  { plan = planOf(bytes), ...sending }: Sending & { plan?: Plan } = {},
): Promise<Response> {
  let answer: Response | undefined;
  for (const piece of pieces(plan)) {
    answer = await sendTo(test, method, pieceForm(fields, plan, piece, bytes), sending);
  }
  if (!answer) throw new Error("a file without chunks");
  return answer;
}

/** GET: is this chunk there? */
export function askFor(
  test: TestSite,
  method: Method,
  fields: Record<string, string | number>,
  plan: Plan,
  number: number,
  { version = 2, key = false }: Sending = {},
): Promise<Response> {
  const said = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  const query = new URLSearchParams([...chunkFields(plan, number), ...said]);
  const path = `/api/${version === 2 ? "2/" : ""}photo/${method}?${query}`;
  return key ? test.callWithKey(path) : test.call(path);
}

/** Moves a photo to the trash, or removes it for good, as whoever deletes it does. */
export async function takeAway(test: TestSite, id: number, how: "trash" | "remove"): Promise<void> {
  const { records, now } = test.site;
  await records.photos.transact(id, now(), () => ({ changes: [{ kind: how }], value: null }));
}
