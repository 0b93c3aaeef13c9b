import { newFileName } from "../../src/files/names.ts";
import type { Identity, Records, Upload } from "../../src/records/records.ts";
import { decideReservation } from "../../src/upload/upload-rules.ts";

/** Begins an upload in chunks, in the records alone. */
export async function beginUpload(
  records: Records,
  tokenId: number,
  identity: Identity,
): Promise<Upload> {
  const now = Date.now();
  const beginning = {
    identity,
    filename: identity.filename,
    file: newFileName(),
    clientInfo: {},
    sealedToken: null,
  };
  const { upload } = await records.uploads.transact({ tokenId, identity }, now, (view) =>
    decideReservation(view, beginning, now),
  );
  if (!upload) throw new Error("no use was left");
  return upload;
}
