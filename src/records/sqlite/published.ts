import { isNotNull, isNull, sql, type Placeholder, type SQL } from "drizzle-orm";
import { photos } from "./schema.ts";

/** The condition that a photo is published at this moment: `publishedFrom` (../photos.ts) in SQL. */
export function published(at: number | Placeholder): SQL {
  return sql`(${photos.published} = 1 or ${photos.publishDate} <= ${at})`;
}

/** The condition that a photo is not in the trash. */
export const NOT_IN_TRASH = isNull(photos.deletedAt);

/** The condition that it is, in the words of the index. */
export const IN_TRASH = isNotNull(photos.deletedAt);
