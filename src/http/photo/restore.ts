import { Type } from "@sinclair/typebox";
import { changePhoto } from "../../archive/change-photo.ts";
import { decideRestore } from "../../archive/rules.ts";
import { noSuchPhoto } from "../../problem.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { done, photoId } from "./photo-id.ts";

/** `restore`: takes a photo out of the trash (protocol 6). */
export const restorePhoto = defineMethod({
  path: "photo/restore",
  level: "write",
  topic: "photos",
  summary: "Restore a deleted photo",
  description:
    "Takes a photo or video out of the trash, with all that it had. One that is not in the trash stays as it is.",
  input: Type.Object({ photo_id: photoId }),
  output: done("PhotoRestored", "The photo/video was restored"),
  example: { input: { photo_id: EXAMPLE.photo.id }, output: () => ({}) },
  refusals: [{ problem: noSuchPhoto, when: "There is no such photo, or it was removed for good." }],
  run: async ({ input }, context) => {
    await changePhoto(context, input.photo_id, decideRestore());
    return {};
  },
});
