import { Type } from "@sinclair/typebox";
import { deleteOwnPhoto } from "../../upload/delete-photo.ts";
import { findHolder } from "../../upload/update-token.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { done, photoId, refusedUnknownPhoto } from "./photo-id.ts";
import {
  holderOf,
  holderRefusals,
  identifierFields,
  ownUploadToken,
  unlockFields,
} from "./with-upload-token.ts";

/** `delete-upload-token`: the uploader takes back what came with a token (protocol 6). */
export const deleteUploadToken = defineMethod({
  path: "photo/delete-upload-token",
  level: "anonymous",
  topic: "sending",
  summary: "Delete a photo that was just uploaded",
  description: `Puts a photo or video into the trash that came with this upload token. Nothing but the token is needed, so that the browser
can call it, until the token has expired and the time is over in which begun uploads may go on (\`REDEEM_GRACE\`). The use of the
token does not come back. A photo whose bytes were replaced since, with another token, is no longer the uploader's.`,
  input: Type.Object({
    upload_token: ownUploadToken,
    ...unlockFields,
    photo_id: photoId,
    ...identifierFields,
  }),
  output: done("OwnPhotoDeleted", "The photo/video was deleted"),
  example: {
    input: { upload_token: EXAMPLE.uploadToken, photo_id: EXAMPLE.photo.id },
    output: () => ({}),
  },
  refusals: [
    ...holderRefusals,
    { ...refusedUnknownPhoto, when: "No photo of this id came with the token, or it is deleted." },
  ],
  run: async (call, context) => {
    const { input } = call;
    const owner = await findHolder(context, holderOf(call));
    const identifier = input.resumableIdentifier ?? input.flowIdentifier ?? input.dzuuid;
    await deleteOwnPhoto(context, owner, input.photo_id, identifier);
    return {};
  },
});
