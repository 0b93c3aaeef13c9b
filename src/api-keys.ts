import { hashSecret, newSecret } from "./random.ts";
import { LEVELS, type ApiKey, type Level, type Records } from "./records/records.ts";

/** Levels that a key can usefully have. */
export const KEY_LEVELS = LEVELS.slice(LEVELS.indexOf("read"));

/** Makes a key. The secret itself is nowhere else. */
export async function addKey(
  records: Pick<Records, "keys">,
  level: Level,
  name: string,
  secret: string = newSecret(),
): Promise<{ key: ApiKey; secret: string }> {
  const added = await records.keys.add({
    hash: hashSecret(secret),
    name,
    level,
    createdAt: Date.now(),
  });
  return { key: added, secret };
}
