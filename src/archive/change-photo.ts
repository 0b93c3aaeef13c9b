import { pingbackChanges, type Happening, type PingbackTo } from "../callback/pingback.ts";
import type { Events } from "../events.ts";
import type { Photo, Records } from "../records/records.ts";
import type { PhotoRule } from "./rules.ts";

export type ArchiveContext = {
  records: Records;
  events: Events;
  pingbackTo: PingbackTo;
  /** Called when a pingback was recorded. */
  onDelivery: () => void;
  /** Milliseconds since 1970. */
  now: () => number;
};

/**
 * Changes one photo by a rule: the one function that all methods and the sweeper use, so that what goes with every change
 * is in one place. The change is on the disk when this answers.
 * @returns what happened, and the photo as it is then; undefined where it was removed
 * @throws Problem as the rule does
 */
export async function changePhoto(
  { records, events, pingbackTo, onDelivery, now }: ArchiveContext,
  id: number,
  rule: PhotoRule,
): Promise<{ what: Happening | "unchanged"; photo: Photo | undefined }> {
  const at = now();
  const { value: what, photo } = await records.photos.transact(id, at, (before) => {
    const { changes, value } = rule(before);
    if (!before || value === "unchanged") return { changes, value };
    return { changes: [...changes, ...pingbackChanges(pingbackTo, value, before, at)], value };
  });
  if (what !== "unchanged") {
    events.emit({ kind: "photo changed", photo: id, what });
    onDelivery();
  }
  return { what, photo };
}
