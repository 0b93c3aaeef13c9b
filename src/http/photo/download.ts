import { Type, type Static } from "@sinclair/typebox";
import { MOST_IN_ZIP } from "../../api-limits.ts";
import { archiveNames, type ArchivedPhoto } from "../../export/archive.ts";
import { zipSize } from "../../export/zip.ts";
import { noSuchPhoto, Problem, refusedToken } from "../../problem.ts";
import type { Photo, PhotoPlace, PhotoQuestion, Records } from "../../records/records.ts";
import { nextTurn } from "../../slices.ts";
import { requireLevel } from "../caller.ts";
import { defineMethod, type Call, type MethodContext } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { DOWNLOAD_MS } from "../serving/downloads.ts";
import { findFields, readFind } from "./find-fields.ts";
import { photoIdsInput, readPhotoIds } from "./photo-id.ts";

/** Photos that are looked up in one slice. */
const SLICE = 100;

const input = Type.Object({
  ...findFields,
  photo_id: Type.Optional(photoIdsInput(MOST_IN_ZIP.named)),
});

/** `download`: a link to a ZIP archive of photos (protocol 6). */
export const download = defineMethod({
  path: "photo/download",
  versions: [2],
  level: "read",
  sometimes: { level: "write", when: "with `deleted_p`" },
  topic: "photos",
  summary: "Download many photos in one archive",
  description: `Makes a link to a ZIP archive of the originals of photos and videos: of those that \`photo_id\` names, or else of all that meet what is asked for, as
\`photo/list\` finds them (at most ${MOST_IN_ZIP.found.toLocaleString("en")}). GET of \`download_url\` needs no credential, works for ${DOWNLOAD_MS / 60_000} minutes and as long as the key or
session that made it is good; HEAD says its length. The archive is made while it is sent. Where a photo in it is removed for good or replaced before its turn, the
connection is ended in the middle: ask for a new link then.`,
  input,
  output: object({
    name: "PhotoDownload",
    key: "download",
    message: "The download is ready",
    fields: Type.Object({
      download_url: Type.String({ description: "Address of the archive. It is a secret." }),
      files: Type.Integer({ description: "Files in the archive." }),
      size: Type.Integer({ description: "Bytes of the archive." }),
      expires_at: Type.Integer({
        description: "Until when it may be asked for, in seconds since 1970.",
      }),
      missing: Type.Array(Type.Integer(), {
        description: "Of the `photo_id` that were named those that are not there.",
      }),
    }),
  }),
  example: {
    input: { photo_id: `${EXAMPLE.photo.id},${EXAMPLE.photo.id + 1}` },
    output: (address) => ({
      download_url: `${address}/download/Vb3cXc0Yt6zq8fWmKp1LhUeZsGd4NaTjR7iQo2Bv`,
      files: 1,
      size: EXAMPLE.photo.original.size + 164,
      expires_at: (EXAMPLE.photo.createdAt + DOWNLOAD_MS) / 1000,
      missing: [EXAMPLE.photo.id + 1],
    }),
  },
  refusals: [
    { problem: noSuchPhoto, when: "There is none of the photos." },
    { problem: refusedToken.unknown, when: "The `upload_token` is not known." },
  ],
  run: async (call, context) => {
    const { downloads, records, publicUrl } = context;
    const { photo_id: named } = call.input;
    const files: ArchivedPhoto[] = [];
    const missing: number[] = [];
    const nameOf = archiveNames();
    const photos =
      named === undefined ? foundBy(call, context) : namedBy(call, named, records, missing);
    for await (const some of photos) {
      files.push(...some.map(nameOf));
      await nextTurn();
    }
    if (files.length === 0) throw noSuchPhoto();
    const size = zipSize(files);
    const { secret, expiresAt } = downloads.make(files, size, () => holds(call, records));
    return {
      download_url: `${publicUrl()}/download/${secret}`,
      files: files.length,
      size,
      expires_at: Math.floor(expiresAt / 1000),
      missing,
    };
  },
});

type Asked = Pick<Call<typeof input>, "input" | "caller" | "version">;

/** Whether the key or session that has asked still counts. The operator's key does as long as the process lives. */
async function holds({ caller }: Pick<Call, "caller">, records: Records): Promise<boolean> {
  if (caller.stillHolds) return caller.stillHolds();
  return caller.userId === 0 || (await records.keys.byId(caller.userId))?.revokedAt === null;
}

/** Photos that were named, in slices. @param missing gets those that are not there */
async function* namedBy(
  { input: asked, caller, version }: Asked,
  named: string,
  { photos }: Records,
  missing: number[],
): AsyncGenerator<Photo[]> {
  refuseFilters(asked);
  if (asked.deleted_p) requireLevel(caller, "write", version);
  const ids = readPhotoIds(named);
  for (let from = 0; from < ids.length; from += SLICE) {
    const some: Photo[] = [];
    for (const id of ids.slice(from, from + SLICE)) {
      const photo = await photos.byId(id);
      if (photo && (photo.deletedAt !== null) === (asked.deleted_p ?? false)) some.push(photo);
      else missing.push(id);
    }
    yield some;
  }
}

/** What may stand beside photos that are named. */
const BESIDE_IDS = new Set(["photo_id", "deleted_p", "include_unpublished_p"]);

/** @throws Problem invalid_input: an archive that took no account of them would be a wrong one */
function refuseFilters(asked: Static<typeof input>): void {
  const other = Object.keys(asked).find((name) => !BESIDE_IDS.has(name));
  if (other === undefined) return;
  throw new Problem("invalid_input", `photo_id and ${other} cannot be used together.`);
}

/** All that meet what is asked for, in the order in which they came, in slices. */
async function* foundBy(
  { input: { photo_id: _, ...asked }, caller, version }: Asked,
  context: MethodContext,
): AsyncGenerator<Photo[]> {
  const filter = await readFind({ input: asked, caller, version }, context);
  if (!filter) return;
  const question: PhotoQuestion = { ...filter, order: "created", ascending: true };
  for (let after: PhotoPlace | undefined; ;) {
    const page = { ...question, offset: 0, limit: SLICE, ...(after && { after }) };
    const { photos, total, next } = await context.records.photos.list(page);
    if (total > MOST_IN_ZIP.found) {
      const words = `An archive has at most ${MOST_IN_ZIP.found} photos, and these are ${total}: ask for fewer.`;
      throw new Problem("invalid_input", words);
    }
    yield photos;
    if (!next) return;
    after = next;
  }
}
