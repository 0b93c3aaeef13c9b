import { credentials, identityFields } from "./addresses.ts";
import { asFields, parseFields, type Reply } from "./answer.ts";
import type { BatchMember } from "./batch.ts";
import type { EngineOptions } from "./types.ts";

export const batchAddress = ({ api }: EngineOptions): string =>
  `${api}photo/redeem-upload-token-many`;

/** The form that sends files together: what counts for all of them first, then each behind its fields (protocol 4.9). */
export function batchForm(
  options: EngineOptions,
  guest: readonly [string, string][],
  members: readonly BatchMember[],
): FormData {
  const form = new FormData();
  for (const [name, value] of [...credentials(options), ...guest]) form.append(name, value);
  for (const { upload, job } of members) {
    for (const [name, value] of identityFields(job.identity)) form.append(name, value);
    form.append("resumableChunkNumber", String(job.number));
    const { file } = upload.picked;
    form.append("file", file, file.name);
  }
  return form;
}

/** What was answered: of each file as if it had been sent alone, or of the request. */
export type BatchReply = { each: Reply[] } | { all: Reply };

export function readBatchReply(reply: Reply, members: readonly BatchMember[]): BatchReply {
  const each = reply.status === 200 ? readFiles(parseFields(reply.body), members) : undefined;
  return each === undefined ? { all: reply } : { each };
}

/** Undefined where it does not say what became of each file. */
function readFiles(
  answer: Readonly<Record<string, unknown>>,
  members: readonly BatchMember[],
): Reply[] | undefined {
  const { files } = asFields(answer["data"]);
  if (!Array.isArray(files) || files.length !== members.length) return undefined;
  const said = (files as unknown[]).map(asFields);
  const same = members.every(({ job }, at) => said[at]?.["identifier"] === job.identity.identifier);
  return same ? said.map(replyOf) : undefined;
}

function replyOf(said: Readonly<Record<string, unknown>>): Reply {
  const { status, message, code, retry_after: later, photo_id: photo } = said;
  const body =
    photo === undefined ? message : JSON.stringify({ status: "ok", return: said["return"] });
  return {
    status: Number(status),
    body: String(body),
    code: typeof code === "string" ? code : null,
    retryAfter: typeof later === "number" ? String(later) : null,
  };
}
