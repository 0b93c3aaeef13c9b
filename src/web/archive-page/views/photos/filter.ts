import type { ApiParams } from "../../api.ts";
import { periodParams, readPeriod, type Period } from "./period.ts";

/** Which photos are shown, and in which order, as the page's address says it. An empty string is a filter that is not set. */
export type PhotoSelection = Period & {
  search: string;
  albumId: string;
  tag: string;
  /** Id of the upload token that they came with. */
  tokenId: string;
  type: "" | "pictures" | "videos" | "audio";
  state: "" | "published" | "unpublished" | "trash";
  order: PhotoSorting;
};

export const SORTINGS = [
  "newest",
  "oldest",
  "takenLast",
  "takenFirst",
  "titleUp",
  "titleDown",
] as const;

export type PhotoSorting = (typeof SORTINGS)[number];

export const TYPES = ["", "pictures", "videos", "audio"] as const;
export const STATES = ["", "published", "unpublished", "trash"] as const;

const ORDERS: Record<PhotoSorting, { orderby: string; order: "asc" | "desc" }> = {
  newest: { orderby: "created", order: "desc" },
  oldest: { orderby: "created", order: "asc" },
  takenLast: { orderby: "taken", order: "desc" },
  takenFirst: { orderby: "taken", order: "asc" },
  titleUp: { orderby: "title", order: "asc" },
  titleDown: { orderby: "title", order: "desc" },
};

/** The parameters of the address, with the property of the selection that each is. */
const NAMES = {
  search: "search",
  album_id: "albumId",
  tag: "tag",
  token_id: "tokenId",
  type: "type",
  state: "state",
  time: "time",
  from: "from",
  to: "to",
  order: "order",
} as const;

const oneOf = <Word extends string>(words: readonly Word[], word: string | null, other: Word) =>
  words.find((known) => known === word) ?? other;

/** Reads the parameters of an address. Values that are not understood count as not set. */
export function readSelection(params: URLSearchParams): PhotoSelection {
  const id = (name: string) => (/^\d{1,15}$/.exec(params.get(name) ?? "") ?? [""])[0];
  return {
    search: params.get("search") ?? "",
    albumId: id("album_id"),
    tag: params.get("tag") ?? "",
    tokenId: id("token_id"),
    type: oneOf(TYPES, params.get("type"), ""),
    state: oneOf(STATES, params.get("state"), ""),
    ...readPeriod(params),
    order: oneOf(SORTINGS, params.get("order"), "newest"),
  };
}

/** The parameters of the address of a selection. */
export function writeSelection(selection: PhotoSelection): Record<string, string> {
  const written = Object.entries(NAMES).map(([name, key]): [string, string] => [
    name,
    selection[key],
  ]);
  return Object.fromEntries(
    written.filter(([name, value]) => value !== "" && !(name === "order" && value === "newest")),
  );
}

/** The parameters that find these photos, for `photo/list`, `photo/segments` and `photo/download`. */
export function findParams(selection: PhotoSelection): ApiParams {
  const { search, albumId, tag, tokenId, type, state } = selection;
  return {
    search: search || undefined,
    album_id: albumId || undefined,
    tag: tag || undefined,
    token_id: tokenId || undefined,
    ...(type === "pictures" && { video_p: false, audio_p: false }),
    ...(type === "videos" && { video_p: true }),
    ...(type === "audio" && { audio_p: true }),
    ...(state !== "trash" && state !== "published" && { include_unpublished_p: true }),
    ...(state === "unpublished" && { published_p: false }),
    ...(state === "trash" && { deleted_p: true }),
    ...periodParams(selection),
  };
}

/** The parameters of the selection's order, for the same methods. */
export function orderParams({ order }: PhotoSelection): ApiParams {
  return ORDERS[order];
}

/** A selection without any filter: of all that there is. */
export const EVERYTHING: Omit<PhotoSelection, "order"> = {
  search: "",
  albumId: "",
  tag: "",
  tokenId: "",
  type: "",
  state: "",
  time: "",
  from: "",
  to: "",
};

/** Whether any filter is set. */
export function isNarrowed(selection: PhotoSelection): boolean {
  const { order: _, time: __, ...narrowing } = selection;
  return Object.values(narrowing).some(Boolean);
}
