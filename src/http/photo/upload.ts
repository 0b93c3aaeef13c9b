import { Type } from "@sinclair/typebox";
import type { TokenMetadata } from "../../records/records.ts";
import { callerClaim, type DirectGrant } from "../../upload/direct-claim.ts";
import { toGrant } from "../../upload/grant.ts";
import { DIRECT_MINUTES } from "../../upload/direct-rules.ts";
import type { Params } from "../../upload/params.ts";
import { authenticate } from "../authenticate.ts";
import { requireLevel, type Caller } from "../caller.ts";
import { readParameters } from "../parameters.ts";
import type { FileMethod, WhoseContext } from "./file-method.ts";
import { getUploadToken } from "./get-upload-token.ts";
import { OF_A_TOKEN, refusing } from "./refused-fields.ts";

/** What is said of the photo (protocol 3). */
export const METADATA = [
  "user_id",
  "album_id",
  "title",
  "description",
  "tags",
  "publish",
  "publish_date",
  "absolute_url",
] as const;

const fields = Type.Pick(getUploadToken.input, METADATA);

const REFUSED = [
  OF_A_TOKEN,
  { names: ["photo_id"], why: "every file becomes a new photo; replace gives one new bytes." },
  {
    names: ["upload_token", "replace_token"],
    why: "a token is redeemed by redeem-upload-token or redeem-replace-token.",
  },
];

/** `upload`: a program with a credential of its own sends a file (protocol 6). */
export const upload: FileMethod = {
  path: "photo/upload",
  key: "upload",
  message: "The file was successfully uploaded",
  refuses: "envelopes",
  fields,
  caller: (request, params, { credentials }) => authenticate(request, params, credentials),
  claim: (context, caller, version) => {
    requireLevel(caller, "write", version);
    const claim = callerClaim(context, {
      caller: caller.userId,
      names: METADATA,
      isIn: () => true,
      replacedBy: () => null,
      grantOf: (all, begun) => grantOf(all, begun, caller, context),
    });
    return refusing(claim, REFUSED);
  },
  docs: {
    operation: "upload",
    topic: "sending",
    summary: "Upload a file with your own key",
    description: `Sends a file, whole or in chunks, with an API key of level \`write\` in place of an upload token; for programs of yours, since no
browser should have a key. What is said of the photo comes with it, before the file or behind it; with chunks, with the first one, before its
bytes. The newer word counts while the upload is under way.

The same file, sent again in the same chunks, goes on where it was; for ten minutes after it is complete it is answered the same photo, and then
it is a new one. Parameters of OAuth in a form come before the file, since the credential is checked before that is read.`,
    needs: "the key and `file`",
    curl: `-H "Authorization: Bearer $KEY" -F title="Summer party"`,
    octets: { words: `-H "Authorization: Bearer $KEY" `, query: "" },
    token: undefined,
    level: "write",
    security: [{ apiKey: [] }],
  },
};

function grantOf(
  params: Params,
  begun: number,
  caller: Caller,
  { maxSize, types }: WhoseContext,
): DirectGrant {
  const input = readParameters(fields, params);
  const userId = caller.level === "super" ? (input.user_id ?? caller.userId) : caller.userId;
  const limits = { maxSize, types, validMinutes: DIRECT_MINUTES, now: begun };
  const grant = toGrant(input, userId, {}, limits);
  return { ...grant, given: givenOf(grant, input) };
}

/** What of the metadata was said, as it is kept. */
function givenOf(
  grant: TokenMetadata,
  input: Partial<Record<(typeof METADATA)[number], unknown>>,
): Partial<TokenMetadata> {
  const given: Partial<TokenMetadata> = {};
  const { title, description, tags, albumId, userId, publish, publishDate, absoluteUrl } = grant;
  if (input.user_id !== undefined) given.userId = userId;
  if (input.album_id !== undefined) given.albumId = albumId;
  if (input.title !== undefined) given.title = title;
  if (input.description !== undefined) given.description = description;
  if (input.tags !== undefined) given.tags = tags;
  if (input.absolute_url !== undefined) given.absoluteUrl = absoluteUrl;
  if (input.publish !== undefined || input.publish_date !== undefined) {
    Object.assign(given, { publish, publishDate });
  }
  return given;
}
