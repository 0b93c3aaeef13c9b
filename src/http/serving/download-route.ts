import { Elysia, t } from "elysia";
import { archiveBytes } from "../../export/archive.ts";
import type { Files } from "../../files/files.ts";
import { log } from "../../log.ts";
import type { Records } from "../../records/records.ts";
import { HIDDEN } from "../docs/pages.ts";
import { refuseInWords } from "./answer.ts";
import type { Downloads } from "./downloads.ts";
import type { SlowReaders } from "./slow-readers.ts";
import { streamBody } from "./stream-body.ts";

export type DownloadContext = {
  records: Pick<Records, "photos">;
  files: Pick<Files, "originals">;
  downloads: Downloads;
  readers: SlowReaders;
};

const params = t.Object({ secret: t.String({ pattern: "^[0-9A-Za-z]{40}$" }) });

/** Seconds after which another archive may have its turn. */
const RETRY_SECONDS = 30;

/** Archives of photos, for whoever knows a link that `photo/download` has made: `/download/<secret>` (protocol 8.1). */
export function downloadRoute(context: DownloadContext) {
  return new Elysia().get(
    "/download/:secret",
    ({ params: { secret }, request }) => answer(context, secret, request),
    { params, detail: HIDDEN },
  );
}

/** For a request whose method no route takes. */
export function refuseDownloadMethod(path: string): Response | undefined {
  if (!/^\/download\/[0-9A-Za-z]{40}$/.test(path)) return undefined;
  return refuseInWords(405, "An archive is read with GET or HEAD.", { allow: "GET, HEAD" });
}

async function answer(
  { records, files, downloads, readers }: DownloadContext,
  secret: string,
  request: Request,
): Promise<Response> {
  const download = await downloads.find(secret);
  if (!download) {
    return refuseInWords(404, "There is no such download, or its time is over: ask for it again.");
  }
  const day = new Date(download.madeAt).toISOString().slice(0, 10);
  const headers = {
    "content-type": "application/zip",
    "content-disposition": `attachment; filename="photos-${day}.zip"`,
    "accept-ranges": "none",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    // Its address is a secret.
    "referrer-policy": "no-referrer",
  };
  if (request.method === "HEAD") {
    return new Response(null, { headers: { ...headers, "content-length": `${download.size}` } });
  }
  const end = downloads.begin();
  if (!end) {
    const words = "Too many archives are being sent at the moment; try again soon.";
    return refuseInWords(503, words, { "retry-after": String(RETRY_SECONDS) });
  }
  const body = streamBody(
    archiveBytes({ records, files }, download.files),
    request.signal,
    (error) => {
      end();
      if (error !== undefined)
        log.warn("an archive was not sent to its end", { error: String(error) });
    },
  );
  readers.watch(request);
  return new Response(body, { headers });
}
