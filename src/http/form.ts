import { Problem } from "../problem.ts";
import type { SaidDigest } from "../upload/digests.ts";
import { quote, type Params } from "../upload/params.ts";
import { readBody } from "./body.ts";
import { withDigest } from "./digest-headers.ts";
import { readHeaderValue } from "./header-values.ts";
import type { Body } from "../upload/types.ts";
import { readParts, unreadable, type Part } from "./multipart.ts";

/** What a form may hold; beyond it the request is refused, whatever it was. */
const MAX_PARTS = 1000;
const MAX_FIELD_BYTES = 256 * 1024;
const MAX_NAME_LENGTH = 1024;

/** Bytes of all fields together: they are held in memory. */
const MAX_FIELDS_BYTES = 2 * 1024 * 1024;

/** A form, read as far as the beginning of its file. */
export type Form = AsyncDisposable & {
  /** What is known so far: the query, and the fields before the file; all where there is no file. */
  params: Params;
  file: FormFile | undefined;
  /** It has a place for a file, which was left empty. */
  notChosen: boolean;
};

export type FormFile = Pick<Body, "bytes" | "rest" | "endBy"> & {
  /** As its part says. */
  name: string | undefined;
};

/** The parameters in a request's address. The last of a repeated name counts. */
export function readQuery(request: Request): Map<string, string> {
  return new Map(new URL(request.url).searchParams);
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
 * Opens a form: reads it as far as the beginning of its part named `file`, or to its end where it has none. The
 * query counts where the body has no field of a name (protocol 2). Dispose of it: nothing more is read then.
 * @param options.wantsFile files are passed over where they are of no interest
 * @param options.said what Content-Digest says of the whole body: compared when its last byte was read
 * @throws Problem invalid_input where the body cannot be read
 */
export async function openForm(
  request: Request,
  stallMs: number,
  { wantsFile = true, said = [] }: { wantsFile?: boolean; said?: readonly SaidDigest[] } = {},
): Promise<Form> {
  const params = readQuery(request);
  const nothing = {
    file: undefined,
    notChosen: false,
    [Symbol.asyncDispose]: async () => undefined,
  };
  if (request.body === null) return { params, ...nothing };
  const body = readBody(request, { stallMs });
  const content = withDigest(body.pieces, said);
  if (mediaType(request) !== "multipart/form-data") {
    const fields = [...new URLSearchParams(await readText(content.pieces))];
    await content.check();
    if (fields.length > MAX_PARTS) throw tooMany();
    for (const [name, value] of fields) params.set(name, value);
    return { params, ...nothing };
  }
  const parts = readParts(content.pieces, boundaryOf(request));
  const close = async () => {
    await parts.return(undefined);
    await content.end();
  };
  const fields = createFields(params);
  try {
    const part = await fields.readToFile(parts, wantsFile);
    const file = part && {
      name: part.filename,
      bytes: part.bytes,
      endBy: body.endBy,
      rest: async () => {
        let moreFiles = false;
        // Read on: who is to be told, and how, may stand behind them all.
        while (await fields.readToFile(parts)) moreFiles = true;
        await content.check();
        return { params, moreFiles };
      },
    };
    if (!file) await content.check();
    const notChosen = !file && fields.notChosen();
    // Later fields are added to the parameters, which must not change for who was given them.
    return { params: new Map(params), file, notChosen, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One of several files of a form. */
export type OneFile = Pick<Part, "bytes"> & {
  /** The fields that stand between the file before it and this one. */
  fields: ReadonlyMap<string, string>;
  /** As its part says. */
  name: string | undefined;
};

/**
 * Reads a form that has several files, one after the other. What is not read of a file is passed over when the
 * next one is asked for. Whoever ends the reading, early or not, ends the body's.
 * @throws Problem as `openForm`. What ends the body early is thrown to whoever asks for more bytes of a file, as often as that is asked
 */
export async function* readFiles(request: Request, stallMs: number): AsyncGenerator<OneFile> {
  if (request.body === null) return;
  const parts = readParts(readBody(request, { stallMs }).pieces, boundaryOf(request));
  const params = new Map<string, string>();
  const fields = createFields(params);
  try {
    for (;;) {
      const part = await fields.readToFile(parts);
      if (!part) return;
      yield { fields: new Map(params), name: part.filename, bytes: endingOnce(part.bytes) };
      params.clear();
    }
  } finally {
    await parts.return(undefined);
  }
}

/** The same bytes. Whoever asks again behind an early end is told why it came, not that the body is over. */
function endingOnce(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  let end: { error: unknown } | undefined;
  const next = () =>
    iterator.next().catch((error: unknown) => {
      end ??= { error };
      throw end.error;
    });
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

/** Reads a form whose files are of no interest to its end. @throws Problem invalid_input */
export async function readForm(request: Request, stallMs: number): Promise<Params> {
  await using form = await openForm(request, stallMs, { wantsFile: false });
  return form.params;
}

/** A field of a form; undefined where it is not there, or the request has no form. @throws Problem as `openForm` */
export async function readFormField(
  request: Request,
  name: string,
  stallMs: number,
): Promise<string | undefined> {
  if (request.body === null || !isForm(request)) return undefined;
  return (await readForm(request, stallMs)).get(name);
}

/** The fields of a form, held in memory within bounds. */
function createFields(params: Map<string, string>) {
  let parts = 0;
  let fieldsBytes = 0;
  let notChosen = false;

  async function readField(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    if (name.length > MAX_NAME_LENGTH) throw tooLong(name);
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of bytes) {
      length += piece.length;
      fieldsBytes += piece.length;
      if (length > MAX_FIELD_BYTES || fieldsBytes > MAX_FIELDS_BYTES) throw tooLong(name);
      pieces.push(Buffer.from(piece));
    }
    params.set(name, Buffer.concat(pieces).toString("utf8"));
  }

  return {
    /** Reads fields into the parameters, as far as the next part named `file`, or the form's end. */
    readToFile: async (from: AsyncGenerator<Part>, wantsFile = true): Promise<Part | undefined> => {
      for (;;) {
        const { done, value: part } = await from.next();
        if (done) return undefined;
        parts += 1;
        if (parts > MAX_PARTS) throw tooMany();
        if (wantsFile && part.name === "file" && part.isFile) {
          const chosen = await chosenFile(part);
          if (chosen) return chosen;
          notChosen = true;
        }
        if (part.name && !part.isFile) await readField(part.name, part.bytes);
      }
    },
    /** Whether there was a part named `file` that browsers send where no file was chosen. */
    notChosen: () => notChosen,
  };
}

/**
 * Browsers send a part without a name and without a byte where no file was chosen.
 * @returns the part where it is a file; undefined where it is no more than that
 */
async function chosenFile(part: Part): Promise<Part | undefined> {
  if (part.filename !== "") return part;
  const bytes = part.bytes[Symbol.asyncIterator]();
  const first = await bytes.next();
  if (first.done) return undefined;
  let begun = false;
  const next = async () => {
    if (begun) return bytes.next();
    begun = true;
    return first;
  };
  return { ...part, bytes: { [Symbol.asyncIterator]: () => ({ next }) } };
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

/** The media type that a request says its body has, without parameters; empty where it says none. */
export function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function boundaryOf(request: Request): string {
  const type = readHeaderValue(request.headers.get("content-type") ?? "");
  const boundary = type?.params.get("boundary");
  if (boundary) return boundary;
  throw unreadable("Multipart: Boundary not found");
}
