import type { Records } from "../records/records.ts";
import { CommandError } from "./fail.ts";
import { openFolder } from "./folder.ts";
import { readGiven } from "./given.ts";
import type { Values } from "./line.ts";

/**
 * Revokes what has this id in the data folder that the options name, and says so.
 * @param kind what it is, in words: "API key"
 * @param revoke resolves with false where there is none of this id, or it was revoked before
 * @throws CommandError in that case
 */
export async function revokeById(
  kind: string,
  id: number,
  values: Values,
  revoke: (records: Records) => Promise<boolean>,
): Promise<void> {
  const { config } = await readGiven(values);
  const { records } = await openFolder(config.REDEEM_DATA);
  try {
    if (!(await revoke(records))) {
      throw new CommandError(`There is no ${kind} ${id} that could be revoked`);
    }
    process.stdout.write(`${kind[0]?.toUpperCase()}${kind.slice(1)} ${id} is revoked.\n`);
  } finally {
    await records.close();
  }
}
