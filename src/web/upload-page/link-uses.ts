import type { TokenStatus } from "./transfer/types.ts";

/** This page's own files. Those of earlier visits (`earlier`) are not finished; each may hold a reservation. */
type OwnFiles = { done: number; begun: number; earlier: number };

/** What the server counted of the link's uses, and which of them are this page's. */
export type SeenUses = {
  remaining: number;
  reserved: number;
  /** The page's own files at that time. */
  own: OwnFiles;
  /** Uses of own files that the server knew to be finished before this page was told so. */
  ahead: number;
  /** Uses that were consumed by others. */
  byOthers: number;
};

/**
 * Tells the page's own uses from those of others. Several small files go with one request, so that the server has finished some
 * of them for a while when their answer comes: what it counts beyond what is known is taken for these, as far as they go.
 * @param before what was seen last; undefined at the start
 */
export function seeUses(
  status: Pick<TokenStatus, "maxUploads" | "remaining" | "free">,
  own: OwnFiles,
  before: SeenUses | undefined,
): SeenUses {
  const { maxUploads, remaining, free } = status;
  const consumed = maxUploads - remaining - own.done;
  const known = before?.byOthers ?? consumed;
  const unknown = Math.max(0, consumed - known);
  const ahead = Math.min(unknown, own.begun);
  return { remaining, reserved: remaining - free, own, ahead, byOthers: known + unknown - ahead };
}

/**
 * @param done own files that have arrived by now
 * @param active own files that are still to arrive
 * @returns `remaining`: uses that no file has consumed; `places`: those that nobody's file is on its way for either
 */
export function usesLeft(
  seen: SeenUses,
  done: number,
  active: number,
): { remaining: number; places: number } {
  const since = done - seen.own.done;
  const others = Math.max(0, seen.reserved - seen.own.begun - seen.own.earlier);
  const without = (own: number) => Math.max(0, seen.remaining - Math.max(0, own - seen.ahead));
  return {
    remaining: without(since),
    places: Math.max(0, without(since + active) - others),
  };
}
