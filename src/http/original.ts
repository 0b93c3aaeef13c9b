import { Elysia, t } from "elysia";
import type { Files } from "../files/files.ts";
import { describeOriginal } from "./docs/pages.ts";
import { sameSecret } from "../random.ts";
import { nameWithExtension } from "../media/extension.ts";
import type { Photo, Records } from "../records/records.ts";

const params = t.Object({
  tree_id: t.String({ pattern: "^[1-9]\\d{0,15}$" }),
  photo_id: t.String({ pattern: "^[1-9]\\d{0,15}$" }),
  token: t.String({ pattern: "^[0-9A-Za-z]{32}$" }),
});

const named = t.Object({ ...params.properties, filename: t.String() });

/** The bytes of a photo, for whoever knows its token: `/<tree_id>/<photo_id>/<token>/original`. */
export function original(context: { records: Records; files: Files }) {
  return new Elysia()
    .get("/:tree_id/:photo_id/:token/original", ({ params: of }) => answer(context, of), {
      params,
      detail: describeOriginal(params),
    })
    .get("/:tree_id/:photo_id/:token/original/:filename", ({ params: of }) => answer(context, of), {
      params: named,
      detail: describeOriginal(named),
    });
}

async function answer(
  { records, files }: { records: Records; files: Files },
  of: { tree_id: string; photo_id: string; token: string },
): Promise<Response> {
  const photo = await records.photos.byId(Number(of.photo_id));
  const isShown = photo !== undefined && photo.deletedAt === null;
  if (!isShown || String(photo.treeId) !== of.tree_id || !sameSecret(photo.token, of.token)) {
    return new Response("There is no such photo.", { status: 404 });
  }
  const { id: photoId, treeId, original: bytes } = photo;
  return new Response(await files.originals.read({ ...bytes, treeId, photoId }), {
    headers: {
      "content-type": bytes.type,
      "content-disposition": disposition(photo),
      // Its bytes come from strangers: no browser may take them for a page of ours.
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "private, max-age=3600",
      etag: `"${bytes.id}-${bytes.size}"`,
    },
  });
}

/** RFC 6266: plain letters for everybody, the whole name for those who read UTF-8. */
function disposition({ id, original: { filename, type } }: Photo): string {
  const name = nameWithExtension(filename || `photo-${id}`, type);
  const plain = name.replace(/[^\x20-\x7e]/g, "_").replace(/["\\%]/g, "_");
  const whole = encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (letter) => {
    return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
