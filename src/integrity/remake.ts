import type { Files } from "../files/files.ts";
import type { Media, Records, StoredOriginal } from "../records/records.ts";

/** Originals that are looked up together. */
const FEW = 100;

export type Remake = {
  /** Takes note of an original that is as it was received. */
  add(original: StoredOriginal): Promise<void>;
  /** Looks at those that are left. @returns how many were put into the queue again */
  end(): Promise<number>;
};

/**
 * Puts sound originals into the queue of thumbnails again whose facts or thumbnails are not there: making them was given up,
 * or their files are gone. What waits already waits on; what cannot be made of a file of this kind is not asked for again.
 */
export function createRemake(options: {
  records: Pick<Records, "media">;
  files: Pick<Files, "thumbnails">;
  now: () => number;
}): Remake {
  const { records, files, now } = options;
  let some: StoredOriginal[] = [];
  let queued = 0;

  async function look(): Promise<void> {
    const originals = some;
    some = [];
    const made = await records.media.of(originals.map(({ id }) => id));
    const originalIds: number[] = [];
    for (const original of originals) {
      const media = made.get(original.id);
      if (media && (await isMissing(files, original, media))) originalIds.push(original.id);
    }
    if (originalIds.length === 0) return;
    for await (const count of records.media.requeue({ originalIds }, now())) queued += count;
  }

  return {
    add: async (original) => {
      some.push(original);
      if (some.length >= FEW) await look();
    },
    end: async () => {
      if (some.length > 0) await look();
      return queued;
    },
  };
}

async function isMissing(
  files: Pick<Files, "thumbnails">,
  original: StoredOriginal,
  { state, reason, facts, thumbnails }: Media,
): Promise<boolean> {
  if (state === "none") return reason === "gave_up" || facts === null;
  if (state === "pending" || facts === null) return true;
  for (const { format, size } of thumbnails) {
    if (!(await files.thumbnails.read(original, format, size))) return true;
  }
  return false;
}
