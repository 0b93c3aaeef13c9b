import { Type, type Static } from "@sinclair/typebox";
import type { UnderWay, UnderWayFilter } from "../../records/records.ts";
import { isInReach, noSuchUploadToken } from "../../upload/link.ts";
import { holdsUse } from "../../upload/rules.ts";
import { unixSeconds } from "../dates.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { followingFields, followingInput, readAfter, itemsOnPage, writeAfter } from "../paging.ts";
import { reachOf } from "../reach.ts";
import { refusedUnknownToken, tokenId } from "./fields.ts";

const fields = Type.Object({
  upload_id: Type.Integer(),
  token_id: Type.Integer({
    description: "The upload token's id; 0 where the file comes without one, by a key.",
  }),
  filename: Type.String(),
  size: Type.Integer({
    description: "Bytes, as the uploader says; 0 where it does not say before its end.",
  }),
  received: Type.Integer({
    description: "Bytes that are there. Of a file that is not sent in chunks 0 until it is whole.",
  }),
  state: Type.String({
    description:
      "`receiving`; `finalizing`: all is there, and it becomes a photo; `lapsed`: nothing came for 5 minutes, and its use is free for others. It may go on.",
  }),
  created_at: Type.Integer({ description: "Unix seconds." }),
  last_byte_at: Type.Integer({ description: "When it showed life last. Unix seconds." }),
});

/** `upload-token/uploads`: files that are on their way (protocol 6.3). */
export const uploadTokenUploads = defineMethod({
  path: "upload-token/uploads",
  versions: [2],
  level: "write",
  topic: "tokens",
  summary: "List uploads under way",
  description: `Files that have begun to come and are no photos yet, newest first: of one upload token, or of all whose tokens the caller may
see (\`upload-token/list\`). One that was abandoned is listed until the server deletes it (\`REDEEM_KEEP_UNFINISHED\`).`,
  input: Type.Object({
    token_id: Type.Optional(tokenId),
    ...followingInput("Uploads", "57"),
  }),
  output: object({
    name: "UploadsUnderWay",
    key: "uploads",
    message: "",
    fields: followingFields(fields),
  }),
  example: {
    input: { token_id: EXAMPLE.token.id },
    output: () => ({ items: [describe(example, example.lastByteAt)], next: "" }),
  },
  refusals: [refusedUnknownToken],
  run: async ({ input, caller }, { records, now }) => {
    const reach = reachOf(caller);
    const after = readAfter(input.after);
    const filter: UnderWayFilter = {
      limit: itemsOnPage(input),
      ...(reach !== "all" && reach),
      ...(after !== undefined && { after }),
    };
    if (input.token_id !== undefined) {
      if (!isInReach(await records.tokens.byId(input.token_id), reach)) throw noSuchUploadToken();
      filter.tokenId = input.token_id;
    }
    const { uploads, next } = await records.uploads.underWay(filter);
    const at = now();
    const items = uploads.map((upload) => describe(upload, at));
    return { items, next: writeAfter(next) };
  },
});

const example: UnderWay = {
  id: 57,
  tokenId: EXAMPLE.token.id,
  identity: {
    identifier: "2481022-partyjpg",
    totalSize: EXAMPLE.photo.original.size,
    chunkSize: 1024 ** 2,
    filename: "party.jpg",
  },
  filename: "party.jpg",
  received: 1024 ** 2,
  state: "receiving",
  direct: false,
  createdAt: EXAMPLE.token.createdAt,
  lastByteAt: EXAMPLE.token.createdAt + 4000,
};

function describe(upload: UnderWay, now: number): Static<typeof fields> {
  return {
    upload_id: upload.id,
    token_id: upload.direct ? 0 : upload.tokenId,
    filename: upload.filename,
    // Of a whole file `received` is its size, once that is known.
    size: upload.identity?.totalSize ?? upload.received,
    received: upload.received,
    state: holdsUse(upload, now) ? upload.state : "lapsed",
    created_at: unixSeconds(upload.createdAt),
    last_byte_at: unixSeconds(upload.lastByteAt),
  };
}
