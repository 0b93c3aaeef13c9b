import { Type } from "@sinclair/typebox";
import { safeDescription } from "../../photo/text.ts";
import { noSuchAlbum } from "../../problem.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { albumTitle } from "./create.ts";
import { albumIdInput, albumInput, titleInput } from "./fields.ts";

/** `album/update` (protocol 6). */
export const albumUpdate = defineMethod({
  path: "album/update",
  level: "write",
  topic: "albums",
  summary: "Change an album",
  description: "Changes what is given; what is not given, or empty, stays as it is.",
  input: Type.Object({
    album_id: albumIdInput,
    title: Type.Optional(titleInput),
    ...albumInput,
  }),
  output: object({
    name: "ChangedAlbum",
    key: "album",
    message: "The album was successfully updated",
    fields: Type.Object({}),
  }),
  example: {
    input: { album_id: EXAMPLE.album.id, title: "Summer 2026" },
    output: () => ({}),
  },
  refusals: [{ problem: noSuchAlbum, when: "There is no such album." }],
  run: async ({ input }, { records, now }) => {
    const { title, description, hide_p: hidden } = input;
    const set = {
      ...(title !== undefined && { title: albumTitle(title) }),
      ...(description !== undefined && { description: safeDescription(description) }),
      ...(hidden !== undefined && { hidden }),
    };
    if (!(await records.albums.update(input.album_id, set, now()))) throw noSuchAlbum();
    return {};
  },
});
