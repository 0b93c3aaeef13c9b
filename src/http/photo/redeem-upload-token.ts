import { Type } from "@sinclair/typebox";
import { tokenClaim } from "../../upload/claim.ts";
import { ANONYMOUS } from "../caller.ts";
import { EXAMPLE } from "../examples.ts";
import type { FileMethod } from "./file-method.ts";
import { guestFields } from "./redeem-fields.ts";
import { unlockFields } from "./with-upload-token.ts";

/** `redeem-upload-token`: a browser sends a file, whole or in chunks (protocol 4). */
export const redeemUploadToken: FileMethod = {
  path: "photo/redeem-upload-token",
  key: "upload",
  message: "The file was successfully uploaded",
  refuses: "lines",
  page: true,
  fields: Type.Object({
    upload_token: Type.String({
      description:
        "From get-upload-token. It is the only credential that is needed, but for the passphrase of a token that has one.",
      examples: [EXAMPLE.uploadToken],
    }),
    ...unlockFields,
    ...guestFields.properties,
  }),
  // Any other credential is ignored (protocol 2).
  caller: async () => ANONYMOUS,
  claim: (context) => tokenClaim(context, "upload"),
  docs: {
    operation: "redeemUploadToken",
    topic: "sending",
    summary: "Redeem an upload token: send a file",
    description: `Sends a file, whole or in chunks. The upload token is the only credential, so browsers call
this on other web origins too (CORS). Fields may come in any order, before and after the file; one that
is not listed here is an *extra parameter*, given back with the outcome. A form of a page without script says \`format=page\` as well: it is answered
with a page of words.`,
    needs: "`upload_token` and `file`",
    curl: `-F upload_token="$TOKEN"`,
    octets: { words: "", query: "upload_token=$TOKEN&" },
    script: "{ upload_token: token }",
    token: "upload",
    security: [],
    others: "Any other field is an extra parameter: it is given back with the outcome.",
  },
};
