import type { Piece, Plan } from "./chunks.ts";
import { formOf, type Part } from "./redeem.ts";

/** What a chunk's request looks like, the upload token and the file left out. */
export type Saying = { fields: [string, string][]; headers: Record<string, string> };

/** What flow.js 2.14.1 says of a chunk. */
export function flowFields(plan: Plan, { number, start, end }: Piece): [string, string][] {
  return [
    ["flowChunkNumber", String(number)],
    ["flowChunkSize", String(plan.chunkSize)],
    ["flowCurrentChunkSize", String(end - start)],
    ["flowTotalSize", String(plan.totalSize)],
    ["flowIdentifier", plan.identifier],
    ["flowFilename", plan.filename],
    ["flowRelativePath", plan.filename],
    ["flowTotalChunks", String(Math.floor(plan.totalSize / plan.chunkSize))],
  ];
}

/** What Dropzone 6.3.5 says of a chunk. */
export function dropzoneFields(plan: Plan, { number, start }: Piece): [string, string][] {
  return [
    ["dzuuid", plan.identifier],
    ["dzchunkindex", String(number - 1)],
    ["dztotalfilesize", String(plan.totalSize)],
    ["dzchunksize", String(plan.chunkSize)],
    ["dztotalchunkcount", String(Math.ceil(plan.totalSize / plan.chunkSize))],
    ["dzchunkbyteoffset", String(start)],
  ];
}

/** What jQuery File Upload 10.32.0 says of a chunk. */
export function rangeHeaders(
  { totalSize, filename }: Plan,
  { start, end }: Pick<Piece, "start" | "end">,
): Record<string, string> {
  return {
    "content-range": `bytes ${start}-${end - 1}/${totalSize}`,
    "content-disposition": `attachment; filename="${encodeURI(filename)}"`,
  };
}

export type Speaker = {
  name: string;
  /** Its last chunk is the remainder. */
  force: boolean;
  say(plan: Plan, piece: Piece): Saying;
};

/** The uploaders beside Resumable.js whose chunks are known (protocol 4.2). */
export const SPEAKERS: Speaker[] = [
  {
    name: "flow.js",
    force: false,
    say: (plan, piece) => ({ fields: flowFields(plan, piece), headers: {} }),
  },
  {
    name: "flow.js, forceChunkSize",
    force: true,
    say: (plan, piece) => ({ fields: flowFields(plan, piece), headers: {} }),
  },
  {
    name: "Dropzone",
    force: true,
    say: (plan, piece) => ({ fields: dropzoneFields(plan, piece), headers: {} }),
  },
  {
    name: "jQuery File Upload",
    force: true,
    say: (plan, piece) => ({ fields: [], headers: rangeHeaders(plan, piece) }),
  },
];

/** Where the upload token stands in a form. */
export type TokenPlace = "before the file" | "behind the file, with all fields";

export function familyForm(
  token: string,
  { fields }: Saying,
  bytes: Uint8Array<ArrayBuffer>,
  filename: string,
  place: TokenPlace = "before the file",
): FormData {
  const file: Part = ["file", bytes, filename];
  const said: Part[] = [...fields, ["upload_token", token]];
  return formOf(place === "before the file" ? [...said, file] : [file, ...said]);
}
