import { parseTags, tagKey } from "../../photo/tags.ts";
import type { Photo } from "../records.ts";
import type { Db } from "./db.ts";

export type FacetKind = "tag" | "album" | "user" | "media";
export type Facet = { kind: FacetKind; key: string; name: string };

/** What a photo has in common with others (schema/facets.ts). */
export function facetsOf(photo: Photo): Facet[] {
  const found: Facet[] = [
    { kind: "user", key: String(photo.userId), name: "" },
    ...parseTags(photo.tags).map((tag): Facet => ({ kind: "tag", key: tagKey(tag), name: tag })),
    ...albumIdsOf(photo.albumId).map((id): Facet => ({ kind: "album", key: String(id), name: "" })),
  ];
  const [media = ""] = photo.original.type.split("/");
  found.push({ kind: "media", key: media, name: "" });
  return found;
}

/** The ids in an album_id, each once (protocol 3). */
export function albumIdsOf(albumId: string): number[] {
  const ids = albumId.split(",").map(Number);
  return [...new Set(ids.filter((id) => Number.isSafeInteger(id) && id > 0))];
}

/** Looks facets up; undefined where no photo ever had it. */
export function facetIds(db: Db) {
  const query = db.$client
    .prepare<[string, string], number>("select id from facets where kind = ? and key = ?")
    .pluck();
  return (kind: FacetKind, key: string): number | undefined => query.get(kind, key);
}
