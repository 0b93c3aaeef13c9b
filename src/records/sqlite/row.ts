import type { Photo, Upload } from "../records.ts";
import type { photos, uploads } from "./schema.ts";

/** The same for a photo: its file bears the name that its upload's had. */
export function toPhoto(row: typeof photos.$inferSelect): Photo {
  return { ...row, file: row.file ?? String(row.uploadId) };
}

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
