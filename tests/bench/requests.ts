import type { Sent } from "./plan.ts";

/** One file on its way to a contender. */
export type Transfer = {
  name: string;
  totalSize: number;
  /** As large as the file where it goes whole. */
  chunkSize: number;
  whole: boolean;
  parallel: number;
};

export type Chunk = { number: number; start: number; length: number };

/** The chunks of a transfer; its size is a multiple of theirs. */
export function chunksOf({ totalSize, chunkSize }: Transfer): Chunk[] {
  return Array.from({ length: totalSize / chunkSize }, (_, index) => ({
    number: index + 1,
    start: index * chunkSize,
    length: chunkSize,
  }));
}

export type Headers = Record<string, string | number>;

export function request(
  method: string,
  target: string,
  headers: Headers,
  { start, length }: { start: number; length: number } = { start: 0, length: 0 },
): Sent {
  return {
    head: head(method, target, { ...headers, "content-length": length }),
    start,
    length,
    tail: "",
  };
}

const BOUNDARY = "----WebKitFormBoundaryRedeemBenchmark";
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

/** A form as browsers send it: the fields, and the file behind them. */
export function multipart(
  target: string,
  fields: Record<string, string | number>,
  filename: string,
  { start, length }: { start: number; length: number },
): Sent {
  const parts = Object.entries(fields).map(([name, value]) => `${part(name)}\r\n\r\n${value}\r\n`);
  const file = `${part("file")}; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const before = parts.join("") + file;
  const headers = {
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    "content-length": Buffer.byteLength(before) + length + TAIL.length,
  };
  return { head: head("POST", target, headers) + before, start, length, tail: TAIL };
}

function part(name: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`;
}

function head(method: string, target: string, headers: Headers): string {
  const lines = Object.entries({ host: "127.0.0.1", ...headers });
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${target} HTTP/1.1\r\n${text}\r\n`;
}

/** What Resumable.js 1.1 says of a chunk. */
export function resumableFields(transfer: Transfer, chunk: Chunk): Record<string, string | number> {
  return {
    resumableChunkNumber: chunk.number,
    resumableChunkSize: transfer.chunkSize,
    resumableCurrentChunkSize: chunk.length,
    resumableTotalSize: transfer.totalSize,
    resumableType: "video/mp4",
    resumableIdentifier: `${transfer.totalSize}-${transfer.name}`,
    resumableFilename: transfer.name,
    resumableRelativePath: transfer.name,
    resumableTotalChunks: transfer.totalSize / transfer.chunkSize,
  };
}
