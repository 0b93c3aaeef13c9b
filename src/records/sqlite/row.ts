import type { Upload } from "../records.ts";
import type { uploads } from "./schema.ts";

/** A row as the domain knows it. Earlier versions named its file by its id. */
export function toUpload(row: typeof uploads.$inferSelect): Upload {
  const { identifier, totalSize, chunkSize, filename } = row;
  const chunked = identifier !== null && totalSize !== null && chunkSize !== null;
  return {
    id: row.id,
    tokenId: row.tokenId,
    identity: chunked ? { identifier, totalSize, chunkSize, filename } : null,
    filename,
    file: row.file ?? String(row.id),
    replaces: row.replaces,
    state: row.state,
    received: row.received,
    lease: row.lease,
    sealedToken: row.sealedToken,
    createdAt: row.createdAt,
    lastByteAt: row.lastByteAt,
    keptUntil: row.keptUntil,
    clientInfo: row.clientInfo,
    failure:
      row.failureCode === null
        ? null
        : { code: row.failureCode, message: row.failureMessage ?? "" },
  };
}
