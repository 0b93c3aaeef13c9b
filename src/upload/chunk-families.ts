/**
 * How an uploader names what it says of a chunk (protocol 4.2). Pure data: chunk.ts reads it.
 */
export type Family = {
  /** Parameter with the chunk's number. */
  number: string;
  /** The number that its first chunk has. */
  first: 0 | 1;
  chunkSize: string;
  totalSize: string;
  identifier: string;
  /** Parameter with the file's name; null where the part alone has it. */
  filename: string | null;
  /** Parameter with this chunk's own length. */
  currentSize: string | null;
  /** Its last chunk is the remainder, so never longer than the others. */
  lastIsRemainder: boolean;
  /** What else it says: recorded when present, for the log. */
  clientInfo: readonly string[];
};

/** In the order in which they count: the first that is complete in a request. */
export const FAMILIES: readonly Family[] = [
  namedAfter("resumable", ["Type", "RelativePath"]),
  namedAfter("flow", ["RelativePath"]),
  {
    number: "dzchunkindex",
    first: 0,
    chunkSize: "dzchunksize",
    totalSize: "dztotalfilesize",
    identifier: "dzuuid",
    filename: null,
    currentSize: null,
    lastIsRemainder: true,
    clientInfo: ["dztotalchunkcount", "dzchunkbyteoffset"],
  },
];

/** Resumable.js, and flow.js, which came from it and changed the prefix. */
function namedAfter(prefix: string, clientInfo: readonly string[]): Family {
  return {
    number: `${prefix}ChunkNumber`,
    first: 1,
    chunkSize: `${prefix}ChunkSize`,
    totalSize: `${prefix}TotalSize`,
    identifier: `${prefix}Identifier`,
    filename: `${prefix}Filename`,
    currentSize: `${prefix}CurrentChunkSize`,
    lastIsRemainder: false,
    clientInfo: ["TotalChunks", "CurrentChunkSize", ...clientInfo].map((name) => prefix + name),
  };
}

const NAMES = new Set(
  FAMILIES.flatMap(({ number, chunkSize, totalSize, identifier, filename, clientInfo }) => [
    number,
    chunkSize,
    totalSize,
    identifier,
    ...(filename === null ? [] : [filename]),
    ...clientInfo,
  ]),
);

/** Whether a parameter belongs to an uploader's words for a chunk. */
export function isOfFamily(name: string): boolean {
  return NAMES.has(name);
}
