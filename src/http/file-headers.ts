import { Problem } from "../problem.ts";
import { parseContentRange, type ContentRange } from "../upload/content-range.ts";
import { readHeaderValue } from "./header-values.ts";

/** What a request's own headers say of the file in its body. */
export type FileHeaders = {
  /** The part of the file that the body has (Content-Range). */
  range: ContentRange | undefined;
  /** The file's name (Content-Disposition). */
  name: string | undefined;
};

/**
 * Reads the headers by which jQuery File Upload describes a chunk (protocol 4.2).
 * @param length bytes of the body, where the request says so
 * @param isWhole the body is the file, and not a form with the file in it
 * @throws Problem invalid_input where the Content-Range cannot be read, or the body cannot be as long
 * as it says
 */
export function readFileHeaders(
  request: Request,
  { length, isWhole }: { length: number | undefined; isWhole: boolean },
): FileHeaders {
  const text = request.headers.get("content-range");
  const range = text === null ? undefined : parseContentRange(text);
  if (range && length !== undefined) {
    // A form has its boundaries beside the file.
    const fits = isWhole ? length === range.length : length > range.length;
    if (!fits) {
      throw new Problem(
        "invalid_input",
        `Content-Range says ${range.length} bytes, which a body of ${length} bytes cannot be.`,
      );
    }
  }
  return { range, name: nameIn(request.headers.get("content-disposition")) };
}

function nameIn(header: string | null): string | undefined {
  const params = (header === null ? undefined : readHeaderValue(header))?.params;
  return params?.get("filename*") ?? decoded(params?.get("filename"));
}

/** jQuery File Upload writes names by encodeURI; a name of another client may be a name already. */
function decoded(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : decodeURI(name);
  } catch {
    return name;
  }
}
