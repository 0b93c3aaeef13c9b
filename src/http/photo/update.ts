import { Type } from "@sinclair/typebox";
import { changePhoto } from "../../archive/change-photo.ts";
import { decideUpdate } from "../../archive/rules.ts";
import { Problem } from "../../problem.ts";
import { requireAlbums } from "../../upload/albums.ts";
import { readMetadata } from "../../upload/metadata.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { clearable, metadataFields } from "./metadata-fields.ts";
import { done, photoId, refusedUnknownPhoto } from "./photo-id.ts";

/** `update`: changes what is said of a photo (protocol 6). */
export const update = defineMethod({
  path: "photo/update",
  level: "write",
  topic: "photos",
  summary: "Change what is said of a photo",
  description: `Changes title, description, tags, albums and publication of a photo or video, whoever uploaded it. A parameter that is
not sent leaves what is there; one that is sent empty takes it away.

\`published_p\` takes a \`publish_date\` back that was given before; \`publish_date\` hides the photo until then.`,
  input: Type.Object({
    photo_id: photoId,
    title: Type.Optional(clearable(metadataFields.title)),
    description: Type.Optional(clearable(metadataFields.description)),
    tags: Type.Optional(clearable(metadataFields.tags)),
    album_id: Type.Optional(clearable(metadataFields.album_id)),
    published_p: Type.Optional(
      Type.Boolean({
        description: "Whether the photo is published from now on.",
        examples: [false],
      }),
    ),
    publish: Type.Optional(
      Type.Boolean({ description: "The same as `published_p`.", examples: [false] }),
    ),
    publish_date: Type.Optional(clearable(metadataFields.publish_date)),
    absolute_url: Type.Optional(clearable(metadataFields.absolute_url)),
  }),
  unsupported: {
    user_id: "the owner of a photo stays.",
    token: "the secret in a photo's address stays.",
    promoted_p: "no photo is promoted.",
    video_360_p: "Redeem shows videos as they came.",
  },
  output: done("PhotoUpdated", "The photo/video was updated"),
  example: {
    input: { photo_id: EXAMPLE.photo.id, title: EXAMPLE.photo.title },
    output: () => ({}),
  },
  refusals: [refusedUnknownPhoto],
  run: async ({ input }, context) => {
    const { photo_id: id, published_p, publish = published_p, ...said } = input;
    if (published_p !== undefined && publish !== published_p) {
      throw new Problem("invalid_input", "published_p and publish say the same: send one of them.");
    }
    const now = context.now();
    const metadata = readMetadata({ ...said, publish }, now);
    await requireAlbums(context.records, metadata.albumId);
    await changePhoto(context, id, decideUpdate(metadata, now));
    return {};
  },
});
