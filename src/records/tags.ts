/** A tag as it was written first, and how many photos outside the trash have it. */
export type Tag = { tag: string; photos: number };

export type TagFilter = {
  /** Tags that contain this, without case. */
  search?: string;
  order: "tag" | "count";
  ascending: boolean;
  /** Leaves out machine tags, such as `geo:lat=55`. */
  withoutMachineTags: boolean;
  /** Counts photos that are published at this moment; undefined: all. */
  publishedAt: number | undefined;
  offset: number;
  limit: number;
};

export interface TagRecords {
  /** Tags that a photo has which counts. */
  list(filter: TagFilter): Promise<{ tags: Tag[]; total: number }>;
}
