import { Type, type Static } from "@sinclair/typebox";
import { MOST_USES, PASSPHRASE_LENGTH, SENDER_LENGTH, VALID_MINUTES } from "../../api-limits.ts";
import type { UploadToken } from "../../records/records.ts";
import { requireAlbums } from "../../upload/albums.ts";
import { extraBeside, toGrant } from "../../upload/grant.ts";
import { hashPassphrase } from "../../upload/passphrase.ts";
import { issueToken } from "../../upload/token.ts";
import { ansiDate, unixSeconds } from "../dates.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { metadataFields, URL_LENGTH } from "./metadata-fields.ts";

/** For how long a token may start uploads that asks for no time, by version. */
const DEFAULT_MINUTES = { 1: 180, 2: 360 };

const input = Type.Object({
  return_url: Type.Optional(
    Type.String({
      maxLength: URL_LENGTH,
      allowed: `an http or https address of at most ${URL_LENGTH} characters`,
      description: "Where the outcome goes, `http` or `https`. Without it the answer is plain.",
      examples: [EXAMPLE.returnUrl],
    }),
  ),
  background_return_p: Type.Optional(
    Type.Boolean({
      description: "1: the server calls `return_url` itself. Default 0: the browser is redirected.",
      examples: [true],
    }),
  ),
  user_id: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "The owner. Needs level `super`; otherwise it is the caller's own user.",
      examples: [9],
    }),
  ),
  album_id: Type.Optional(metadataFields.album_id),
  title: Type.Optional(metadataFields.title),
  description: Type.Optional(metadataFields.description),
  tags: Type.Optional(metadataFields.tags),
  publish: Type.Optional(metadataFields.publish),
  publish_date: Type.Optional(metadataFields.publish_date),
  absolute_url: Type.Optional(metadataFields.absolute_url),
  valid_minutes: Type.Optional(
    Type.Integer({
      minimum: VALID_MINUTES.least,
      maximum: VALID_MINUTES.most,
      description:
        "How long the token may start uploads, in minutes, up to a year. Default 180 (v1), 360 (v2).",
      examples: [60],
    }),
  ),
  max_uploads: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MOST_USES,
      description: "How many files. Default 1.",
      examples: [5],
    }),
  ),
  max_size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "Largest file in bytes, at most the server's own limit.",
      examples: [100_000_000],
    }),
  ),
  types: Type.Optional(
    Type.String({
      maxLength: 4096,
      description: "Media types or ranges, comma separated, such as `image/*,video/mp4`.",
      examples: ["image/*,video/mp4"],
    }),
  ),
  origin: Type.Optional(
    Type.String({
      maxLength: 300,
      description:
        "The only web origin that browsers may redeem from, beside this server's own pages.",
      examples: ["https://www.example.com"],
    }),
  ),
  sender: Type.Optional(
    Type.String({
      maxLength: SENDER_LENGTH,
      description: "Who asks for the files: the upload page says it.",
      examples: ["Ann and Tom"],
    }),
  ),
  ask: Type.Optional(
    Type.String({
      maxLength: 100,
      description:
        "What the upload page asks of a guest, comma separated: `name`, `note`. The answers are the extra parameters `guest_name` and `guest_note`.",
      examples: ["name,note"],
    }),
  ),
  passphrase: Type.Optional(
    Type.String({
      secret: true,
      description: `What whoever uses the token has to know beside it, ${PASSPHRASE_LENGTH.least} to ${PASSPHRASE_LENGTH.most} characters. It is kept hashed, and answered to nobody.`,
      examples: [EXAMPLE.passphrase],
    }),
  ),
});

const asked = "Only where it was asked for.";

