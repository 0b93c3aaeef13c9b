import type { Transacted } from "../records/records.ts";
import type { UploadContext } from "./types.ts";
import { decideReservation, type Beginning, type Reservation } from "./upload-rules.ts";

/**
 * Reserves a use of a token for an upload, which it begins or goes on with. The uses may be held by uploads that are over and
 * could not be deleted: before anybody is told that none is free, that is tried again.
 */
export async function reserveUse(
  { records, deletions }: Pick<UploadContext, "records" | "deletions">,
  tokenId: number,
  beginning: Beginning,
  now: number,
): Promise<Transacted<Reservation>> {
  const { identity } = beginning;
  const key = identity ? { tokenId, identity } : { tokenId, identity };
  const reserve = () =>
    records.uploads.transact(key, now, (view) => decideReservation(view, beginning, now));
  const reserved = await reserve();
  const isRefused = reserved.value !== "reserved" && reserved.value !== "finished";
  return isRefused && (await deletions.retry(tokenId)) ? reserve() : reserved;
}
