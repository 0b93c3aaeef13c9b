import { isExtra } from "../callback/address.ts";
import { Problem } from "../problem.ts";
import { MAX_EXTRA, sizeOfExtra } from "../records/extra.ts";
import type { Extra, UploadToken } from "../records/records.ts";
import { FAMILIES } from "./chunk-families.ts";
import { cleanFilename } from "./filename.ts";

/** A request's parameters, by name. */
export type Params = ReadonlyMap<string, string>;

/**
 * The file's name: the uploader's own word for it, else the part's (protocol 4 and 4.2).
 * @param partName as the file's part, or the request's Content-Disposition, says
 */
export function filenameOf(params: Params, partName: string | undefined): string {
  for (const { filename } of FAMILIES) {
    const name = filename === null ? undefined : params.get(filename);
    if (name) return cleanFilename(name);
  }
  return cleanFilename(partName);
}

/**
 * The extra parameters of a request that sends a file. One without a token has none: nobody is called back.
 * @throws Problem invalid_input where there is too much of them to be repeated
 */
export function extraOf(token: Pick<UploadToken, "direct">, params: Params): Extra {
  return token.direct ? {} : readExtra(params);
}

/** The same of a request that makes a token. */
export function readExtra(params: Params): Extra {
  const extra: Extra = {};
  for (const [name, value] of params) {
    if (!isExtra(name)) continue;
    Object.defineProperty(extra, name, { value, enumerable: true, configurable: true });
  }
  requireExtraRoom(extra);
  return extra;
}

/** @throws Problem invalid_input where there is too much of them to be kept and repeated */
function requireExtraRoom(extra: Extra): void {
  if (sizeOfExtra(extra) > MAX_EXTRA) throw tooMuchExtra();
}

export function tooMuchExtra(): Problem {
  return new Problem(
    "invalid_input",
    `The extra parameters are too large: at most ${MAX_EXTRA} characters together.`,
  );
}

/** A value from outside in a message: short, and visibly a quotation. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