const fields = Type.Object({
  upload_token: Type.String({ description: "The token to redeem: 64 characters 0-9A-Za-z." }),
  title: Type.String(),
  description: Type.String({ description: "What of its HTML is kept." }),
  tags: Type.String(),
  publish: Type.Boolean({ letters: true, description: "Whether the photo is published at once." }),
  user_id: Type.Integer({ description: "The owner: the id of an API key; 0 is the operator." }),
  album_id: Type.String(),
  max_uploads: Type.Integer(),
  valid_minutes: Type.Integer(),
  valid_until: Type.Integer({ description: "Unix seconds." }),
  return_url: Type.String(),
  background_return_p: Type.Boolean(),
  absolute_url: Type.String(),
  publish_date: Type.String({ description: "`YYYY-MM-DD HH:MM:SS` (UTC), or empty." }),
  upload_url: Type.String({ description: "The ready-made upload page for this token." }),
  max_size: Type.Optional(Type.Integer({ description: asked })),
  types: Type.Optional(Type.String({ description: asked })),
  origin: Type.Optional(Type.String({ description: asked })),
  sender: Type.Optional(Type.String({ description: asked })),
  ask: Type.Optional(Type.String({ description: asked })),
  passphrase_p: Type.Optional(
    Type.Boolean({ description: "The token has a passphrase. Only where it has one." }),
  ),
});

/** `get-upload-token`: a backend asks for a token to hand to a browser (protocol 3). */
export const getUploadToken = defineMethod({
  path: "photo/get-upload-token",
  level: "write",
  topic: "tokens",
  summary: "Get an upload token",
  description: `Called by your backend, with an API key of level \`write\`. Hand the \`upload_token\` of the answer to the
browser, or send the visitor to \`upload_url\`, the ready-made upload page.

Every parameter may be left out; one that is empty counts as absent. A parameter that is not listed here is an *extra
parameter*: it is kept, and given back to \`return_url\` with the outcome. Names that a backend could read as one of the
outcome's own, or of \`return_url\`'s query (\`photo.id\`, \`token[]\`), are left out.`,
  input,
  output: object({
    name: "UploadToken",
    key: "uploadtoken",
    message: "The upload token is ready to use",
    fields,
  }),
  example: {
    input: { title: EXAMPLE.token.title, max_uploads: EXAMPLE.token.maxUploads },
    output: (address, version) => {
      const validMinutes = DEFAULT_MINUTES[version];
      const validUntil = EXAMPLE.token.createdAt + validMinutes * 60_000;
      return describe({ ...EXAMPLE.token, validMinutes, validUntil }, EXAMPLE.uploadToken, address);
    },
  },
  returns: "upload",
  run: async ({ input: wanted, others, caller, version }, context) => {
    const now = context.now();
    const userId = caller.level === "super" ? (wanted.user_id ?? caller.userId) : caller.userId;
    const grant = toGrant(wanted, userId, extraBeside(others, []), {
      maxSize: context.maxSize,
      types: context.types,
      validMinutes: DEFAULT_MINUTES[version],
      now,
    });
    await requireAlbums(context.records, grant.albumId);
    const passphraseHash =
      wanted.passphrase === undefined ? null : await hashPassphrase(wanted.passphrase);
    const { uploadToken, token } = await issueToken(context, { ...grant, passphraseHash }, now);
    context.events.emit({ kind: "token changed", token: token.id, what: "made" });
    return describe(token, uploadToken, context.publicUrl());
  },
});

function describe(token: UploadToken, uploadToken: string, address: string): Static<typeof fields> {
  return {
    upload_token: uploadToken,
    title: token.title,
    description: token.description,
    tags: token.tags,
    publish: token.publish,
    user_id: token.userId,
    album_id: token.albumId,
    max_uploads: token.maxUploads,
    valid_minutes: token.validMinutes,
    valid_until: unixSeconds(token.validUntil),
    return_url: token.returnUrl,
    background_return_p: token.backgroundReturn,
    absolute_url: token.absoluteUrl,
    publish_date: token.publishDate === null ? "" : ansiDate(token.publishDate),
    upload_url: `${address}/upload/${uploadToken}`,
    ...(token.maxSize === null ? {} : { max_size: token.maxSize }),
    ...(token.types ? { types: token.types.join(",") } : {}),
    ...(token.origin === null ? {} : { origin: token.origin }),
    ...(token.sender === "" ? {} : { sender: token.sender }),
    ...(token.ask.length === 0 ? {} : { ask: token.ask.join(",") }),
    ...(token.passphraseHash === null ? {} : { passphrase_p: true }),
  };
}
