import { Problem } from "../problem.ts";
import type { Records } from "../records/records.ts";

/**
 * Requires that the albums of an `album_id` are there, such as "3,4".
 * @param name of the parameter
 * @throws Problem invalid_input naming one that is not
 */
export async function requireAlbums(
  { albums }: Pick<Records, "albums">,
  albumId = "",
  name = "album_id",
): Promise<void> {
  if (albumId === "") return;
  const [missing] = await albums.missing(albumId.split(",").map(Number));
  if (missing === undefined) return;
  throw new Problem(
    "invalid_input",
    `${name} must name albums that are there: there is no album ${missing}.`,
  );
}
