import { Problem } from "../problem.ts";
import type { Records } from "../records/records.ts";

/** Longer than that nobody waits, in milliseconds: less than a connection may be silent. */
const LIMIT_MS = 20_000;

/**
 * Waits until what photos are found by is known of all of them: after an update from a version that knew nothing of it that
 * takes a minute for a million photos.
 * @throws Problem temporarily_unavailable where it takes too long
 */
export async function requireIndexed({ photos }: Pick<Records, "photos">): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unfinished()), LIMIT_MS);
  });
  try {
    await Promise.race([photos.whenIndexed(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function unfinished(): Problem {
  return new Problem(
    "temporarily_unavailable",
    "Albums, tags and words of photos from before an update are still being collected; try again.",
  );
}
