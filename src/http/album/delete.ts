import { Type } from "@sinclair/typebox";
import { noSuchAlbum } from "../../problem.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { albumIdInput } from "./fields.ts";

/** `album/delete` (protocol 6). */
export const albumDelete = defineMethod({
  path: "album/delete",
  level: "write",
  topic: "albums",
  summary: "Delete an album",
  description: "The photos in it stay, and are in it no more.",
  input: Type.Object({ album_id: albumIdInput }),
  output: object({
    name: "DeletedAlbum",
    key: "album",
    message: "The album was deleted",
    fields: Type.Object({}),
  }),
  example: { input: { album_id: EXAMPLE.album.id }, output: () => ({}) },
  refusals: [{ problem: noSuchAlbum, when: "There is no such album." }],
  run: async ({ input }, { records, now }) => {
    if (!(await records.albums.delete(input.album_id, now()))) throw noSuchAlbum();
    return {};
  },
});
