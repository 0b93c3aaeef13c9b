import { Type } from "@sinclair/typebox";
import { plainText, safeDescription } from "../../photo/text.ts";
import { Problem } from "../../problem.ts";
import { randomName } from "../../random.ts";
import { hasLevel } from "../caller.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { idInput } from "../paging.ts";
import { albumInput, titleInput } from "./fields.ts";

/** Characters of an album's secret: as many as of a photo's. */
const TOKEN_LENGTH = 32;

/** `album/create` (protocol 6). */
export const albumCreate = defineMethod({
  path: "album/create",
  level: "write",
  topic: "albums",
  summary: "Make an album",
  description:
    "An album without photos. A photo comes into it by the `album_id` of `get-upload-token`.",
  input: Type.Object({
    title: titleInput,
    ...albumInput,
    user_id: idInput(
      "The owner. Needs level `super`; otherwise it is the caller's own user.",
      EXAMPLE.album.userId,
    ),
  }),
  output: object({
    name: "CreatedAlbum",
    key: "album",
    message: "The album was successfully created",
    fields: Type.Object({
      album_id: Type.Integer({ minimum: 1 }),
      token: Type.String({ description: "The album's own secret: 32 characters 0-9A-Za-z." }),
    }),
  }),
  example: {
    input: { title: EXAMPLE.album.title },
    output: () => ({ album_id: EXAMPLE.album.id, token: EXAMPLE.album.token }),
  },
  run: async ({ input, caller }, { records, now }) => {
    const album = await records.albums.add({
      token: randomName(TOKEN_LENGTH),
      userId: hasLevel(caller, "super") ? (input.user_id ?? caller.userId) : caller.userId,
      title: albumTitle(input.title),
      description: safeDescription(input.description ?? ""),
      hidden: input.hide_p ?? false,
      createdAt: now(),
    });
    return { album_id: album.id, token: album.token };
  },
});

/** @throws Problem invalid_input where nothing remains of it */
export function albumTitle(text: string): string {
  const title = plainText(text).trim();
  if (title !== "") return title;
  throw new Problem("invalid_input", "title must be text: nothing is left of it without its HTML.");
}
