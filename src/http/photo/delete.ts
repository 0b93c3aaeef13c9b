import { Type } from "@sinclair/typebox";
import { changePhoto } from "../../archive/change-photo.ts";
import { removePhoto } from "../../archive/remove.ts";
import { decideTrash } from "../../archive/rules.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { done, photoId, refusedUnknownPhoto } from "./photo-id.ts";

/** `delete`: puts a photo into the trash, or removes it for good (protocol 6). */
export const deletePhoto = defineMethod({
  path: "photo/delete",
  level: "write",
  topic: "photos",
  summary: "Delete a photo",
  description: `Puts a photo or video into the trash, whoever uploaded it: nobody sees it any more, its file is not served, and \`restore\`
brings it back. After some time (\`REDEEM_KEEP_DELETED\`, 30 days) it is removed with its bytes. With \`permanently\` that
is done at once, also to one in the trash, and nothing brings it back.`,
  input: Type.Object({
    photo_id: photoId,
    permanently: Type.Optional(
      Type.Boolean({
        description: "1: remove it at once, with its bytes. Default 0: put it into the trash.",
        examples: [true],
      }),
    ),
  }),
  output: done("PhotoDeleted", "The photo/video was deleted"),
  example: { input: { photo_id: EXAMPLE.photo.id }, output: () => ({}) },
  refusals: [refusedUnknownPhoto],
  run: async ({ input }, context) => {
    if (input.permanently) await removePhoto(context, input.photo_id);
    else await changePhoto(context, input.photo_id, decideTrash());
    return {};
  },
});
