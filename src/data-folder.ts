import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "./config.ts";
import { readPresence } from "./files/boot.ts";
import type { Calls } from "./files/calls.ts";
import { createDisk } from "./files/disk.ts";
import type { Files } from "./files/files.ts";
import { log } from "./log.ts";
import { keepPrivate } from "./private.ts";
import type { Records } from "./records/records.ts";
import type { Update } from "./records/sqlite/open.ts";
import { readSecret, type SiteSecret } from "./secret.ts";

/**
 * Opens the database and the secret of a data folder, which are made where they are not there.
 * @param durable REDEEM_SYNC
 * @param isReceiving whether files come in at this moment: what is long in the database waits for a better one
 */
export async function openData(
  folder: string,
  durable = true,
  isReceiving: () => boolean = () => false,
): Promise<{ records: Records; secret: SiteSecret }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const path of await keepPrivate(folder)) {
    log.warn("others on this machine may read it, and its rights cannot be changed", { path });
  }
  // Loaded late, so that a machine which cannot load the addon gets one line (commands/fail.ts).
  const { openRecords } = await import("./records/sqlite/open.ts");
  const secret = await readSecret(join(folder, "secret"));
  const records = await openRecords(join(folder, "redeem.db"), {
    durable,
    isReceiving,
    onUpdate: logUpdate,
  });
  return { secret, records };
}

/** Somebody waits for the start, and has to see that it goes on. */
function logUpdate(update: Update): void {
  if (update.state === "done") {
    log.info("the database is up to date", { seconds: Math.round(update.seconds * 10) / 10 });
  } else if (update.state === "begun") {
    log.info("the database of an earlier version is being brought up to date", {
      photos: update.photos,
    });
  } else log.info("photos of an earlier version were carried over", { photos: update.photos });
}

/**
 * Opens the files of a data folder, and forgets the chunks that are on record and may not have reached the disk before the machine
 * was started again.
 * @param calls system calls, for tests
 */
export async function openFiles(
  config: Pick<Settings, "REDEEM_DATA" | "REDEEM_SYNC">,
  { chunks }: Pick<Records, "chunks">,
  calls: Calls | undefined,
): Promise<Files> {
  const { REDEEM_DATA: folder, REDEEM_SYNC: durable } = config;
  const files = await createDisk(folder, { durable, ...(calls && { calls }) });
  const deleted = await chunks.enterBoot(await readPresence(folder));
  if (deleted > 0) {
    log.warn("forgot chunks that a reboot, or a disk that was away, may have taken", {
      chunks: deleted,
    });
  }
  return files;
}
