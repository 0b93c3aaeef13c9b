import { Type, type Static } from "@sinclair/typebox";
import { changePhotos } from "../../archive/change-photo.ts";
import { decideMany, type ManyChange } from "../../archive/rules.ts";
import { Problem } from "../../problem.ts";
import { requireAlbums } from "../../upload/albums.ts";
import { readMetadata } from "../../upload/metadata.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { flagInput } from "../paging.ts";
import { metadataFields } from "./metadata-fields.ts";
import { photoIdsInput, readPhotoIds } from "./photo-id.ts";

/** Photos that are changed by one call. */
const MOST = 1000;

const said = (
  schema: typeof metadataFields.tags | typeof metadataFields.album_id,
  description: string,
) => Type.Optional({ ...schema, description });

/** What may be done to them. */
const changeFields = {
  add_tags: said(
    metadataFields.tags,
    "Tags that they have from now on, space separated; a tag with spaces is quoted.",
  ),
  remove_tags: said(metadataFields.tags, "Tags that they no longer have."),
  add_album_id: said(metadataFields.album_id, "An album or several that they are in from now on."),
  remove_album_id: said(metadataFields.album_id, "An album or several that they are no longer in."),
  publish: flagInput("Whether they are published from now on."),
  delete_p: flagInput("1: put them into the trash."),
  restore_p: flagInput("1: take them out of the trash. Not together with `delete_p`."),
};

const input = Type.Object({ photo_id: photoIdsInput(MOST), ...changeFields });

/** `change-many`: one change of many photos (protocol 6). */
export const changeMany = defineMethod({
  path: "photo/change-many",
  versions: [2],
  level: "write",
  topic: "photos",
  summary: "Change many photos at once",
  description: `Adds and takes away tags and albums, publishes, deletes and restores up to ${MOST} photos or videos. Each photo is changed for itself: those that cannot
be are in \`failed\`, with the reason, and all others are changed. Those that were so already are \`unchanged\`, so that the same call
may be sent again. \`delete_p\` puts them into the trash, as \`photo/delete\` does; with \`restore_p\` they come out of it first.`,
  input,
  output: object({
    name: "PhotosChanged",
    key: "photos",
    message: "The photos/videos were changed",
    fields: Type.Object({
      changed: Type.Integer({ description: "Photos that were changed." }),
      unchanged: Type.Integer({ description: "Those that were so already." }),
      failed: Type.Array(
        Type.Object({
          photo_id: Type.Integer(),
          code: Type.String({ description: "As in an error's own answer." }),
          message: Type.String({ description: "For people." }),
        }),
        { description: "Those that could not be changed, and why." },
      ),
    }),
  }),
  example: {
    input: { photo_id: `${EXAMPLE.photo.id},${EXAMPLE.photo.id + 1}`, add_tags: "party" },
    output: () => ({
      changed: 1,
      unchanged: 0,
      failed: [
        {
          photo_id: EXAMPLE.photo.id + 1,
          code: "no_such_photo",
          message: "There is no such photo.",
        },
      ],
    }),
  },
  run: async ({ input: asked }, context) => {
    const ids = readPhotoIds(asked.photo_id);
    const change = readChange(asked, context.now());
    await requireAlbums(context.records, change.addAlbums.join(","), "add_album_id");
    const outcomes = await changePhotos(context, ids, decideMany(change, context.now()));
    const failed = outcomes.flatMap(({ id, what }) =>
      what instanceof Problem ? [{ photo_id: id, code: what.code, message: what.message }] : [],
    );
    const unchanged = outcomes.filter(({ what }) => what === "unchanged").length;
    return { changed: outcomes.length - unchanged - failed.length, unchanged, failed };
  },
});

/** @throws Problem invalid_input where nothing is to be changed, or twice */
function readChange(asked: Static<typeof input>, now: number): ManyChange {
  const { photo_id: _, ...changes } = asked;
  const { delete_p: trashed, restore_p: restored, publish } = changes;
  if (trashed && restored) {
    throw new Problem("invalid_input", "delete_p and restore_p cannot be used together.");
  }
  if (publish === undefined && !Object.values(changes).some(Boolean)) {
    const names = Object.keys(changeFields).join(", ");
    throw new Problem("invalid_input", `There is nothing to change: send any of ${names}.`);
  }
  const add = readMetadata({ tags: asked.add_tags, album_id: asked.add_album_id }, now);
  const remove = readMetadata({ tags: asked.remove_tags, album_id: asked.remove_album_id }, now);
  const albums = ({ albumId = "" }: typeof add) => (albumId === "" ? [] : albumId.split(","));
  return {
    addTags: add.tags ?? "",
    removeTags: remove.tags ?? "",
    addAlbums: albums(add),
    removeAlbums: albums(remove),
    publish,
    trash: trashed ? "in" : restored ? "out" : undefined,
  };
}
