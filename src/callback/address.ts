import type { Extra, Photo, UploadToken } from "../records/records.ts";

/** What is told to a return_url. */
export type Outcome = { photo: Pick<Photo, "id" | "treeId" | "token"> } | { errorMessage: string };

/** How the outcome goes back: one request, by the browser or by us. */
export type Return =
  | { method: "GET"; url: string }
  | { method: "POST"; url: string; fields: [name: string, value: string][] };

/** From this many characters of added query on, the return is a POST (protocol 4.3). */
const LONGEST_QUERY = 1500;

/** The server's own names, which an extra parameter never replaces. */
const OWN = new Set(["domain", "upload_token", "photo_id", "tree_id", "token", "error_message"]);

/** Names that belong to the call itself and are not repeated. */
const OF_THE_CALL = new Set(["file", "format", "raw", "varname", "callback", "fields"]);

/** Whether a parameter of a request is an extra one, to be repeated in the callback. */
export function isExtra(name: string): boolean {
  return (
    name !== "" &&
    !OWN.has(name) &&
    !OF_THE_CALL.has(name) &&
    !name.startsWith("resumable") &&
    !name.startsWith("oauth_")
  );
}

/**
 * The return for an outcome (protocol 4.3). Null where the token has no return_url.
 * @param domain host of the site's public URL
 * @param uploadToken the upload token itself, which only the caller knows
 */
export function returnFor(
  token: Pick<UploadToken, "returnUrl" | "extra">,
  domain: string,
  uploadToken: string,
  outcome: Outcome,
  extra: Extra,
): Return | null {
  if (token.returnUrl === "") return null;
  const fields: [string, string][] = [
    ["domain", domain],
    ["upload_token", uploadToken],
  ];
  if ("photo" in outcome) {
    fields.push(["photo_id", String(outcome.photo.id)]);
    fields.push(["tree_id", String(outcome.photo.treeId)]);
    fields.push(["token", outcome.photo.token]);
  } else {
    fields.push(["error_message", outcome.errorMessage]);
  }
  for (const [name, value] of Object.entries({ ...token.extra, ...extra })) {
    if (isExtra(name)) fields.push([name, value]);
  }
  const query = new URLSearchParams(fields).toString();
  if (query.length >= LONGEST_QUERY) return { method: "POST", url: token.returnUrl, fields };
  const [address = "", ...fragment] = token.returnUrl.split("#");
  const join = address.includes("?") ? (/[?&]$/.test(address) ? "" : "&") : "?";
  const url = address + join + query + (fragment.length > 0 ? `#${fragment.join("#")}` : "");
  return { method: "GET", url };
}
