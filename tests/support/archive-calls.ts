import { jpeg, bitmap } from "./pictures.ts";
import { photoIn, type PhotoIds } from "./redeem.ts";
import type { TestServer } from "./server.ts";
import { API_KEY } from "./site.ts";

/**
 * Calls a method of the API's version 2 with the operator's key, or another.
 * @throws what the method is refused with
 */
export async function callApi<Data>(
  { url }: Pick<TestServer, "url">,
  method: string,
  fields: Readonly<Record<string, string | number>> = {},
  key: string = API_KEY,
): Promise<Data> {
  const body = new URLSearchParams(Object.entries(fields).map(([name, of]) => [name, `${of}`]));
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${url}/api/2/${method}`, { method: "POST", headers, body });
  const said = (await answer.json()) as { status: string; message: string; data: Data };
  if (said.status !== "ok") throw new Error(`${method}: ${said.message}`);
  return said.data;
}

export type ApiItem = Record<string, string | number | boolean>;

/** A link as the API has it, by its title. */
export async function linkOf(server: Pick<TestServer, "url">, title: string): Promise<ApiItem> {
  const asked = { search: title, size: 200 };
  const { items } = await callApi<{ items: ApiItem[] }>(server, "upload-token/list", asked);
  const found = items.find((item) => item["title"] === title);
  if (!found) throw new Error(`no link "${title}"`);
  return found;
}

/** A picture, each number another one. */
export function picture(seed: number, width = 640, height = 480): Promise<Buffer<ArrayBuffer>> {
  const hue = (seed * 67) % 200;
  return jpeg(bitmap(width, height, (x, y) => [hue, (x + seed * 40) % 256, (y * 2) % 256]));
}

/** Uploads a file with the operator's key. */
export async function addPhoto(
  server: Pick<TestServer, "url">,
  name: string,
  fields: Readonly<Record<string, string>> = {},
  bytes?: Buffer<ArrayBuffer>,
): Promise<PhotoIds> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append("file", new File([bytes ?? (await picture(name.length))], name));
  const headers = { authorization: `Bearer ${API_KEY}` };
  return photoIn(
    await fetch(`${server.url}/api/2/photo/upload`, { method: "POST", headers, body: form }),
  );
}
