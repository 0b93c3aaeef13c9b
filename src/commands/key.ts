import { addKey, KEY_LEVELS } from "../api-keys.ts";
import type { Level } from "../records/records.ts";
import { openFolder, makeFolder } from "./folder.ts";
import { CommandError, UsageError } from "./fail.ts";
import { FOLDER_OPTIONS, readGiven } from "./given.ts";
import { readId, readLine, splitAction, type Values } from "./line.ts";
import { revokeById } from "./revoke.ts";
import { day, printTable } from "./table.ts";

/** `redeem key create | list | revoke ID`. Works while the server runs. */
export async function key(words: string[]): Promise<void> {
  const { action, rest } = splitAction(words);
  if (action === "create") {
    await create(readLine("key create", rest, [...FOLDER_OPTIONS, "level", "name"]).values);
  } else if (action === "list") {
    await print(readLine("key list", rest, FOLDER_OPTIONS).values);
  } else if (action === "revoke") {
    const { values, positionals } = readLine("key revoke", rest, FOLDER_OPTIONS, 1);
    const id = readId(positionals[0], "redeem key revoke ID");
    await revokeById("API key", id, values, ({ keys }) => keys.revoke(id, Date.now()));
  } else {
    throw new UsageError(`redeem key has create, list and revoke, not ${JSON.stringify(action)}`);
  }
}

async function create(values: Values): Promise<void> {
  const { config } = await readGiven(values);
  const level = readLevel(values["level"] ?? "write");
  const { records, secret } = await makeFolder(config.REDEEM_DATA);
  try {
    const added = await addKey(records, level, values["name"] ?? "");
    const oauth = secret.oauth(added.key.id);
    process.stdout.write(
      [
        `API key ${added.key.id}, level ${added.key.level}. Shown this once:`,
        "",
        `  ${added.secret}`,
        "",
        `For clients that sign with OAuth 1.0a: consumer key ${added.key.id}, token ${added.key.id},`,
        `  consumer secret ${oauth.consumerSecret}`,
        `  token secret    ${oauth.tokenSecret}`,
        "",
      ].join("\n"),
    );
  } finally {
    await records.close();
  }
}

async function print(values: Values): Promise<void> {
  const { config } = await readGiven(values);
  const { records } = await openFolder(config.REDEEM_DATA);
  try {
    const keys = await records.keys.list();
    printTable(
      ["ID", "LEVEL", "NAME", "CREATED", "REVOKED"],
      keys.map((row) => [row.id, row.level, row.name, day(row.createdAt), day(row.revokedAt)]),
      "There is no API key yet.",
    );
  } finally {
    await records.close();
  }
}

function readLevel(text: string): Level {
  const level = KEY_LEVELS.find((known) => known === text);
  if (level) return level;
  throw new CommandError(
    `--level must be one of ${KEY_LEVELS.join(", ")}, not ${JSON.stringify(text)}`,
  );
}
