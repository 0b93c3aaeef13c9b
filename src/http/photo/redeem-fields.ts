import { Type, type TObject } from "@sinclair/typebox";
import { GUEST_LENGTH } from "../../api-limits.ts";
import { digestsOf } from "../../upload/digests.ts";
import type { Params } from "../../upload/params.ts";
import { readParameters } from "../parameters.ts";

const wholeNumber = (description: string, example: number) =>
  Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    allowed: "a whole number",
    description,
    examples: [example],
  });

/** What an uploader tells beside what is needed: taken as it comes (protocol 4.2). */
const reported = (description: string, example: string) =>
  Type.String({ description: `${description} Recorded, never needed.`, examples: [example] });

/** What makes a request one for a chunk (protocol 4.2). */
export const chunkFields = Type.Object({
  resumableChunkNumber: Type.Optional(
    wholeNumber(
      "Number of the chunk, from 1. Empty or 0: a whole file. flow.js: `flowChunkNumber`; Dropzone: `dzchunkindex`, from 0.",
      1,
    ),
  ),
  resumableChunkSize: Type.Optional(
    wholeNumber(
      "The general chunk size in bytes. Chunk *n* begins at byte (*n* - 1) × this. Empty or 0: a whole file. flow.js: `flowChunkSize`; Dropzone: `dzchunksize`.",
      1_048_576,
    ),
  ),
  resumableTotalSize: Type.Optional(
    wholeNumber(
      "Size of the complete file in bytes. Empty or 0: a whole file. flow.js: `flowTotalSize`; Dropzone: `dztotalfilesize`.",
      2_481_022,
    ),
  ),
  resumableIdentifier: Type.Optional(
    Type.String({
      maxLength: 1024,
      description:
        "Names the file among those of its token. Empty: a whole file. flow.js: `flowIdentifier`; Dropzone: `dzuuid`.",
      examples: ["2481022-partyjpg"],
    }),
  ),
  resumableFilename: Type.Optional(
    Type.String({
      description:
        "The file's name. Wins over the name of the part `file`; only its last path segment is kept. flow.js: `flowFilename`.",
      examples: ["party.jpg"],
    }),
  ),
  resumableTotalChunks: Type.Optional(reported("How many chunks there are.", "2")),
  resumableCurrentChunkSize: Type.Optional(
    reported("Size of this chunk in bytes, which are counted.", "1048576"),
  ),
  resumableType: Type.Optional(
    reported(
      "The file's media type as the browser sees it; files are judged by content.",
      "image/jpeg",
    ),
  ),
  resumableRelativePath: Type.Optional(
    reported("Where the file lay in a folder that was picked.", "summer/party.jpg"),
  ),
});

/** What a guest answers to what the upload page asks (`ask`, protocol 3): extra parameters, within limits. */
export const guestFields = Type.Object({
  guest_name: Type.Optional(
    Type.String({
      maxLength: GUEST_LENGTH.name,
      description: "Who sends the file, where its token asks: an extra parameter, within a limit.",
      examples: ["Ann"],
    }),
  ),
  guest_note: Type.Optional(
    Type.String({
      maxLength: GUEST_LENGTH.note,
      description: "What a guest says of the file, where its token asks: an extra parameter.",
      examples: ["From the second day"],
    }),
  ),
});

/** What a client may say of hashes, for damage on the way to be found (protocol 4.5). */
const digestFields = Type.Object({
  digest: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        "Hash of the file in this request, whole or a chunk: `sha-256:` or `sha-512:`, and the hash behind it, hexadecimal or in base64. Where the bytes that came have another one, nothing is kept.",
      examples: ["sha-256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"],
    }),
  ),
  file_digest: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        "The same of the complete file, with any of its chunks. It is compared when the last one is there.",
      examples: ["sha-256:LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="],
    }),
  ),
});

/** The file of a form, or the body that is one. */
export const fileField = Type.Unsafe<Blob>({
  type: "string",
  format: "binary",
  description: "The whole file, or the bytes of one chunk.",
});

/**
 * The parameters of the question for a chunk.
 * @param own what the method takes beside a chunk's
 */
export function askQuery(own: TObject): TObject {
  return Type.Object({ ...own.properties, ...chunkFields.properties });
}

/** The parameters of a request whose body is the file itself. */
export function fileQuery(own: TObject): TObject {
  return Type.Object({ ...askQuery(own).properties, ...digestFields.properties });
}

/**
 * The form that sends a file.
 * @param others what any other field is; undefined where the method makes nothing of it
 */
export function fileForm(own: TObject, others: string | undefined): TObject {
  const fields = {
    ...own.properties,
    file: fileField,
    ...chunkFields.properties,
    ...digestFields.properties,
  };
  if (others === undefined) return Type.Object(fields);
  return Type.Object(fields, { additionalProperties: Type.String({ description: others }) });
}

/**
 * Whether what is known of a request's fields so far is as documented. The upload token is looked up, and a
 * missing one refused, where the file is received (protocol 4.1).
 * @throws Problem invalid_input naming the field, what it may be and what it was
 */
export function requireFields(params: Params): void {
  readParameters(chunkFields, params);
  readParameters(guestFields, asTyped(params));
  digestsOf(params);
}

/** What the guest answers, as long as the guest sees it: forms send the end of a line as two characters (HTML, 4.10.22.4). */
function asTyped(params: Params): Params {
  const said = Object.keys(guestFields.properties).flatMap((name): [string, string][] => {
    const answer = params.get(name);
    return answer === undefined ? [] : [[name, answer.replaceAll("\r\n", "\n")]];
  });
  return new Map(said);
}
