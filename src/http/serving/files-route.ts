import { Elysia, t } from "elysia";
import { sameSecret } from "../../random.ts";
import type { Photo, Records } from "../../records/records.ts";
import { describeFile } from "../docs/pages.ts";
import { answerFile, OPEN_TO_ALL, refuseInWords, type FileQuery } from "./answer.ts";
import type { FindFormat } from "./formats.ts";
import type { SlowReaders } from "./slow-readers.ts";

export type ServingContext = {
  records: Records;
  findFormat: FindFormat;
  readers: SlowReaders;
  /** Whether a page of the archive asks, for somebody who may take photos out of the trash. */
  seesTrash: (request: Request) => Promise<boolean>;
};

const params = t.Object({
  tree_id: t.String({ pattern: "^[1-9]\\d{0,15}$" }),
  photo_id: t.String({ pattern: "^[1-9]\\d{0,15}$" }),
  token: t.String({ pattern: "^[0-9A-Za-z]{32}$" }),
  format: t.String({ pattern: "^[a-z][a-z0-9_]{0,63}$" }),
});

const named = t.Object({ ...params.properties, filename: t.String() });

const PATH = "/:tree_id/:photo_id/:token/:format";

/** What may be done with a file's address (protocol 8). */
const METHODS = "GET, HEAD, OPTIONS";

/** A photo in one of its formats, for whoever knows its token: `/<tree_id>/<photo_id>/<token>/<format>` (protocol 8). */
export function photoFiles(context: ServingContext) {
  return new Elysia()
    .get(PATH, ({ params: of, query, request }) => answer(context, request, of, query), {
      params,
      detail: describeFile(params),
    })
    .get(
      `${PATH}/:filename`,
      ({ params: of, query, request }) => answer(context, request, of, query),
      {
        params: named,
        detail: describeFile(named),
      },
    )
    .options(PATH, preflight, { params })
    .options(`${PATH}/:filename`, preflight, { params: named });
}

async function answer(
  { records, findFormat, readers, seesTrash }: ServingContext,
  request: Request,
  of: typeof params.static,
  query: Record<string, string | undefined>,
): Promise<Response> {
  const photo = await records.photos.byId(Number(of.photo_id));
  if (!photo || !isOpenTo(photo, of)) return refuseInWords(404, "There is no such photo.");
  const isInTrash = photo.deletedAt !== null;
  if (isInTrash && !(await seesTrash(request))) {
    return refuseInWords(404, "There is no such photo.");
  }
  const asked = readQuery(query);
  if (typeof asked === "string") return refuseInWords(400, asked);
  const format = await findFormat(photo, of.format);
  if ("why" in format) {
    const { why, retryAfter } = format;
    const later = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
    return refuseInWords(404, why, later);
  }
  const answered = await answerFile(request, format, asked);
  // Whoever signs out, or has it from a cache, sees it no more.
  if (isInTrash) answered.headers.set("cache-control", "no-store");
  if (answered.body) readers.watch(request);
  return answered;
}

function isOpenTo(photo: Photo, of: typeof params.static): boolean {
  return String(photo.treeId) === of.tree_id && sameSecret(photo.token, of.token);
}

/** Other parameters are anybody's own: pages add them to every link. @returns what is wrong, in words */
function readQuery({ inline = "0", v }: Record<string, string | undefined>): FileQuery | string {
  if (!/^(0|1|true|false)$/.test(inline)) return "The parameter 'inline' is 1 or 0.";
  if (v !== undefined && !/^\d{1,16}$/.test(v))
    return "The parameter 'v' is the number of a version.";
  return { inline: /^(1|true)$/.test(inline), version: v === undefined ? undefined : Number(v) };
}

/** Browsers ask before they send a range or a condition from another page's script; nothing is looked up for that. */
function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...OPEN_TO_ALL,
      allow: METHODS,
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers":
        "Range, If-Range, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, Want-Repr-Digest",
      "access-control-max-age": "86400",
    },
  });
}

/** For a request whose method no route takes: whether the address is a file's, and what it takes. */
export function refuseMethod(path: string): Response | undefined {
  if (
    !/^\/[1-9]\d{0,15}\/[1-9]\d{0,15}\/[0-9A-Za-z]{32}\/[a-z][a-z0-9_]{0,63}(\/[^/]*)?$/.test(path)
  ) {
    return undefined;
  }
  return refuseInWords(405, "A file is read with GET or HEAD.", { allow: METHODS });
}
