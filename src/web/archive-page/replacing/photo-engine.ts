import { createEngine } from "../../upload-page/transfer/engine.ts";
import type { Engine } from "../../upload-page/transfer/types.ts";
import type { ArchivePageData } from "../page-data.ts";

/** Uses of a link come to an end; those of a session do not. */
const NO_END = {
  state: "open",
  maxUploads: Number.POSITIVE_INFINITY,
  remaining: Number.POSITIVE_INFINITY,
  free: Number.POSITIVE_INFINITY,
  validUntil: Number.POSITIVE_INFINITY,
  graceUntil: Number.POSITIVE_INFINITY,
} as const;

/** The upload page's machinery, for one file that replaces a photo's. Whoever makes one closes it. */
export function createPhotoEngine(
  { csrf, userId, base }: ArchivePageData,
  photoId: number,
): Engine {
  return createEngine({
    api: `${base}/api/2/`,
    by: { photoId, userId, csrf },
    guest: () => ({ name: "", note: "" }),
    status: NO_END,
    statusMs: 0,
    // It is sent again by choosing it again.
    undoMs: 0,
  });
}
