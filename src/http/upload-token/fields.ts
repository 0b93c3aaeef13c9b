import { Type, type Static } from "@sinclair/typebox";
import type { UploadToken } from "../../records/records.ts";
import { tokenStanding } from "../../records/tokens.ts";
import { noSuchUploadToken, pageAddress } from "../../upload/link.ts";
import { unixSeconds } from "../dates.ts";
import type { MethodContext } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";

/** The parameter that names one token by its id. */
export const tokenId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "The upload token's id, which is no secret: see `upload-token/list`.",
  examples: [EXAMPLE.token.id],
});

export const refusedUnknownToken = {
  problem: noSuchUploadToken,
  when: "There is no such upload token, or it is another user's and the caller's level is below `admin`.",
};

/** What whoever made a token is told of it. */
export const tokenFields = Type.Object({
  token_id: Type.Integer({ description: "Names it; no secret." }),
  title: Type.String(),
  description: Type.String({ description: "Safe HTML." }),
  sender: Type.String({ description: "Who asks for the files." }),
  state: Type.String({
    description:
      "`open`; `used`: every use has become a photo; `expired`: nothing begins any more; `revoked`.",
  }),
  created_at: Type.Integer({ description: "Unix seconds, as all times here." }),
  valid_until: Type.Integer({ description: "Uploads may begin until then." }),
  max_uploads: Type.Integer({ description: "How many files." }),
  consumed: Type.Integer({ description: "Uses that have become photos." }),
  reserved: Type.Integer({ description: "Uses that uploads hold at this moment." }),
  passphrase_p: Type.Boolean({ description: "Whether a passphrase is needed." }),
  ask: Type.String({
    description: "What a guest is asked beside the files: `name`, `note`, comma separated.",
  }),
  album_id: Type.String({ description: "Albums of its photos, comma separated." }),
  user_id: Type.Integer({ description: "The owner: the id of an API key; 0 is the operator." }),
  types: Type.String({ description: "Media types or ranges; empty: what the server takes." }),
  max_size: Type.Integer({ description: "Bytes of the largest file that it takes." }),
  origin: Type.String({
    description:
      "The only web origin that browsers may redeem from, beside this server's own pages.",
  }),
  return_url_p: Type.Boolean({ description: "Whether the outcome of an upload goes somewhere." }),
  replaces_photo_id: Type.Integer({
    description: "Of a replace token: the photo that gets new bytes. 0 for an upload token.",
  }),
  upload_url: Type.String({
    description:
      "The ready-made upload page, which has the token in its address. Empty where there is none: of a replace token, and of one of a version that kept its hash alone.",
  }),
});

export type TokenItem = Static<typeof tokenFields>;

export async function describeToken(
  token: UploadToken,
  context: Pick<MethodContext, "records" | "secret" | "publicUrl" | "maxSize" | "now">,
): Promise<TokenItem> {
  const page = await pageAddress(context, token, context.publicUrl());
  const url = "url" in page ? page.url : "";
  const now = context.now();
  const { reserved } = await context.records.tokens.uses(token.id, now);
  return tokenItem(token, reserved, url, context.maxSize, now);
}

/** The same of a token of which all is known. @param reserved uses that uploads hold at this moment */
export function tokenItem(
  token: UploadToken,
  reserved: number,
  uploadUrl: string,
  maxSize: number,
  now: number,
): TokenItem {
  return {
    token_id: token.id,
    title: token.title,
    description: token.description,
    sender: token.sender,
    state: tokenStanding(token, now),
    created_at: unixSeconds(token.createdAt),
    valid_until: unixSeconds(token.validUntil),
    max_uploads: token.maxUploads,
    consumed: token.consumed,
    reserved,
    passphrase_p: token.passphraseHash !== null,
    ask: token.ask.join(","),
    album_id: token.albumId,
    user_id: token.userId,
    types: token.types?.join(",") ?? "",
    max_size: Math.min(token.maxSize ?? maxSize, maxSize),
    origin: token.origin ?? "",
    return_url_p: token.returnUrl !== "",
    replaces_photo_id: token.replaces ?? 0,
    upload_url: uploadUrl,
  };
}

/** For the document of a site at an address. */
export function exampleToken(address: string): TokenItem {
  const { token, uploadToken } = EXAMPLE;
  const url = `${address}/upload/${uploadToken}`;
  return tokenItem(token, 1, url, 10 * 1024 ** 3, token.createdAt);
}
