import type { DeliveryState, UploadState } from "../records/records.ts";

/** What pages of the archive are told as it happens (protocol 9.1): the event's name, and its data. */
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
        /** Bytes; null where nobody knows yet. */
        size: number | null;
        received: number;
        /** gone: it became no photo, and is not on record any more. */
        state: UploadState | "gone";
      };
    }
  /** Its uses, or how long it is valid, or that it is there. */
  | { event: "token"; data: { token_id: number } }
  | { event: "delivery"; data: { delivery_id: string; state: DeliveryState } }
  /** Something changed that nobody can name, or there was too much of it: ask again. */
  | { event: "changed"; data: Record<string, never> };

export const CHANGED: PageEvent = { event: "changed", data: {} };
