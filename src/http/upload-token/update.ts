import { Type } from "@sinclair/typebox";
import { changeLink } from "../../upload/link.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { getUploadToken } from "../photo/get-upload-token.ts";
import { clearable, metadataFields } from "../photo/metadata-fields.ts";
import { reachOf } from "../reach.ts";
import {
  describeToken,
  exampleToken,
  refusedUnknownToken,
  tokenFields,
  tokenId,
} from "./fields.ts";

const BACKENDS = "it stays as get-upload-token was told.";
const granted = getUploadToken.input.properties;

/** `upload-token/update`: a link that is there gets another end, other uses, other words (protocol 6.3). */
export const uploadTokenUpdate = defineMethod({
  path: "upload-token/update",
  versions: [2],
  level: "write",
  topic: "tokens",
  summary: "Change an upload token",
  description: `Extends an upload token or a replace token, also one that has expired, and changes what its page says. What is not sent
stays. Photos that are there already keep their title and description; those to come have the new ones. Fewer uses than have
become photos or are under way are refused, and so is every change of a token that was revoked.`,
  input: Type.Object({
    token_id: tokenId,
    valid_minutes: Type.Optional({
      ...granted.valid_minutes,
      description: "It may start uploads for so many minutes from now.",
    }),
    max_uploads: Type.Optional({
      ...granted.max_uploads,
      description: "How many files, those counted that have come.",
    }),
    title: Type.Optional(clearable(metadataFields.title)),
    description: Type.Optional(clearable(metadataFields.description)),
    sender: Type.Optional(clearable(Type.Index(getUploadToken.input, ["sender"]))),
  }),
  unsupported: { types: BACKENDS, max_size: BACKENDS, origin: BACKENDS, return_url: BACKENDS },
  output: object({
    name: "ChangedUploadToken",
    key: "uploadtoken",
    message: "The upload token was updated",
    fields: tokenFields,
  }),
  example: {
    input: { token_id: EXAMPLE.token.id, valid_minutes: 1440, max_uploads: 20 },
    output: exampleToken,
  },
  refusals: [refusedUnknownToken],
  run: async ({ input, caller }, context) => {
    const token = await changeLink(context, input.token_id, reachOf(caller), input);
    return describeToken(token, context);
  },
});
