import { Type } from "@sinclair/typebox";
import { Problem } from "../../problem.ts";
import { TOKEN_NAMES, tokenClaim } from "../../upload/claim.ts";
import { callerClaim, uploaderClaim } from "../../upload/direct-claim.ts";
import { DIRECT_MINUTES } from "../../upload/direct-rules.ts";
import { toGrant } from "../../upload/grant.ts";
import type { Params } from "../../upload/params.ts";
import type { Claim } from "../../upload/types.ts";
import { authenticate } from "../authenticate.ts";
import { ANONYMOUS, requireLevel, type Caller } from "../caller.ts";
import type { Version } from "../envelope.ts";
import { EXAMPLE } from "../examples.ts";
import { readParameters } from "../parameters.ts";
import type { ClaimContext, FileMethod } from "./file-method.ts";
import { OF_A_TOKEN, refusing } from "./refused-fields.ts";
import { METADATA } from "./upload.ts";
import { unlockFields } from "./with-upload-token.ts";

const photoId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description:
    "The photo. Needed with a key, and with an `upload_token` that has several; a `replace_token` is for one alone.",
  examples: [EXAMPLE.photo.id],
});

const REFUSED = [
  OF_A_TOKEN,
  { names: METADATA, why: "the photo keeps what is said of it; replace changes its bytes alone." },
];

/** `replace`: new bytes for a photo, by whoever may change it, and the answer is the outcome (protocol 6). */
export const replace: FileMethod = {
  path: "photo/replace",
  key: "photo",
  message: "The photo was successfully replaced",
  refuses: "envelopes",
  fields: Type.Object({
    photo_id: Type.Optional(photoId),
    replace_token: Type.Optional(
      Type.String({
        description: "From get-replace-token, in place of a key. Its `return_url` is not called.",
        examples: [EXAMPLE.replaceToken],
      }),
    ),
    upload_token: Type.Optional(
      Type.String({
        description:
          "In place of a key: the upload token that the photo came with, as long as it is valid. Its uses are not counted.",
        examples: [EXAMPLE.uploadToken],
      }),
    ),
    ...unlockFields,
  }),
  caller: async (request, params, { credentials }) => {
    // A token is a credential of its own: as with the redeem methods, no other counts beside it.
    const named = Object.values(TOKEN_NAMES).some((name) => params.get(name));
    return named ? ANONYMOUS : authenticate(request, params, credentials);
  },
  claim: claimOf,
  docs: {
    operation: "replace",
    topic: "sending",
    summary: "Replace the bytes of a photo",
    description: `Sends a file, whole or in chunks, that replaces the bytes of a photo. The photo keeps its \`photo_id\`, \`tree_id\`, \`token\` and all that
is said of it. Until the file is complete everybody sees the old bytes, and from then on the new ones. Who may: an API key of level \`write\`, with
\`photo_id\`; or nobody in particular, with a \`replace_token\`, or with the \`upload_token\` that the photo came with, from other web origins too (CORS).
The answer is the outcome: nobody is redirected or called back.`,
    needs: "`file`, and `photo_id` or a token",
    curl: `-H "Authorization: Bearer $KEY" -F photo_id=${EXAMPLE.photo.id}`,
    octets: {
      words: `-H "Authorization: Bearer $KEY" `,
      query: `photo_id=${EXAMPLE.photo.id}&`,
    },
    token: "replace",
    level: "write",
    security: [{}, { apiKey: [] }],
  },
};

/** By what the parameters name: a token, wherever it stands, or the photo, by a caller that may change it. */
function claimOf(context: ClaimContext, caller: Caller, version: Version): Claim {
  const byReplaceToken = ofOwnPhoto(tokenClaim(context, "replace", { silent: true }));
  const byUploadToken = uploaderClaim(context);
  const byCaller = callerClaim(context, {
    caller: caller.userId,
    names: ["photo_id"],
    isIn: (params) => caller !== ANONYMOUS && Boolean(params.get("photo_id")?.trim()),
    replacedBy: readPhotoId,
    grantOf: (params, now) => {
      const limits = { ...context, validMinutes: DIRECT_MINUTES, now };
      const grant = toGrant({}, caller.userId, {}, limits);
      return { ...grant, replaces: readPhotoId(params), given: {} };
    },
  });
  const chosen = (params: Params): Claim => {
    const [replaceToken, uploadToken] = [TOKEN_NAMES.replace, TOKEN_NAMES.upload].map((name) =>
      params.get(name),
    );
    if (replaceToken && uploadToken) {
      throw new Problem("invalid_input", "Give replace_token or upload_token, not both.");
    }
    if (replaceToken) return byReplaceToken;
    if (uploadToken) return byUploadToken;
    requireLevel(caller, "write", version);
    return byCaller;
  };
  const claim: Claim = {
    names: ["photo_id", TOKEN_NAMES.replace, TOKEN_NAMES.upload],
    isIn: (params) => [byReplaceToken, byUploadToken, byCaller].some((one) => one.isIn(params)),
    ofFile: async (params, origin) => chosen(params).ofFile(params, origin),
    ofChunk: async (params, origin, chunk) => chosen(params).ofChunk(params, origin, chunk),
    ofQuestion: async (params, origin, chunk) => chosen(params).ofQuestion(params, origin, chunk),
  };
  return refusing(claim, REFUSED);
}

/** A replace token is for one photo: another one must not be named beside it. */
function ofOwnPhoto(claim: Claim): Claim {
  const find: Claim["ofFile"] = async (params, origin) => {
    const owner = await claim.ofFile(params, origin);
    const named = params.get("photo_id")?.trim();
    if (named && named !== String(owner.token.replaces)) {
      throw new Problem("invalid_input", "photo_id is not the photo of the replace token.");
    }
    return owner;
  };
  return { ...claim, ofFile: find, ofChunk: find, ofQuestion: find };
}

/** @throws Problem invalid_input */
function readPhotoId(params: Params): number {
  return readParameters(Type.Object({ photo_id: photoId }), params).photo_id;
}
