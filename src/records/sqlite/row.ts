import type { Upload } from "../records.ts";
import type { uploads } from "./schema.ts";

/** A row as the domain knows it. */
export function toUpload(row: typeof uploads.$inferSelect): Upload {
  const { identifier, totalSize, chunkSize, filename } = row;
  const chunked = identifier !== null && totalSize !== null && chunkSize !== null;
  return {
    id: row.id,
    tokenId: row.tokenId,
    identity: chunked ? { identifier, totalSize, chunkSize, filename } : null,
    filename,
    state: row.state,
    received: row.received,
    sealedToken: row.sealedToken,
    lastByteAt: row.lastByteAt,
    type: row.type,
    told: row.told,
    failure:
      row.failureCode === null
        ? null
        : { code: row.failureCode, message: row.failureMessage ?? "" },
  };
}
