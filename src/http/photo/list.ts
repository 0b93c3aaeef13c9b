import { Type } from "@sinclair/typebox";
import { publicPathOf } from "../../config.ts";
import { refusedToken } from "../../problem.ts";
import { sameSecret } from "../../random.ts";
import type { PhotoFilter } from "../../records/records.ts";
import { findOwner } from "../../upload/token.ts";
import { requireLevel } from "../caller.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { pageOf } from "../output.ts";
import { describePhoto, photoFields } from "../photo-fields.ts";

/** `list`: what was uploaded, newest first (protocol 6). */
export const list = defineMethod({
  path: "photo/list",
  level: "anonymous",
  sometimes: {
    level: "read",
    when: "with `include_unpublished_p`, or where the archive is not public",
  },
  topic: "photos",
  summary: "List photos and videos",
  description: `Published photos and videos, newest first, a page at a time. An API key of level \`read\` is needed, unless the
operator has made the archive public (\`REDEEM_PUBLIC_LIST=1\`). Unpublished ones are shown to such a key with
\`include_unpublished_p\`. Whoever knows a photo's \`photo_id\` and \`token\` is shown that photo, without a key and
published or not.`,
  input: Type.Object({
    photo_id: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "This photo only.",
        examples: [EXAMPLE.photo.id],
      }),
    ),
    token: Type.Optional(
      Type.String({
        maxLength: 100,
        description: "The photo's own token: with `photo_id` it opens an unpublished photo too.",
        examples: [EXAMPLE.photo.token],
      }),
    ),
    upload_token: Type.Optional(
      Type.String({
        maxLength: 100,
        description: "Photos that came with this upload token.",
        examples: [EXAMPLE.uploadToken],
      }),
    ),
    include_unpublished_p: Type.Optional(
      Type.Boolean({
        description: "1: unpublished photos as well. Needs level `read`.",
        examples: [true],
      }),
    ),
    p: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 1,
        description: "Page, from 1.",
        examples: [2],
      }),
    ),
    size: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        default: 20,
        description: "Photos on a page.",
        examples: [50],
      }),
    ),
  }),
  output: pageOf({ name: "Photo", key: "photo", fields: photoFields }),
  example: {
    input: { size: 50 },
    output: (address) => {
      const photo = describePhoto(EXAMPLE.photo, publicPathOf(address), EXAMPLE.photo.createdAt);
      return { items: [photo], page: 1, size: 50, total: 1 };
    },
  },
  refusals: [{ problem: refusedToken.unknown, when: "The `upload_token` is not known." }],
  run: async ({ input, caller, version }, { records, now, publicUrl, publicList }) => {
    const page = input.p ?? 1;
    const size = input.size ?? 20;
    // A photo's own token is a credential of its own: whoever has it can open the original as well.
    const opened = input.token !== undefined && input.photo_id !== undefined;
    if (!opened && (input.include_unpublished_p || !publicList)) {
      requireLevel(caller, "read", version);
    }
    const filter: PhotoFilter = { offset: (page - 1) * size, limit: size };
    if (input.photo_id !== undefined) filter.photoId = input.photo_id;
    if (input.upload_token) {
      filter.tokenId = (await findOwner(records, input.upload_token, null)).token.id;
    }
    if (input.token !== undefined && input.photo_id !== undefined) {
      const photo = await records.photos.byId(input.photo_id);
      if (!photo || !sameSecret(photo.token, input.token)) {
        return { items: [], page, size, total: 0 };
      }
    }
    if (!opened && !input.include_unpublished_p) filter.publishedAt = now();
    const { photos, total } = await records.photos.list(filter);
    const base = publicPathOf(publicUrl());
    return { items: photos.map((photo) => describePhoto(photo, base, now())), page, size, total };
  },
});
