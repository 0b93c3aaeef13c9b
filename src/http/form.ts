import { Problem } from "../problem.ts";
import { quote, type Params } from "../upload/params.ts";
import { readBody } from "./body.ts";
import { readHeaderValue } from "./header-values.ts";
import { ENOUGH, readMultipart, unreadable, type PartHeader, type PartTaker } from "./multipart.ts";

/** What a form may hold; beyond it the request is refused, whatever it was. */
const MAX_PARTS = 1000;
const MAX_FIELD_BYTES = 256 * 1024;
const MAX_NAME_LENGTH = 1024;

/** Bytes of all fields together: they are held in memory. */
const MAX_FIELDS_BYTES = 2 * 1024 * 1024;

export type FormHandlers = {
  stallMs: number;
  /** Told of each piece of the body, whatever part it is of; what it throws ends the reading. */
  onPiece?: () => void;
  /**
   * The part named `file` begins.
   * @param name as the part says
   * @param params what is known so far: the query, and the fields before the file
   * @returns who takes its bytes, or ENOUGH to have nothing more read
   */
  onFile?: (
    name: string | undefined,
    params: Params,
  ) => Promise<((piece: Uint8Array) => Promise<typeof ENOUGH | undefined>) | typeof ENOUGH>;
};

/** The parameters in a request's address. The last of a repeated name counts. */
export function readQuery(request: Request): Map<string, string> {
  return new Map(new URL(request.url).searchParams);
}

/**
 * Whether the body is the file itself (protocol 4): Resumable.js's `method: 'octet'`, which 1.0.2
 * calls binary; flow.js and jQuery File Upload say the file's own type, and flow.js none where the
 * browser knows none.
 */
export function isOctet(request: Request): boolean {
  if (request.body !== null && !request.headers.has("content-type")) return true;
  return /^((application|binary)\/octet-stream|(image|video|audio)\/.+)$/.test(mediaType(request));
}

export function isForm(request: Request): boolean {
  const type = mediaType(request);
  return type === "multipart/form-data" || type === "application/x-www-form-urlencoded";
}

/** Bytes of the body, where the request says so. */
export function bodyLength(request: Request): number | undefined {
  const length = request.headers.get("content-length");
  return length === null ? undefined : Number(length);
}

/**
 * Reads a form to its end: a multipart one to its closing boundary. The query counts where the body
 * has no field of a name (protocol 2).
 * @returns the parameters
 * @throws Problem invalid_input where the body cannot be read; whatever onFile throws
 */
export async function readForm(request: Request, handlers: FormHandlers): Promise<Params> {
  const params = readQuery(request);
  if (request.body === null) return params;
  const body = readBody(request, handlers.stallMs, handlers.onPiece);
  try {
    if (mediaType(request) === "multipart/form-data") {
      await readMultipart(body, boundaryOf(request), formReader(params, handlers));
    } else {
      const fields = [...new URLSearchParams(await readText(body))];
      if (fields.length > MAX_PARTS) throw tooMany();
      for (const [name, value] of fields) params.set(name, value);
    }
  } catch (error) {
    if (error !== ENOUGH) throw error;
  } finally {
    await body.return(undefined);
  }
  return params;
}

/** What becomes of a form's parts: fields go into the parameters, the file to its handler. */
function formReader(params: Map<string, string>, { onFile }: FormHandlers) {
  let parts = 0;
  let fieldsBytes = 0;
  let hasFile = false;

  function field(name: string): PartTaker {
    if (name.length > MAX_NAME_LENGTH) throw tooLong(name);
    const pieces: Buffer[] = [];
    let bytes = 0;
    return {
      take: (piece) => {
        bytes += piece.length;
        fieldsBytes += piece.length;
        if (bytes > MAX_FIELD_BYTES || fieldsBytes > MAX_FIELDS_BYTES) throw tooLong(name);
        pieces.push(Buffer.from(piece));
      },
      end: () => {
        params.set(name, Buffer.concat(pieces).toString("utf8"));
      },
    };
  }

  return async (part: PartHeader): Promise<PartTaker | typeof ENOUGH | undefined> => {
    parts += 1;
    if (parts > MAX_PARTS) throw tooMany();
    if (!part.name) return undefined;
    if (!part.isFile) return field(part.name);
    if (part.name !== "file" || !onFile) return undefined;
    if (hasFile) throw new Problem("invalid_input", "There is more than one file.");
    hasFile = true;
    const take = await onFile(part.filename, new Map(params));
    if (take === ENOUGH) return ENOUGH;
    return {
      take: async (piece) => {
        if ((await take(piece)) === ENOUGH) throw ENOUGH;
      },
    };
  };
}

function tooMany(): Problem {
  return new Problem("invalid_input", "The form has too many parts.");
}

function tooLong(name: string): Problem {
  return new Problem("invalid_input", `The field ${quote(name)} is too long.`);
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > MAX_FIELDS_BYTES) throw unreadable("the form is too large");
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString("utf8");
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function boundaryOf(request: Request): string {
  const type = readHeaderValue(request.headers.get("content-type") ?? "");
  const boundary = type?.params.get("boundary");
  if (boundary) return boundary;
  throw unreadable("Multipart: Boundary not found");
}
