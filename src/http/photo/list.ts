import { Type } from "@sinclair/typebox";
import { MOST_LISTED } from "../../api-limits.ts";
import { publicPathOf } from "../../config.ts";
import { Problem, refusedToken } from "../../problem.ts";
import type { Media, Photo, PhotoFilter, Records } from "../../records/records.ts";
import { nextTurn } from "../../slices.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { withoutPlace } from "../fact-fields.ts";
import { pageOf } from "../output.ts";
import { pageInput } from "../paging.ts";
import { describePhoto, photoFields } from "../photo-fields.ts";
import { findFields, orderFields, readFind } from "./find-fields.ts";
import { placeInput, readPlace, writePlace } from "./list-place.ts";

/** Photos whose answers are made in one slice. */
const SLICE = 100;

const input = Type.Object({
  ...findFields,
  ...orderFields,
  after: placeInput(
    "The `next` of an answer: the photos behind its own, wherever they stand by now. Or the `after` of a segment (`photo/segments`). Not together with `p`.",
  ),
  until: placeInput(
    "The photos up to there and no others: with the `after` of a segment as `after`, that of the next one.",
  ),
  ...pageInput("Photos", MOST_LISTED),
});

/** `list`: what was uploaded, a page at a time, by all that it may be asked for (protocol 6). */
export const list = defineMethod({
  path: "photo/list",
  level: "anonymous",
  sometimes: {
    level: "read",
    when: "with `include_unpublished_p`, or where the archive is not public",
  },
  topic: "photos",
  summary: "List photos and videos",
  description: `Published photos and videos, newest first, a page at a time: those that meet all that is asked for. An API key of level \`read\` is needed, unless the
operator has made the archive public (\`REDEEM_PUBLIC_LIST=1\`). Unpublished ones are shown to such a key with
\`include_unpublished_p\`. Whoever knows a photo's \`photo_id\` and \`token\` is shown that photo, without a key and
published or not; and whoever knows an album's \`album_id\` and \`token\` its published photos, hidden album or not.

Pages are numbered (\`p\`), or each says what the next one is: its \`next\` is given as \`after\`. By that way none is shown twice
or passed over while photos come and go.`,
  input,
  unsupported: { video_encoded_p: "Redeem stores videos as they came." },
  output: pageOf({ name: "Photo", key: "photo", fields: photoFields }),
  example: {
    input: { tags: "party", size: 50 },
    output: (address) => {
      const base = publicPathOf(address);
      const photo = describePhoto(EXAMPLE.photo, base, EXAMPLE.photo.createdAt, EXAMPLE.media);
      return { items: [photo], page: 1, size: 50, total: 1 };
    },
  },
  refusals: [{ problem: refusedToken.unknown, when: "The `upload_token` is not known." }],
  run: async ({ input: asked, caller, version }, context) => {
    const { records, now, publicUrl, stripGps } = context;
    const page = asked.p ?? 1;
    const size = asked.size ?? 20;
    const found = await readFind({ input: asked, caller, version }, context);
    if (!found) return { items: [], page, size, total: 0 };
    const filter: PhotoFilter = { ...found, offset: (page - 1) * size, limit: size };
    if (asked.after !== undefined && page > 1) {
      throw new Problem("invalid_input", "p and after cannot be used together.");
    }
    const { order } = found;
    if (asked.after !== undefined) filter.after = readPlace("after", order, asked.after);
    if (asked.until !== undefined) filter.until = readPlace("until", order, asked.until);
    const { photos, total, next } = await records.photos.list(filter);
    const base = publicPathOf(publicUrl());
    const items: ReturnType<typeof describePhoto>[] = [];
    for await (const { photo, media } of withMedia(records, photos)) {
      items.push(
        describePhoto(photo, base, now(), stripGps && media ? withoutPlace(media) : media),
      );
    }
    return { items, page, size, total, next: next && writePlace(order, next) };
  },
});

/** Photos with what was made of them, in slices: a page may have some thousand thumbnails. */
async function* withMedia({ media }: Pick<Records, "media">, photos: readonly Photo[]) {
  for (let from = 0; from < photos.length; from += SLICE) {
    if (from > 0) await nextTurn();
    const some = photos.slice(from, from + SLICE);
    const made: Map<number, Media> = await media.of(some.map(({ original }) => original.id));
    for (const photo of some) yield { photo, media: made.get(photo.original.id) };
  }
}
