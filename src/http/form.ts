import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import Busboy from "busboy";
import { Problem } from "../problem.ts";
import type { Params } from "../upload/params.ts";
import { readBody } from "./body.ts";

/** What a form may hold; beyond it the request is refused, whatever it was. */
const LIMITS = {
  parts: 1000,
  fields: 900,
  files: 50,
  fieldSize: 256 * 1024,
  fieldNameSize: 1024,
  headerPairs: 50,
};

/** Characters of all fields together: they are held in memory. */
const MAX_FIELDS = 2 * 1024 * 1024;

export type FormFile = {
  /** As the part says; undefined where it does not. */
  name: string | undefined;
  bytes: AsyncIterable<Uint8Array>;
};

/** Stop reading: the answer is known. */
export const ENOUGH = Symbol("enough");

export type FormHandlers = {
  stallMs: number;
  /**
   * The part named `file` begins. Reads it, or answers ENOUGH to have nothing more read.
   * @param params what is known so far: the query, and the fields before the file
   */
  onFile?: (file: FormFile, params: Params) => Promise<typeof ENOUGH | undefined>;
};

/** The parameters in a request's address. The last of a repeated name counts. */
export function readQuery(request: Request): Map<string, string> {
  return new Map(new URL(request.url).searchParams);
}

/** Whether the body is the file itself (Resumable.js `method: 'octet'`; 1.0.2 calls it binary). */
export function isOctet(request: Request): boolean {
  const type = mediaType(request);
  return type === "application/octet-stream" || type === "binary/octet-stream";
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
 * Reads a form to its closing boundary. The query counts where the body has no field of a name
 * (protocol 2).
 * @returns the parameters; whatever onFile has thrown is thrown again
 * @throws Problem invalid_input where the body cannot be read
 */
export async function readForm(request: Request, handlers: FormHandlers): Promise<Params> {
  const params = readQuery(request);
  if (request.body === null) return params;
  const form = createParser(request);
  const reading: { file?: Promise<void>; failure?: unknown } = {};

  const enough = new AbortController();
  let size = 0;

  function stop(reason: unknown): void {
    reading.failure ??= reason;
    enough.abort();
    form.destroy(reason instanceof Error ? reason : new Error("enough"));
  }

  form.on("field", (name, value, info) => {
    if (info.valueTruncated || info.nameTruncated) {
      stop(new Problem("invalid_input", `The field ${String(name).slice(0, 60)} is too long.`));
    } else if ((size += value.length) > MAX_FIELDS) {
      stop(new Problem("invalid_input", "The form's fields are too long together."));
    } else if (name) params.set(name, value);
  });
  form.on("file", (name, stream: Readable, info) => {
    // Its failure is the form's failure, which is awaited below.
    let torn: unknown;
    stream.on("error", (error) => {
      torn = error;
    });
    if (name !== "file" || !handlers.onFile) return void stream.resume();
    if (reading.file) return stop(new Problem("invalid_input", "There is more than one file."));
    const file = { name: info.filename, bytes: stream };
    reading.file = handlers.onFile(file, new Map(params)).then(
      (result) => {
        if (result) stop(ENOUGH);
      },
      (error: unknown) => {
        if (error !== torn) stop(error);
      },
    );
  });
  for (const [event, what] of [
    ["partsLimit", "parts"],
    ["fieldsLimit", "fields"],
    ["filesLimit", "files"],
  ] as const) {
    form.on(event, () => stop(new Problem("invalid_input", `The form has too many ${what}.`)));
  }

  let broken: unknown;
  const body = readBody(request, handlers.stallMs, boundaryOf(request), enough.signal);
  await pipeline(body, form).catch((error: unknown) => {
    broken = error;
  });
  await reading.file;
  if (reading.failure !== undefined && reading.failure !== ENOUGH) throw reading.failure;
  if (reading.failure === ENOUGH || broken === undefined) return params;
  if (request.signal.aborted || broken instanceof Problem) throw broken;
  throw unreadable(broken);
}

function createParser(request: Request): Busboy.Busboy {
  try {
    return Busboy({
      headers: { "content-type": request.headers.get("content-type") ?? "" },
      defParamCharset: "utf8",
      limits: LIMITS,
    });
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): Problem {
  const why = error instanceof Error ? error.message : "";
  return new Problem("invalid_input", `The request's body cannot be read: ${why || "broken"}.`);
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function boundaryOf(request: Request): string | undefined {
  if (mediaType(request) !== "multipart/form-data") return undefined;
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(
    request.headers.get("content-type") ?? "",
  );
  return match?.[1] ?? match?.[2];
}
