import { decideRenewal } from "./upload-rules.ts";
import type { UploadContext } from "./types.ts";

/**
 * An upload shows life: its reservation, or the lease of whoever makes its photo, goes on. Where it had lapsed
 * meanwhile, another upload may have taken the use (protocol 4.1): then this one goes on without, and is told when it
 * asks for the next one.
 */
export async function renew(
  { records, now }: Pick<UploadContext, "records" | "now">,
  uploadId: number,
): Promise<void> {
  const { uploads } = records;
  if (await uploads.touch(uploadId, now())) return;
  await uploads.transact({ id: uploadId }, now(), (view) => decideRenewal(view, now()));
}
