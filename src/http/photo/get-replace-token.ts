import { Type, type Static } from "@sinclair/typebox";
import { MOST_USES, VALID_MINUTES } from "../../api-limits.ts";
import { noSuchPhoto } from "../../problem.ts";
import type { UploadToken } from "../../records/records.ts";
import { extraBeside, toGrant } from "../../upload/grant.ts";
import { issueToken, requirePhoto } from "../../upload/token.ts";
import { unixSeconds } from "../dates.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { getUploadToken } from "./get-upload-token.ts";

/** For how long a token may start uploads that asks for no time. */
const DEFAULT_MINUTES = 180;

const like = getUploadToken.input.properties;

const input = Type.Object({
  photo_id: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: "The photo or video that gets new bytes.",
    examples: [EXAMPLE.photo.id],
  }),
  return_url: like.return_url,
  background_return_p: like.background_return_p,
  valid_minutes: Type.Optional(
    Type.Integer({
      minimum: VALID_MINUTES.least,
      maximum: VALID_MINUTES.most,
      description:
        "How long the token may start uploads, in minutes, up to a year. Default 180, in both versions.",
      examples: [60],
    }),
  ),
  max_uploads: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MOST_USES,
      description: "How often the bytes may be replaced. Default 1.",
      examples: [5],
    }),
  ),
  max_size: like.max_size,
  types: like.types,
  origin: like.origin,
});

const fields = Type.Object({
  replace_token: Type.String({ description: "The token to redeem: 64 characters 0-9A-Za-z." }),
  photo_id: Type.Integer(),
  max_uploads: Type.Integer(),
  valid_minutes: Type.Integer(),
  valid_until: Type.Integer({ description: "Unix seconds." }),
  return_url: Type.String(),
  background_return_p: Type.Boolean(),
  max_size: Type.Optional(Type.Integer({ description: "Only where it was asked for." })),
  types: Type.Optional(Type.String({ description: "Only where it was asked for." })),
  origin: Type.Optional(Type.String({ description: "Only where it was asked for." })),
});

/** `get-replace-token`: a backend asks for a token by which a browser replaces the bytes of a photo (protocol 6). */
export const getReplaceToken = defineMethod({
  path: "photo/get-replace-token",
  level: "write",
  topic: "tokens",
  summary: "Get a replace token",
  description: `Called by your backend, with an API key of level \`write\`. Hand the \`replace_token\` of the answer to the
browser, which sends the new bytes of the photo to redeem-replace-token.

A parameter that is empty counts as absent. One that is not listed here is an *extra parameter*, as with get-upload-token.`,
  input,
  output: object({
    name: "ReplaceToken",
    key: "replacetoken",
    message: "The replace token is ready to use",
    fields,
  }),
  example: {
    input: { photo_id: EXAMPLE.photo.id },
    output: () => {
      const validUntil = EXAMPLE.token.createdAt + DEFAULT_MINUTES * 60_000;
      const token = { ...EXAMPLE.token, maxUploads: 1, validMinutes: DEFAULT_MINUTES, validUntil };
      return describe({ ...token, replaces: EXAMPLE.photo.id }, EXAMPLE.replaceToken);
    },
  },
  refusals: [{ problem: noSuchPhoto, when: "The photo is not there, or in the trash." }],
  returns: "replace",
  run: async ({ input: wanted, others, caller }, context) => {
    const now = context.now();
    const { id } = await requirePhoto(context.records, wanted.photo_id);
    const grant = toGrant(wanted, caller.userId, extraBeside(others, []), {
      maxSize: context.maxSize,
      types: context.types,
      validMinutes: DEFAULT_MINUTES,
      now,
    });
    const { uploadToken, token } = await issueToken(context, { ...grant, replaces: id }, now);
    context.events.emit({ kind: "token changed", token: token.id, what: "made" });
    return describe(token, uploadToken);
  },
});

function describe(token: UploadToken, replaceToken: string): Static<typeof fields> {
  return {
    replace_token: replaceToken,
    photo_id: token.replaces ?? 0,
    max_uploads: token.maxUploads,
    valid_minutes: token.validMinutes,
    valid_until: unixSeconds(token.validUntil),
    return_url: token.returnUrl,
    background_return_p: token.backgroundReturn,
    ...(token.maxSize === null ? {} : { max_size: token.maxSize }),
    ...(token.types ? { types: token.types.join(",") } : {}),
    ...(token.origin === null ? {} : { origin: token.origin }),
  };
}
