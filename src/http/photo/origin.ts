import { Type } from "@sinclair/typebox";
import { noSuchPhoto } from "../../problem.ts";
import { defineMethod } from "../define-method.ts";
import { object } from "../output.ts";
import { EXAMPLE } from "../examples.ts";
import { photoId } from "./photo-id.ts";

const text = (description: string) =>
  Type.String({ description: `${description} Plain text; empty where there is none.` });

/** `origin`: by which link a photo came, and what its guest has said (protocol 6). */
export const origin = defineMethod({
  path: "photo/origin",
  versions: [2],
  level: "read",
  topic: "photos",
  summary: "How a photo came",
  description: `The upload token that a photo or video came with, and the name and the note that whoever has sent it gave with it (the parameters
\`guest_name\` and \`guest_note\`). Of a photo whose bytes were replaced, that of its first file. Also of one in the trash.`,
  input: Type.Object({ photo_id: photoId }),
  output: object({
    name: "PhotoOrigin",
    key: "origin",
    message: "",
    fields: Type.Object({
      token_id: Type.Integer({
        description: "Id of the upload token; 0 where the photo came without one.",
      }),
      link_title: text("Title of the upload token."),
      link_sender: text("Who asked for files with it."),
      guest_name: text("Name that the guest gave."),
      guest_note: text("Note that the guest left."),
    }),
  }),
  example: {
    input: { photo_id: EXAMPLE.photo.id },
    output: () => ({
      token_id: EXAMPLE.photo.tokenId,
      link_title: EXAMPLE.photo.title,
      link_sender: "",
      guest_name: "Ann",
      guest_note: "From the second evening.",
    }),
  },
  refusals: [{ problem: noSuchPhoto, when: "There is no such photo." }],
  run: async ({ input }, { records }) => {
    const photo = await records.photos.byId(input.photo_id);
    if (!photo) throw noSuchPhoto();
    const token = await records.tokens.byId(photo.tokenId);
    const uploadId = await records.photos.firstUpload(photo.id);
    const extra = uploadId === undefined ? {} : await records.uploads.extra(uploadId);
    const isLink = token !== undefined && !token.direct;
    return {
      token_id: isLink ? token.id : 0,
      link_title: isLink ? token.title : "",
      link_sender: isLink ? token.sender : "",
      guest_name: extra["guest_name"] ?? "",
      guest_note: extra["guest_note"] ?? "",
    };
  },
});
