import { Type } from "@sinclair/typebox";
import type { Params } from "../../upload/params.ts";
import { EXAMPLE } from "../examples.ts";
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

const uploadToken = Type.Object({
  upload_token: Type.String({
    description: "From get-upload-token. It is the only credential that is needed.",
    examples: [EXAMPLE.uploadToken],
  }),
});

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

/** The parameters of a request whose body is the file itself, and of the question for a chunk. */
export const redeemQuery = Type.Object({ ...uploadToken.properties, ...chunkFields.properties });

/** The form that sends a file. */
export const redeemForm = Type.Object(
  {
    ...uploadToken.properties,
    file: Type.Unsafe<Blob>({
      type: "string",
      format: "binary",
      description: "The whole file, or the bytes of one chunk.",
    }),
    ...chunkFields.properties,
  },
  {
    additionalProperties: Type.String({
      description: "Any other field is an extra parameter: it is given back with the outcome.",
    }),
  },
);

/**
 * Whether what is known of a request's fields so far is as documented. The upload token is looked up, and a
 * missing one refused, where the file is received (protocol 4.1).
 * @throws Problem invalid_input naming the field, what it may be and what it was
 */
export function requireFields(params: Params): void {
  readParameters(chunkFields, params);
}
