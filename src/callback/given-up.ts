import type { NewDelivery } from "../records/records.ts";

/** What is needed to make a delivery again. */
type Request = Pick<NewDelivery, "url" | "body">;

/** Address and body of a delivery that is given up, as one text: it is kept sealed, since both may hold an upload token. */
export function closeUp({ url, body }: Request): string {
  return JSON.stringify([url, body]);
}

/** What `closeUp` has made one text of. */
export function openUp(text: string): Request {
  const [url, body] = JSON.parse(text) as [string, string];
  return { url, body };
}
