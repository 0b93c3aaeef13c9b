import type { SiteEvent } from "./events.ts";
import { log } from "./log.ts";

const CHANGED = {
  updated: "photo updated",
  trashed: "photo moved to the trash",
  restored: "photo restored from the trash",
  removed: "photo removed",
};

/** Says an event in a line of the log: what an operator asks for, and at which level. */
export function logEvent(event: SiteEvent): void {
  const { kind, ...about } = event;
  switch (event.kind) {
    // Its photo, or why there is none, has a line; that it is on its way concerns nobody but who counts.
    case "upload begun":
    case "chunk stored":
    case "upload dropped":
    case "changed elsewhere":
      return;
    case "upload cancelled":
    case "cancelling undone":
    case "photo replaced":
      log.info(kind, about);
      return;
    case "photo made":
    case "refused":
      log.info(kind === "refused" ? "file refused" : "photo stored", about);
      return;
    case "photo changed":
      log.info(CHANGED[event.what], { photo: event.photo });
      return;
    case "token changed":
      // The line of the request that has made it says so.
      if (event.what === "made") return;
      log.info(`upload token ${event.what}`, { token: event.token });
      return;
    case "key changed":
      log.info(`API key ${event.what}`, { key: event.key, level: event.level });
      return;
    case "swept":
      log.info("swept abandoned uploads", about);
      return;
    case "photo not made":
    case "photo not placed":
    case "not hashed":
    case "storage not counted":
    case "archive not indexed":
    case "upload not deleted":
    case "file not deleted":
    case "update not finished":
    case "feed failed":
      log.warn(kind === "not hashed" ? "photo not hashed" : kind, about);
      return;
    case "put right":
      log.warn(event.what, event.about);
      return;
    case "sync failed":
      log.error("syncing failed", about);
      return;
    case "hashing failed":
      log.error(kind, about);
      return;
    case "sweep failed":
      log.error("sweeping failed", about);
      return;
    case "callbacks failed":
      log.error("callbacks could not be looked at", about);
      return;
    case "media failed":
      log.error("the queue of thumbnails could not be looked at", about);
      return;
    case "media attempted":
      if (event.outcome === "retry") log.warn("thumbnails failed, will retry", event.about);
      else if (event.outcome === "given-up") log.warn("thumbnails given up", event.about);
      else if (event.outcome === "none") log.info("no thumbnails", event.about);
      return;
    case "callback attempted": {
      // A pingback is of no upload.
      const what = event.about.upload === undefined ? "pingback" : "callback";
      if (event.outcome === "delivered") log.info(`${what} delivered`, event.about);
      else {
        const gone = event.outcome === "given-up";
        log.warn(gone ? `${what} given up` : `${what} failed, will retry`, event.about);
      }
    }
  }
}
