import { Type } from "@sinclair/typebox";
import { tokenClaim } from "../../upload/claim.ts";
import { ANONYMOUS } from "../caller.ts";
import { EXAMPLE } from "../examples.ts";
import type { FileMethod } from "./file-method.ts";

/** `redeem-replace-token`: a browser sends new bytes for a photo (protocol 6). */
export const redeemReplaceToken: FileMethod = {
  path: "photo/redeem-replace-token",
  key: "upload",
  message: "The photo was successfully replaced",
  refuses: "lines",
  fields: Type.Object({
    replace_token: Type.String({
      description: "From get-replace-token. It is the only credential that is needed.",
      examples: [EXAMPLE.replaceToken],
    }),
  }),
  // Any other credential is ignored (protocol 2).
  caller: async () => ANONYMOUS,
  claim: (context) => tokenClaim(context, "replace"),
  docs: {
    operation: "redeemReplaceToken",
    topic: "sending",
    summary: "Redeem a replace token: send new bytes for a photo",
    description: `Sends a file, whole or in chunks, as redeem-upload-token does; it makes no new photo, but replaces the bytes of the one
that get-replace-token was called for. That keeps its \`photo_id\`, \`tree_id\`, \`token\` and all that is said of it. Until the file is complete,
everybody sees the old bytes, and from then on the new ones. The replace token is the only credential, so browsers call this on other web
origins too (CORS). A field that is not listed here is an *extra parameter*, given back with the outcome.`,
    needs: "`replace_token` and `file`",
    curl: `-F replace_token="$TOKEN"`,
    octets: { words: "", query: "replace_token=$TOKEN&" },
    script: "{ replace_token: token }",
    token: "replace",
    security: [],
    others: "Any other field is an extra parameter: it is given back with the outcome.",
  },
};
