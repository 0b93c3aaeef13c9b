import { Type, type Static } from "@sinclair/typebox";
import type { Return } from "../../callback/address.ts";
import { Problem, refusedToken } from "../../problem.ts";
import type { DescribedMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { photoIds } from "../photo-fields.ts";
import { redeemUploadToken } from "./redeem-upload-token.ts";
import { chunkFields, fileField } from "./redeem-fields.ts";
import { lockedRefusals } from "./with-upload-token.ts";

/** Files that one request may have. */
export const MOST_FILES = 100;

const credentials = Type.Pick(redeemUploadToken.fields, ["upload_token", "upload_grant"]);
const { resumableFilename, ...chunk } = Type.Pick(chunkFields, [
  "resumableIdentifier",
  "resumableChunkNumber",
  "resumableChunkSize",
  "resumableTotalSize",
  "resumableFilename",
]).properties;

/**
 * In the order in which they have to come, and no more than these: Swagger UI sends eight fields in their order, and more
 * in any.
 */
const input = Type.Object(
  {
    ...credentials.properties,
    ...Type.Required(Type.Object(chunk)).properties,
    resumableFilename,
    file: fileField,
  },
  { additionalProperties: Type.String({ description: "What else redeem-upload-token takes." }) },
);

const oneOutcome = Type.Object({
  identifier: Type.String({
    description: "The file's `resumableIdentifier`; empty where it has none.",
  }),
  status: Type.Integer({
    description:
      "What redeem-upload-token would answer for this file alone: 200 it is here; 400, 403, 404, 500 it will never be; 408, 503, 507 it may be sent again.",
  }),
  message: Type.String({ description: "For people. `ok`: a chunk of several is stored." }),
  code: Type.Optional(Type.String({ description: "Of a refusal, as in an error's own answer." })),
  retry_after: Type.Optional(
    Type.Integer({ description: "Seconds to wait before it is sent again." }),
  ),
  photo_id: Type.Optional(photoIds.properties.photo_id),
  tree_id: Type.Optional(photoIds.properties.tree_id),
  token: Type.Optional(photoIds.properties.token),
  return: Type.Optional(
    Type.Unsafe<Return | null>({
      anyOf: [{ type: "object" }, { type: "null" }],
      description:
        "Where the outcome is to be carried (`method`, `url`, `fields`): the browser does that, unless the token has no `return_url`, or the server calls it itself; then null.",
    }),
  ),
});

/** What became of one file, as it is answered. */
export type OneOutcome = Static<typeof oneOutcome>;

/** `redeem-upload-token-many`: small files together, in one request (protocol 4.9). It is received in serve-many.ts. */
export const redeemUploadTokenMany = {
  path: "photo/redeem-upload-token-many",
  versions: [2],
  level: "anonymous",
  topic: "sending",
  summary: "Redeem an upload token: send several small files",
  description: `Sends up to ${MOST_FILES} files with one request: for many small ones that is faster than a request for each. First come \`upload_token\`, what opens it, and
extra parameters that count for all files; then for each file its fields and, behind them, its part \`file\`. Each is a chunk, as redeem-upload-token takes it, a small file a
single one; so it may be sent again after a lost answer, in whatever request, and stays one photo. Further fields before a file that is not the first one count for that file.

The files are received and become photos in their order, and \`files\` says in the same order what became of each. One that is refused does not stop the others. Where the
connection breaks, those that were there before are kept; where an answer is an error of the whole request, too.`,
  input,
  output: object({
    name: "RedeemedFiles",
    key: "upload",
    message: "",
    fields: Type.Object({
      files: Type.Array(oneOutcome, {
        description: "What became of each, in the order in which they came.",
      }),
    }),
  }),
  example: {
    input: {},
    output: () => ({
      files: [
        {
          identifier: "2481022-partyjpg",
          status: 200,
          message: redeemUploadToken.message,
          photo_id: EXAMPLE.photo.id,
          tree_id: EXAMPLE.photo.treeId,
          token: EXAMPLE.photo.token,
          return: null,
        },
        {
          identifier: "1022-notestxt",
          status: 500,
          code: "file_not_supported",
          message: "This type of file is not supported.",
        },
      ],
    }),
  },
  refusals: [
    {
      problem: () => new Problem("no_file", "The file is missing: send it in the field 'file'."),
      when: "There is no file.",
    },
    {
      problem: refusedToken.unknown,
      when: "The `upload_token` is not known, or was revoked: no file was received.",
    },
    ...lockedRefusals,
  ],
} satisfies DescribedMethod;
