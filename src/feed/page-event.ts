import type { DeliveryState, UploadState } from "../records/records.ts";

/** What open pages of the archive are told (protocol 9.1): the event's name, and its data as JSON. */
export type PageEvent =
  | {
      event: "photo";
      data: {
        photo_id: number;
        what: "made" | "changed" | "replaced" | "deleted" | "restored" | "removed";
      };
    }
  | {
      event: "upload";
      data: {
        upload_id: number;
        token_id: number;
        filename: string;
        /** Bytes; null if nobody knows yet. `received` are bytes as well. */
        size: number | null;
        received: number;
        /** gone: it has become no photo, and is no longer on record. */
        state: UploadState | "gone";
      };
    }
  /** A token was made or changed: its uses, its end, its texts. */
  | { event: "token"; data: { token_id: number } }
  | { event: "delivery"; data: { delivery_id: string; state: DeliveryState } }
  /** Pages have to ask again for what they show: something changed that is not known exactly, or too much did. */
  | { event: "changed"; data: Record<string, never> };

export const CHANGED: PageEvent = { event: "changed", data: {} };
