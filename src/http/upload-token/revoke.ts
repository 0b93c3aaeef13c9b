import { Type } from "@sinclair/typebox";
import { revokeLink } from "../../upload/link.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { reachOf } from "../reach.ts";
import {
  describeToken,
  exampleToken,
  refusedUnknownToken,
  tokenFields,
  tokenId,
} from "./fields.ts";

/** `upload-token/revoke`: nothing comes by a link any more (protocol 6.3). */
export const uploadTokenRevoke = defineMethod({
  path: "upload-token/revoke",
  versions: [2],
  level: "write",
  topic: "tokens",
  summary: "Revoke an upload token",
  description: `From now on nothing begins with the token, and what is under way is refused. Photos that came with it stay. It cannot be taken
back; of a token that is revoked already the answer is the same.`,
  input: Type.Object({ token_id: tokenId }),
  output: object({
    name: "RevokedUploadToken",
    key: "uploadtoken",
    message: "The upload token was revoked",
    fields: tokenFields,
  }),
  example: {
    input: { token_id: EXAMPLE.token.id },
    output: (address) => ({ ...exampleToken(address), state: "revoked", reserved: 0 }),
  },
  refusals: [refusedUnknownToken],
  run: async ({ input, caller }, context) => {
    const token = await revokeLink(context, input.token_id, reachOf(caller));
    return describeToken(token, context);
  },
});
