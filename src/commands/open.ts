import type { Records } from "../records/records.ts";
import { issueLink } from "../session/links.ts";
import { readsArchive } from "../session/sessions.ts";
import { CommandError } from "./fail.ts";
import { openFolder } from "./folder.ts";
import { FOLDER_OPTIONS, readGiven } from "./given.ts";
import { readId, readLine } from "./line.ts";
import { addressOf } from "./link.ts";

/** `redeem open [--key ID]`: prints a link that signs in at /archive, once. Works while the server runs. */
export async function openCommand(words: string[]): Promise<void> {
  const { key: id, ...given } = readLine("open", words, [
    ...FOLDER_OPTIONS,
    "public-url",
    "key",
  ]).values;
  const keyId =
    id === undefined ? null : readId(id, "redeem open --key ID (redeem key list shows the ids)");
  const { config } = await readGiven(given);
  const { records } = await openFolder(config.REDEEM_DATA);
  try {
    const whose =
      keyId === null ? "the operator, with all rights" : await nameOfKey(records, keyId);
    const url = await addressOf(records, config);
    const link = await issueLink(records, { url, keyId, now: Date.now() });
    process.stdout.write(
      [
        `This link signs in as ${whose}: once, within 15 minutes. Open it in a browser:`,
        "",
        `  ${link}`,
        "",
      ].join("\n"),
    );
  } finally {
    await records.close();
  }
}

async function nameOfKey({ keys }: Records, id: number): Promise<string> {
  const key = await keys.byId(id);
  if (!key || key.revokedAt !== null) {
    throw new CommandError(`There is no API key ${id} that could sign in`);
  }
  const level = readsArchive(key.level);
  if (level === undefined) {
    throw new CommandError(`API key ${id} has the level ${key.level}: it may not see the archive`);
  }
  return `API key ${id}, with level ${level}`;
}
