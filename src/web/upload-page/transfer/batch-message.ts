import { credentials, identityFields } from "./addresses.ts";
import type { Reply } from "./answer.ts";
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
  const answer = parse(reply.body);
  if (reply.status === 200) {
    const each = readFiles(answer, members);
    return each === undefined ? { all: reply } : { each };
  }
  const { code, message } = answer;
  if (typeof code !== "string" || typeof message !== "string") return { all: reply };
  return { all: { ...reply, code, body: message } };
}

/** Undefined where it does not say what became of each file. */
function readFiles(answer: Fields, members: readonly BatchMember[]): Reply[] | undefined {
  const { files } = asFields(answer["data"]);
  if (!Array.isArray(files) || files.length !== members.length) return undefined;
  const said = (files as unknown[]).map(asFields);
  const same = members.every(({ job }, at) => said[at]?.["identifier"] === job.identity.identifier);
  return same ? said.map(replyOf) : undefined;
}

function replyOf(said: Fields): Reply {
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

type Fields = Record<string, unknown>;

const asFields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

function parse(text: string): Fields {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return {};
  }
}
