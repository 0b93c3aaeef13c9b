import { Problem } from "../problem.ts";
import type { Records } from "../records/records.ts";

/**
 * Requires that the albums of an `album_id` are there, such as "3,4".
 * @throws Problem invalid_input naming one that is not
 */
export async function requireAlbums(
  { albums }: Pick<Records, "albums">,
  albumId = "",
): Promise<void> {
  if (albumId === "") return;
  const [missing] = await albums.missing(albumId.split(",").map(Number));
  if (missing === undefined) return;
  throw new Problem(
    "invalid_input",
    `album_id must name albums that are there: there is no album ${missing}.`,
  );
}
