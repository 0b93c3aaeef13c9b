import { Type } from "@sinclair/typebox";
import { Problem } from "../../problem.ts";
import type { Identity } from "../../records/records.ts";
import { endForUploader } from "../../upload/cancel.ts";
import { LONGEST_KEPT_MS } from "../../upload/end-rules.ts";
import { readIdentity } from "../../upload/chunk.ts";
import { findReplacing } from "../../upload/direct-claim.ts";
import { filenameOf } from "../../upload/params.ts";
import type { Owner } from "../../upload/types.ts";
import { findHolder } from "../../upload/update-token.ts";
import { requireLevel } from "../caller.ts";
import { type Call, defineMethod, type MethodContext } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import {
  holderOf,
  holderRefusals,
  identifierFields,
  ownUploadToken,
  unlockFields,
} from "./with-upload-token.ts";

const bytes = (description: string, example: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      allowed: "a whole number",
      description,
      examples: [example],
    }),
  );

const name = (description: string) =>
  Type.Optional(Type.String({ maxLength: 1024, description, examples: ["party.jpg"] }));

const NOTHING_CAME = { isCancelled: true, keptMs: 0 };

const ARRIVED = "The file has arrived already: delete-upload-token takes a photo back.";

const input = Type.Object({
  upload_token: Type.Optional(ownUploadToken),
  photo_id: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description:
        "In place of `upload_token`: the photo whose bytes the caller is replacing, without a token, by this file.",
      examples: [EXAMPLE.photo.id],
    }),
  ),
  ...unlockFields,
  ...identifierFields,
  resumableTotalSize: bytes("Size of the complete file in bytes, in Resumable.js.", 2_481_022),
  resumableChunkSize: bytes("The general chunk size in bytes, in Resumable.js.", 1_048_576),
  resumableFilename: name("The file's name, in Resumable.js."),
  flowTotalSize: bytes("The same in flow.js.", 2_481_022),
  flowChunkSize: bytes("The same in flow.js.", 1_048_576),
  flowFilename: name("The same in flow.js."),
  dztotalfilesize: bytes("The same in Dropzone.", 2_481_022),
  dzchunksize: bytes("The same in Dropzone.", 1_048_576),
  filename: name("The file's name, where its uploader has no parameter for it."),
  keep_seconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: LONGEST_KEPT_MS / 1000,
      description:
        "For how long its bytes are kept, so that the file can go on where it was (Undo). Without it, or 0: they are deleted at once.",
      examples: [10],
    }),
  ),
});

/** `cancel-upload`: whoever sends a file does not want it any more (protocol 4.8). */
export const cancelUploadMethod = defineMethod({
  path: "photo/cancel-upload",
  versions: [2],
  level: "anonymous",
  sometimes: { level: "write", when: "with `photo_id`" },
  topic: "sending",
  summary: "Cancel a file that is sent in chunks",
  description: `Ends the upload of a file in chunks: its use of the token is free at once, and its bytes are deleted. It is named as its chunks
name it, by what Resumable.js, flow.js or Dropzone say of it; \`filename\` is the name where they have no parameter for that. A file that jQuery File Upload sends by \`Content-Range\`
is named by \`resumableTotalSize\` and \`resumableFilename\` alone. A file that the caller of \`replace\` sends without a token is named by \`photo_id\` in place
of the upload token.

With \`keep_seconds\` its bytes stay for so long, and are deleted then by the server itself. A chunk of the file that is sent meanwhile takes the use
again, if one is free, and the file goes on with the bytes that are there; else it is answered as a file for which no use is left.

Chunks of it that are still coming in are refused. The same file may be sent again: it begins anew with its first chunk. Cancelling one that is
cancelled, or that never began, changes nothing. A browser can call this when its page is closed (\`navigator.sendBeacon\`, a form).`,
  input,
  output: object({
    name: "UploadCancelled",
    key: "upload",
    message: "",
    fields: Type.Object({
      cancelled_p: Type.Boolean({
        description:
          "It holds no use, and nothing of the file is here, or it is kept for `kept_seconds`. False: it has become a photo, and stays.",
      }),
      kept_seconds: Type.Integer({
        description:
          "For so many seconds, rounded up, its bytes are kept. 0: they are deleted, or none were there.",
      }),
      reason: Type.String({ description: "Why it was not cancelled, for people; else empty." }),
    }),
  }),
  example: {
    input: {
      upload_token: EXAMPLE.uploadToken,
      resumableIdentifier: "2481022-partyjpg",
      resumableTotalSize: 2_481_022,
      resumableChunkSize: 1_048_576,
      resumableFilename: "party.jpg",
      keep_seconds: 10,
    },
    output: () => ({ cancelled_p: true, kept_seconds: 10, reason: "" }),
  },
  refusals: holderRefusals,
  run: async (call, context) => {
    const params = new Map(Object.entries(call.input).map(([key, value]) => [key, `${value}`]));
    const identity = readIdentity(params, filenameOf(params, call.input.filename));
    const owner = await ownerOf(call, context, identity);
    const keepMs = (call.input.keep_seconds ?? 0) * 1000;
    const { isCancelled, keptMs } = owner
      ? await endForUploader({ ...context, ...context.uploads }, owner, identity, keepMs)
      : NOTHING_CAME;
    return {
      cancelled_p: isCancelled,
      kept_seconds: Math.ceil(keptMs / 1000),
      reason: isCancelled ? "" : ARRIVED,
    };
  },
});

/** Whose the file is; undefined where nothing of it has come. @throws Problem */
async function ownerOf(
  call: Call<typeof input>,
  context: MethodContext,
  identity: Identity,
): Promise<Pick<Owner, "token"> | undefined> {
  const { upload_token: uploadToken, photo_id: photoId } = call.input;
  if (uploadToken !== undefined && photoId !== undefined) {
    throw new Problem("invalid_input", "Give upload_token or photo_id, not both.");
  }
  if (photoId !== undefined) {
    requireLevel(call.caller, "write", call.version);
    return findReplacing(context.records, { caller: call.caller.userId, photoId, identity });
  }
  if (uploadToken === undefined) {
    const wanted = ownUploadToken["allowed"];
    throw new Problem("invalid_input", `upload_token is missing: it must be ${wanted}.`);
  }
  const said = { ...call.input, upload_token: uploadToken };
  return findHolder(context, holderOf({ ...call, input: said }));
}
