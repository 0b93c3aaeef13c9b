import type { Extra, Photo, UploadToken } from "../records/records.ts";

/** What is told to a return_url. */
export type Outcome = { photo: Pick<Photo, "id" | "treeId" | "token"> } | { errorMessage: string };

/** How the outcome goes back: one request, by the browser or by us. */
export type Return =
  | { method: "GET"; url: string }
  | { method: "POST"; url: string; fields: [name: string, value: string][] };

/** From this many characters of added query on, the return is a POST (protocol 4.3). */
const LONGEST_QUERY = 1500;

/** The server's own names, for which an extra parameter never stands. */
const OWN = [
  "domain",
  "upload_token",
  "replace_token",
  "photo_id",
  "tree_id",
  "token",
  "error_message",
];

/** Names that belong to the call itself and are not repeated. */
const OF_THE_CALL = new Set([
  "file",
  "format",
  "raw",
  "varname",
  "callback",
  "fields",
  "digest",
  "file_digest",
  "passphrase",
  "upload_grant",
]);

/** What uploaders say of a chunk in words of their own (protocol 4.2); nothing longer, since flower is a word. */
const OF_AN_UPLOADER = [
  /^resumable/,
  /^oauth_/,
  /^flow(ChunkNumber|ChunkSize|CurrentChunkSize|TotalSize|TotalChunks|Identifier|Filename|RelativePath)$/,
  /^dz(uuid|chunkindex|chunksize|totalfilesize|totalchunkcount|chunkbyteoffset)$/,
];

const NOBODYS = protect(OWN);

/** Whether a parameter of a request is an extra one, to be repeated in the callback. */
export function isExtra(name: string): boolean {
  return (
    name !== "" &&
    // PHP ends a name at a NUL, and .NET overlooks some of the others: none is in an honest name.
    !/\p{Cc}/u.test(name) &&
    !OF_THE_CALL.has(name) &&
    !OF_AN_UPLOADER.some((family) => family.test(name)) &&
    !standsFor(name, NOBODYS)
  );
}

/** Names for which no other may stand, as `loosely` writes them. */
type Protected = { names: ReadonlySet<string>; longest: number };

/** The names themselves, and the variables that a backend may find in them: `a` in `a[b]`. */
function protect(names: Iterable<string>): Protected {
  const all = new Set<string>();
  for (const name of names) for (const part of partsOf(loosely(name), Infinity)) all.add(part);
  return { names: all, longest: Math.max(0, ...[...all].map((name) => name.length)) };
}

/** Whether some backend reads a name, or the beginning of a nested one, as one that is protected. */
function standsFor(name: string, { names, longest }: Protected): boolean {
  for (const part of partsOf(loosely(name), longest)) if (names.has(part)) return true;
  return false;
}

/**
 * A name as the loosest of the common backends compare it. PHP takes no account of spaces before it, Rack
 * and qs of brackets and dots there, and Spring's markers for empty and default values are of the field behind them;
 * ASP.NET takes no account of case, and its older versions of characters that nobody sees.
 */
function loosely(name: string): string {
  const seen = name
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    // Twice, since some letters are the same in one case only: ı and I, K and k.
    .toUpperCase()
    .toLowerCase()
    .trim();
  return seen.replace(/^[\s.[\]!_]+/, "") || seen;
}

/**
 * What a loosely written name may be the name of: all of it, and what is before each bracket (PHP, Rack, qs)
 * or dot (qs, ASP.NET), if no longer than that. PHP makes an underscore of what may not be in a variable's
 * name, of a bracket that nothing closes too.
 */
function* partsOf(name: string, longest: number): Generator<string> {
  const variable = name.replace(/[^\p{L}\p{N}]/gu, (character) => "_".repeat(character.length));
  for (const { index } of name.matchAll(/[.[\]]/g)) {
    if (index > longest) return;
    if (index > 0) yield variable.slice(0, index);
  }
  yield variable;
}

/** The names in an address's own query; some backends part them by semicolons. */
function namesIn(url: string): string[] {
  const query = URL.parse(url)?.search.slice(1) ?? "";
  return query.split(/[&;]/).flatMap((pair) => [...new URLSearchParams(pair).keys()]);
}

/**
 * The return for an outcome (protocol 4.3). Null where the token has no return_url. Extra parameters that could
 * be taken for the server's own, or for one of return_url's own query, are left out.
 * @param domain host of the site's public URL
 * @param uploadToken the upload or replace token itself, which only the caller knows
 */
export function returnFor(
  token: Pick<UploadToken, "returnUrl" | "extra" | "replaces">,
  domain: string,
  uploadToken: string,
  outcome: Outcome,
  extra: Extra,
): Return | null {
  if (token.returnUrl === "") return null;
  const fields: [string, string][] = [
    ["domain", domain],
    [token.replaces === null ? "upload_token" : "replace_token", uploadToken],
  ];
  if ("photo" in outcome) {
    fields.push(["photo_id", String(outcome.photo.id)]);
    fields.push(["tree_id", String(outcome.photo.treeId)]);
    fields.push(["token", outcome.photo.token]);
  } else {
    fields.push(["error_message", outcome.errorMessage]);
  }
  const returnUrls = protect(namesIn(token.returnUrl));
  for (const [name, value] of Object.entries({ ...token.extra, ...extra })) {
    if (isExtra(name) && !standsFor(name, returnUrls)) fields.push([name, value]);
  }
  const query = new URLSearchParams(fields).toString();
  if (query.length >= LONGEST_QUERY) return { method: "POST", url: token.returnUrl, fields };
  const [address = "", ...fragment] = token.returnUrl.split("#");
  const join = address.includes("?") ? (/[?&]$/.test(address) ? "" : "&") : "?";
  const url = address + join + query + (fragment.length > 0 ? `#${fragment.join("#")}` : "");
  return { method: "GET", url };
}
