import { Type } from "@sinclair/typebox";

/** No defaults and no examples: Swagger UI would send them, and make a broken chunk of a whole file. */
export const redeemFields = Type.Object({
  upload_token: Type.String({
    description: "From get-upload-token. It is the only credential that is needed.",
  }),
  resumableChunkNumber: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        "Number of the chunk, from 1. Empty or 0: a whole file. flow.js: `flowChunkNumber`; Dropzone: `dzchunkindex`, from 0.",
    }),
  ),
  resumableChunkSize: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        "The general chunk size in bytes. Chunk *n* begins at byte (*n* - 1) × this. Empty or 0: a whole file. flow.js: `flowChunkSize`; Dropzone: `dzchunksize`.",
    }),
  ),
  resumableTotalSize: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        "Size of the complete file in bytes. Empty or 0: a whole file. flow.js: `flowTotalSize`; Dropzone: `dztotalfilesize`.",
    }),
  ),
  resumableIdentifier: Type.Optional(
    Type.String({
      maxLength: 1024,
      description:
        "Names the file among those of its token. Empty: a whole file. flow.js: `flowIdentifier`; Dropzone: `dzuuid`.",
    }),
  ),
  resumableFilename: Type.Optional(
    Type.String({
      description:
        "The file's name. Wins over the name of the part `file`; only its last path segment is kept. flow.js: `flowFilename`.",
    }),
  ),
  resumableTotalChunks: Type.Optional(
    Type.Integer({ minimum: 0, description: "How many chunks there are. Recorded, never needed." }),
  ),
  resumableCurrentChunkSize: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: "Size of this chunk in bytes. Recorded, never needed: the bytes are counted.",
    }),
  ),
  resumableType: Type.Optional(
    Type.String({
      description:
        "The file's media type as the browser sees it. Recorded, never needed: files are judged by content.",
    }),
  ),
  resumableRelativePath: Type.Optional(
    Type.String({
      description: "Where the file lay in a folder that was picked. Recorded, never needed.",
    }),
  ),
});

const { upload_token, ...resumable } = redeemFields.properties;

export const redeemForm = Type.Object(
  {
    upload_token,
    file: Type.Unsafe<Blob>({
      type: "string",
      format: "binary",
      description: "The whole file, or the bytes of one chunk.",
    }),
    ...resumable,
  },
  {
    additionalProperties: Type.String({
      description: "Any other field is an extra parameter: it is given back with the outcome.",
    }),
  },
);
