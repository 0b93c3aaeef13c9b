import { typeIsIn } from "../../media/types.ts";
import { Problem } from "../../problem.ts";
import { quote, type Params } from "../../upload/params.ts";
import type { Body, Redemption } from "../../upload/types.ts";
import { readBody } from "../body.ts";
import { readDigestHeader } from "../digest-headers.ts";
import { readFileHeaders } from "../file-headers.ts";
import { bodyLength, isForm, mediaType, openForm, readQuery } from "../form.ts";
import { readRedeemStyle } from "./redeem-style.ts";
import { requireFields } from "./redeem-fields.ts";

/**
 * A request that sends a file, read as far as that. A form and a body of octets look the same from here
 * on. Dispose of it: nothing more is read then.
 */
export type RedeemBody = AsyncDisposable & {
  /** Whose its file is, is to be said by the method (file-method.ts), and where it comes from by who serves it (serve-file-method.ts). */
  redemption: Omit<Redemption, "claim" | "origin">;
  /** The file, to be read; undefined where there is none. */
  body: Body | undefined;
  /** The form has a place for a file, which was left empty. */
  notChosen: boolean;
  /** All parameters that have been read by now. */
  params(): Params;
};

export type RedeemBodyOptions = {
  /** Media types and ranges that the server takes as files: a body of octets may be called one of them, too. */
  types: readonly string[];
  stallMs: number;
  /** Told of the parameters before the file, also where the request is refused for what they say. */
  onParams?: (params: Params) => void;
};

/**
 * Opens the body of a request (protocol 4).
 * @throws Problem invalid_input where it is neither a form nor a file, or cannot be read
 */
export async function openRedeemBody(
  request: Request,
  options: RedeemBodyOptions,
): Promise<RedeemBody> {
  if (isOctet(request, options.types)) return openOctets(request, options.stallMs);
  if (request.body === null || isForm(request)) return openFile(request, options);
  const type = quote(request.headers.get("content-type") ?? "");
  throw new Problem(
    "invalid_input",
    `The body must be multipart/form-data, or the file's own bytes (${octetTypes(options.types)}) with the parameters in the query; its type is ${type}.`,
  );
}

/** What the type of a body says that is the file itself, whatever types the server takes. */
const OCTETS = ["application/octet-stream", "image/*", "video/*", "audio/*"];

/**
 * Whether the body is the file itself: Resumable.js's `method: 'octet'`, which 1.0.2
 * calls binary; flow.js and jQuery File Upload say the file's own type, and flow.js none where the
 * browser knows none.
 */
function isOctet(request: Request, types: readonly string[]): boolean {
  if (request.body !== null && !request.headers.has("content-type")) return true;
  if (isForm(request)) return false;
  const type = mediaType(request);
  // Also an SVG, which is refused for what it is (protocol 4.4).
  const known = /^((application|binary)\/octet-stream|(image|video|audio)\/.+)$/.test(type);
  return known || (type !== "" && typeIsIn(type, types));
}

/** What a body may be called that is the file itself, in words. */
function octetTypes(types: readonly string[]): string {
  const own = types.filter((type) => !OCTETS.some((known) => typeIsIn(type, [known])));
  return [...OCTETS, ...own].join(", ");
}

/** The body is the file; the parameters are in the query. */
function openOctets(request: Request, stallMs: number): RedeemBody {
  const params = readQuery(request);
  readRedeemStyle(1, params);
  requireFields(params);
  const length = bodyLength(request);
  const { range, name } = readFileHeaders(request, { length, isWhole: true });
  const digests = {
    // The body is the file: its content's hash is the file's.
    part: readDigestHeader(request, "content-digest"),
    file: readDigestHeader(request, "repr-digest"),
  };
  const { pieces, endBy } = readBody(request, { stallMs });
  const bytes = pieces[Symbol.asyncIterator]();
  return {
    redemption: { params, partName: name, range, digests },
    body: {
      length,
      moreParams: false,
      bytes: { [Symbol.asyncIterator]: () => bytes },
      endBy,
      rest: async () => ({ params, moreFiles: false }),
    },
    notChosen: false,
    params: () => params,
    [Symbol.asyncDispose]: async () => void (await bytes.return?.()),
  };
}

/** The file is a part of the form, and parameters may stand behind it. */
async function openFile(
  request: Request,
  { stallMs, onParams }: RedeemBodyOptions,
): Promise<RedeemBody> {
  const length = bodyLength(request);
  const { range, name } = readFileHeaders(request, { length, isWhole: false });
  const digests = { part: [], file: readDigestHeader(request, "repr-digest") };
  const form = await openForm(request, stallMs, {
    said: readDigestHeader(request, "content-digest"),
  });
  const { file } = form;
  let { params } = form;
  onParams?.(params);
  try {
    requireFields(params);
    // What cannot be answered is refused before anything is made of the file.
    if (!file) readRedeemStyle(1, params);
  } catch (error) {
    await form[Symbol.asyncDispose]();
    throw error;
  }
  const body = file && {
    length,
    moreParams: true,
    bytes: file.bytes,
    endBy: file.endBy,
    rest: async () => {
      const rest = await file.rest();
      params = rest.params;
      requireFields(params);
      readRedeemStyle(1, params);
      return rest;
    },
  };
  return {
    redemption: { params, partName: name ?? file?.name, range, digests },
    body,
    notChosen: form.notChosen,
    params: () => params,
    [Symbol.asyncDispose]: () => form[Symbol.asyncDispose](),
  };
}
