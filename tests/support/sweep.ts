import { createEvents, type SiteEvent } from "../../src/events.ts";
import { createUploadLocks } from "../../src/upload/locks.ts";
import { sweep } from "../../src/upload/sweep.ts";
import type { TestSite } from "./site.ts";

/**
 * Sweeps a site now, and answers how many were deleted.
 * @param onEvent told of what is put right on the way
 */
export function sweepNow(
  { site }: Pick<TestSite, "site">,
  onEvent: (event: SiteEvent) => void = () => undefined,
  locks = createUploadLocks(),
): Promise<number> {
  const { records, files, config, ages, sessions } = site;
  const events = createEvents();
  events.subscribe(onEvent);
  return sweep({
    records,
    files,
    locks,
    events,
    ages,
    sessions,
    keepUnfinishedMs: config.REDEEM_KEEP_UNFINISHED,
    keepRecordsMs: config.REDEEM_KEEP_RECORDS,
    keepDeletedMs: config.REDEEM_KEEP_DELETED,
    graceMs: config.REDEEM_GRACE,
    startedAt: 0,
    pingbackTo: site.pingbackTo,
    onDelivery: site.deliverer.wake,
  });
}
