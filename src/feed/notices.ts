import type { SiteEvent } from "../events.ts";
import { CHANGED, type PageEvent } from "./page-event.ts";

/**
 * What an open page is to be told of. An upload is named by its id, and looked up only when it is told: so many chunks of it cost
 * one look, and the last one counts.
 */
export type FeedNotice =
  | {
      about: "upload";
      upload: number;
      token: number;
      /** Whether it has ended, which is told at once. */
      isOver: boolean;
    }
  | { about: "token"; token: number }
  | { about: "anything"; level: "read" | "admin"; event: PageEvent };

const PHOTO_WORDS = {
  updated: "changed",
  trashed: "deleted",
  restored: "restored",
  removed: "removed",
} as const;

const DELIVERY_STATES = {
  delivered: "delivered",
  retry: "pending",
  "given-up": "given-up",
} as const;

/** What pages are to be told of an event of the site; nothing of most. */
export function noticesOf(event: SiteEvent): FeedNotice[] {
  switch (event.kind) {
    case "upload begun":
    case "cancelling undone":
      return ofUpload(event.upload, event.token, false);
    case "upload cancelled":
    case "upload dropped":
      return ofUpload(event.upload, event.token, true);
    case "chunk stored":
      return [{ about: "upload", upload: event.upload, token: event.token, isOver: false }];
    case "refused": {
      const { upload, token } = event;
      return upload === null ? [{ about: "token", token }] : ofUpload(upload, token, true);
    }
    case "photo made":
    case "photo replaced": {
      const what = event.kind === "photo made" ? "made" : "replaced";
      return [photo(event.photo, what), ...ofUpload(event.upload, event.token, true)];
    }
    case "photo changed":
      return [photo(event.photo, PHOTO_WORDS[event.what])];
    case "media attempted":
      return event.outcome === "retry" || event.outcome === "gone"
        ? []
        : [photo(event.about.photo, "changed")];
    case "token changed":
      return [{ about: "token", token: event.token }];
    case "callback attempted": {
      const { delivery } = event.about;
      const data = { delivery_id: delivery, state: DELIVERY_STATES[event.outcome] };
      return [{ about: "anything", level: "admin", event: { event: "delivery", data } }];
    }
    case "changed elsewhere":
      return [{ about: "anything", level: "read", event: CHANGED }];
    default:
      return [];
  }
}

/** An upload that begins or ends changes its token's uses as well. */
function ofUpload(upload: number, token: number, isOver: boolean): FeedNotice[] {
  return [
    { about: "upload", upload, token, isOver },
    { about: "token", token },
  ];
}

function photo(id: number, what: (PageEvent & { event: "photo" })["data"]["what"]): FeedNotice {
  const event: PageEvent = { event: "photo", data: { photo_id: id, what } };
  return { about: "anything", level: "read", event };
}

/** Notices with the same key need not be told twice: the later one stands for both. */
export function keyOf(notice: FeedNotice): string {
  if (notice.about === "upload") return `upload ${notice.upload}`;
  if (notice.about === "token") return `token ${notice.token}`;
  const { event, data } = notice.event;
  return `${event} ${Object.values(data).join(" ")}`;
}
