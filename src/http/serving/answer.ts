import { byteRanges } from "./byteranges.ts";
import { checkConditions, httpDate, rangeCounts } from "./conditions.ts";
import { disposition, mayBeShown } from "./disposition.ts";
import type { PhotoFormat } from "./formats.ts";
import { readRange, type FilePart } from "./ranges.ts";

/** What the address's query says (protocol 8). */
export type FileQuery = {
  /** To be shown in the browser's window, where it is of a type that is shown safely. */
  inline: boolean;
  /** Which bytes the address is of. */
  version: number | undefined;
};

/** Files come from strangers: nothing in them runs or loads anything, whoever opens or embeds them. */
const POLICY = "sandbox; default-src 'none'";

/** The same, for the page that browsers make around a picture or a film: it loads the file itself, and has a style. */
const SHOWN_POLICY = `${POLICY}; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'`;

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * Any page may read a file whose address it knows: the secret in it is the only credential, and nothing else of a visitor's counts,
 * so that a page learns nothing that its owner could not have fetched.
 */
export const OPEN_TO_ALL = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
  "access-control-expose-headers":
    "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Repr-Digest, Retry-After, X-Request-Id",
};

/**
 * Answers GET or HEAD of a file (RFC 9110): conditions first, then the range. The file is opened before its headers
 * are sent, so that a reader has the bytes that these tell of to their end, also where the photo's are replaced meanwhile.
 */
export async function answerFile(
  request: Request,
  format: PhotoFormat,
  asked: FileQuery,
): Promise<Response> {
  const { etag, lastModified } = format;
  const kept = {
    ...OPEN_TO_ALL,
    etag,
    // The address stays when the bytes are replaced, unless it says which they are.
    "cache-control":
      asked.version === format.version
        ? `private, max-age=${YEAR_SECONDS}, immutable`
        : "private, no-cache",
  };
  switch (checkConditions(request.headers, format)) {
    case "failed":
      return refuseInWords(
        412,
        "The file is not the one that was asked for: its bytes were replaced.",
        kept,
      );
    case "not modified":
      return new Response(null, { status: 304, headers: kept });
    case "go on":
  }
  const shown = asked.inline && mayBeShown(format.type);
  const headers: Record<string, string> = {
    ...kept,
    "last-modified": httpDate(lastModified),
    "accept-ranges": "bytes",
    "content-type": format.type,
    "content-disposition": disposition(
      shown ? "inline" : "attachment",
      format.filename,
      format.type,
    ),
    "x-content-type-options": "nosniff",
    "content-security-policy": shown ? SHOWN_POLICY : POLICY,
    // Its address holds the photo's token.
    "referrer-policy": "no-referrer",
  };
  if (format.sha256 !== null) headers["repr-digest"] = reprDigest(format.sha256);
  const blob = await format.read();
  if (request.method === "HEAD") {
    // Ranges are defined for GET alone (RFC 9110, 14.2).
    return new Response(null, { headers: { ...headers, "content-length": String(blob.size) } });
  }
  const range = rangeCounts(request.headers, format) ? request.headers.get("range") : null;
  // To ask for the size is a system call.
  if (range === null) return new Response(blob, { headers });
  const wanted = readRange(range, blob.size);
  if (wanted.kind === "unsatisfiable") {
    return refuseInWords(
      416,
      `The file has ${blob.size} bytes, and the range begins behind them.`,
      {
        etag,
        "accept-ranges": "bytes",
        "content-range": `bytes */${blob.size}`,
      },
    );
  }
  // Bun itself cuts the range out of a whole file that the request asks for, by the same rules: none, where this has found none.
  if (wanted.kind === "whole") return new Response(blob, { headers });
  return answerParts(wanted.parts, format, blob, headers, request.signal);
}

async function answerParts(
  parts: readonly FilePart[],
  format: PhotoFormat,
  blob: Blob,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const [only, ...more] = parts;
  if (only && more.length === 0) {
    const contentRange = `bytes ${only.start}-${only.end - 1}/${blob.size}`;
    return new Response(blob.slice(only.start, only.end, format.type), {
      status: 206,
      headers: { ...headers, "content-range": contentRange },
    });
  }
  const { type, body } = byteRanges(await format.open(), parts, format.type, signal);
  return new Response(body, { status: 206, headers: { ...headers, "content-type": type } });
}

/** RFC 9530: of the whole file, also where a part is sent. */
function reprDigest(hex: string): string {
  return `sha-256=:${Buffer.from(hex, "hex").toString("base64")}:`;
}

/** One line for whoever reads it. Nobody keeps it: a photo comes out of the trash, bytes are replaced by longer ones. */
export function refuseInWords(
  status: number,
  words: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(words, {
    status,
    headers: {
      ...OPEN_TO_ALL,
      ...headers,
      "cache-control": "no-store",
      "content-type": "text/plain",
      "x-content-type-options": "nosniff",
    },
  });
}
