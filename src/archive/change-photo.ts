import { pingbackChanges, type Happening, type PingbackTo } from "../callback/pingback.ts";
import type { Events } from "../events.ts";
import { Problem } from "../problem.ts";
import type { Photo, PhotoDecision, Records } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
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

/** Photos that are changed in one transaction: some milliseconds' work, and one wait for the disk. */
const SLICE = 20;

/** What became of a photo; "unchanged" where it was so already. */
type Outcome = Happening | "unchanged";

/**
 * Changes one photo by a rule. All methods and the sweeper change photos here, or several at once (`changePhotos`), so that what
 * goes with every change is in one place. The change is on the disk when this answers.
 * @returns what happened, and the photo as it is then; undefined where it was removed
 * @throws Problem as the rule does
 */
export async function changePhoto(
  context: ArchiveContext,
  id: number,
  rule: PhotoRule,
): Promise<{ what: Outcome; photo: Photo | undefined }> {
  const at = context.now();
  const { value: what, photo } = await context.records.photos.transact(id, at, (before) =>
    withPingbacks(context, rule, before, at),
  );
  tell(context, id, what);
  return { what, photo };
}

/**
 * Changes many photos by one rule, in transactions of a few between which others have their turn. One that the rule refuses stays
 * as it is, and the others are changed. What is answered is on the disk; where this throws, some are changed, and whoever asks
 * again changes the rest.
 * @returns what happened to each, or why it was refused
 */
export async function changePhotos(
  context: ArchiveContext,
  ids: readonly number[],
  rule: PhotoRule,
): Promise<{ id: number; what: Outcome | Problem }[]> {
  const changed: { id: number; what: Outcome | Problem }[] = [];
  for (let from = 0; from < ids.length; from += SLICE) {
    if (from > 0) await nextTurn();
    const some = ids.slice(from, from + SLICE);
    const at = context.now();
    const outcomes = await context.records.photos.transactEach(some, at, (before) =>
      orRefused(() => withPingbacks(context, rule, before, at)),
    );
    for (const [index, { value: what }] of outcomes.entries()) {
      const id = some[index] as number;
      if (!(what instanceof Problem)) tell(context, id, what);
      changed.push({ id, what });
    }
  }
  return changed;
}

function withPingbacks(
  { pingbackTo }: Pick<ArchiveContext, "pingbackTo">,
  rule: PhotoRule,
  before: Photo | undefined,
  at: number,
): PhotoDecision<Outcome> {
  const { changes, value } = rule(before);
  if (!before || value === "unchanged") return { changes, value };
  return { changes: [...changes, ...pingbackChanges(pingbackTo, value, before, at)], value };
}

function orRefused(decide: () => PhotoDecision<Outcome>): PhotoDecision<Outcome | Problem> {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Problem) return { changes: [], value: error };
    throw error;
  }
}

function tell({ events, onDelivery }: ArchiveContext, id: number, what: Outcome): void {
  if (what === "unchanged") return;
  events.emit({ kind: "photo changed", photo: id, what });
  onDelivery();
}
