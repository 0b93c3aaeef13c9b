import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Records, UploadToken } from "../../records/records.ts";
import type { SiteSecret } from "../../secret.ts";
import { extraBeside, toGrant } from "../../upload/grant.ts";
import { issueToken } from "../../upload/token.ts";
import { ansiDate } from "../dates.ts";
import type { Data, Version } from "../envelope.ts";
import { describeGetUploadToken } from "../docs/get-upload-token.ts";
import { method, type Call, type MethodContext } from "../method.ts";
import { readParameters } from "../parameters.ts";

const URL_LENGTH = 8192;

export const getUploadTokenParameters = Type.Object({
  return_url: Type.Optional(
    Type.String({
      maxLength: URL_LENGTH,
      allowed: `an http or https address of at most ${URL_LENGTH} characters`,
      description: "Where the outcome goes, `http` or `https`. Without it the answer is plain.",
    }),
  ),
  background_return_p: Type.Optional(
    Type.Boolean({
      description: "1: the server calls `return_url` itself. Default 0: the browser is redirected.",
    }),
  ),
  user_id: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "The owner. Needs level `super`; otherwise it is the caller's own user.",
    }),
  ),
  album_id: Type.Optional(
    Type.String({
      pattern: "^\\d{1,15}(\\s*,\\s*\\d{1,15}){0,99}$",
      allowed: "one id or several, comma separated",
      description: "One album id or several, comma separated.",
    }),
  ),
  title: Type.Optional(
    Type.String({ maxLength: 1000, description: "Title. All HTML tags are removed." }),
  ),
  description: Type.Optional(
    Type.String({
      maxLength: 65_536,
      description:
        "Description. Safe tags are kept (b i em strong p br a ul ol li blockquote code); if any other tag is present, all HTML is removed.",
    }),
  ),
  tags: Type.Optional(
    Type.String({
      maxLength: 4096,
      description: "Tags, space separated; a tag with spaces is quoted.",
    }),
  ),
  publish: Type.Optional(
    Type.Boolean({ description: "Whether the photo is published at once. Default 1." }),
  ),
  publish_date: Type.Optional(
    Type.String({
      maxLength: 40,
      description:
        "Future time at which the photo is published, as ISO 8601 or `YYYY-MM-DD HH:MM:SS` (UTC). Implies publish 0 until then.",
    }),
  ),
  absolute_url: Type.Optional(
    Type.String({
      maxLength: URL_LENGTH,
      allowed: `an http or https address of at most ${URL_LENGTH} characters`,
      description: "Canonical address of the photo, if another than ours.",
    }),
  ),
  valid_minutes: Type.Optional(
    Type.Integer({
      minimum: 15,
      maximum: 525_600,
      description:
        "How long the token may start uploads, in minutes, up to a year. Default 180 (v1), 360 (v2).",
    }),
  ),
  max_uploads: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: "How many files. Default 1." }),
  ),
  max_size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "Largest file in bytes, at most the server's own limit.",
    }),
  ),
  types: Type.Optional(
    Type.String({
      maxLength: 4096,
      description: "Media types or ranges, comma separated, such as `image/*,video/mp4`.",
    }),
  ),
  origin: Type.Optional(
    Type.String({
      maxLength: 300,
      description: "The only web origin that browsers may redeem from.",
    }),
  ),
});

const KNOWN = Object.keys(getUploadTokenParameters.properties);

export type GetUploadTokenContext = MethodContext & {
  records: Records;
  maxSize: number;
  types: readonly string[];
  /** Seals the token, so that a link can be shown again. */
  secret: SiteSecret;
  publicUrl: () => string;
  now: () => number;
};

/** `get-upload-token`: a backend asks for a token to hand to a browser (protocol 3). */
export function getUploadToken(context: GetUploadTokenContext, version: Version) {
  const handle = method(context, version, "write", (call) => answer(context, call));
  const { get, post } = describeGetUploadToken(version, getUploadTokenParameters);
  return new Elysia()
    .get("", handle, { detail: get })
    .post("", handle, { parse: "none", detail: post });
}

async function answer(context: GetUploadTokenContext, { params, caller, version }: Call) {
  const wanted = readParameters(getUploadTokenParameters, params);
  const now = context.now();
  const userId = caller.level === "super" ? (wanted.user_id ?? caller.userId) : caller.userId;
  const grant = toGrant(wanted, userId, extraBeside(params, KNOWN), {
    maxSize: context.maxSize,
    types: context.types,
    validMinutes: version === 1 ? 180 : 360,
    now,
  });
  const { uploadToken, token } = await issueToken(context, grant, now);
  return {
    message: "The upload token is ready to use",
    key: "uploadtoken",
    data: describe(token, uploadToken, version, context.publicUrl()),
  };
}

function describe(
  token: UploadToken,
  uploadToken: string,
  version: Version,
  publicUrl: string,
): Data {
  const publish = version === 1 ? token.publish : token.publish ? "t" : "f";
  const limits: Data = {};
  if (token.maxSize !== null) limits["max_size"] = token.maxSize;
  if (token.types) limits["types"] = token.types.join(",");
  if (token.origin !== null) limits["origin"] = token.origin;
  return {
    upload_token: uploadToken,
    title: token.title,
    description: token.description,
    tags: token.tags,
    publish,
    user_id: token.userId,
    album_id: token.albumId,
    max_uploads: token.maxUploads,
    valid_minutes: token.validMinutes,
    valid_until: Math.floor(token.validUntil / 1000),
    return_url: token.returnUrl,
    background_return_p: token.backgroundReturn,
    absolute_url: token.absoluteUrl,
    publish_date: token.publishDate === null ? "" : ansiDate(token.publishDate),
    upload_url: `${publicUrl}/upload/${uploadToken}`,
    ...limits,
  };
}
