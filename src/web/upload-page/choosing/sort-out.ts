import type { FileRefusal, Picked, Transfer } from "../transfer/types.ts";
import { type FileLimits, judgeFile, type LimitCode } from "./limits.ts";

export type SortedOut = {
  /** To be sent, in the order in which they were chosen. */
  wanted: Picked[];
  /** Not sent, each with its reason. */
  refused: Transfer[];
  /** Those of the list that were chosen once more. */
  repeated: Transfer[];
};

/**
 * Decides on files that were chosen: the first that fit are taken, as many as there are places.
 * @param listed files that are in the list now; one that is over without having arrived may be chosen again
 */
export function sortOut(
  chosen: readonly Picked[],
  listed: readonly Transfer[],
  limits: FileLimits,
  places: number,
): SortedOut {
  const sorted: SortedOut = { wanted: [], refused: [], repeated: [] };
  const known = new Map<string, Transfer | undefined>(
    listed
      .filter(({ state }) => state !== "refused" && state !== "cancelled")
      .map((transfer) => [signOf(transfer), transfer]),
  );
  for (const picked of chosen) {
    const sign = signOf(picked);
    const limit = judgeFile(picked.file, limits);
    const same = known.get(sign);
    if (same !== undefined) sorted.repeated.push(same);
    // The same file was chosen twice at once, for example by itself and with its folder: it is taken once.
    else if (known.has(sign)) continue;
    else if (limit !== undefined) sorted.refused.push(turnAway(picked, limit));
    else if (sorted.wanted.length >= places) sorted.refused.push(turnAway(picked, "no_place"));
    else sorted.wanted.push(picked);
    if (!known.has(sign)) known.set(sign, undefined);
  }
  return sorted;
}

/** A text that is the same for the same file of the same folder, whenever it is chosen. */
function signOf({ path, file }: { path: string; file: File }): string {
  return JSON.stringify([path, file.name, file.size, file.lastModified]);
}

/** The id of the row that says of a file why it is not sent. */
export function turnedAwayId(picked: Picked): string {
  return `turned-away ${signOf(picked)}`;
}

function turnAway({ file, path }: Picked, code: LimitCode): Transfer {
  const refusal: FileRefusal = { code, message: "" };
  return {
    id: turnedAwayId({ file, path }),
    name: file.name,
    path,
    size: file.size,
    type: file.type,
    file,
    state: "refused",
    sent: 0,
    stored: 0,
    speed: undefined,
    telling: false,
    continued: false,
    trouble: undefined,
    retryAt: undefined,
    waitsFor: undefined,
    refusal,
  };
}
