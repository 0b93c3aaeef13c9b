import { parseArgs } from "node:util";
import { readConfig } from "../config.ts";
import { hashSecret, randomName } from "../random.ts";
import { LEVELS, type ApiKey, type Level, type Records } from "../records/records.ts";
import { openFolder } from "./folder.ts";
import { Failure } from "./fail.ts";
import { printTable } from "./table.ts";

/** Levels that a key can usefully have. */
const KEY_LEVELS = LEVELS.slice(LEVELS.indexOf("read"));

/** `redeem key create | list | revoke ID`. Works while the server runs. */
export async function key(words: string[]): Promise<void> {
  const [action = "list", ...rest] = words;
  const { records, secret } = await openFolder(readConfig(process.env).REDEEM_DATA);
  try {
    if (action === "create") {
      const { values } = parseArgs({
        args: rest,
        options: {
          level: { type: "string", default: "write" },
          name: { type: "string", default: "" },
        },
      });
      const added = await addKey(records, readLevel(values.level), values.name);
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
    } else if (action === "list") {
      const keys = await records.keys.list();
      printTable(
        ["ID", "LEVEL", "NAME", "CREATED", "REVOKED"],
        keys.map((row) => [row.id, row.level, row.name, day(row.createdAt), day(row.revokedAt)]),
      );
    } else if (action === "revoke") {
      const id = readId(rest[0], "redeem key revoke ID");
      if (!(await records.keys.revoke(id, Date.now()))) {
        throw new Failure(`There is no API key ${id} that could be revoked`);
      }
      process.stdout.write(`API key ${id} is revoked.\n`);
    } else {
      throw new Failure(`redeem key has create, list and revoke, not ${JSON.stringify(action)}`);
    }
  } finally {
    await records.close();
  }
}

/** Makes a key. The secret itself is nowhere else. */
export async function addKey(
  records: Records,
  level: Level,
  name: string,
): Promise<{ key: ApiKey; secret: string }> {
  const secret = randomName(40);
  const added = await records.keys.add({
    hash: hashSecret(secret),
    name,
    level,
    createdAt: Date.now(),
  });
  return { key: added, secret };
}

function readLevel(text: string): Level {
  const level = KEY_LEVELS.find((known) => known === text);
  if (level) return level;
  throw new Failure(`--level must be one of ${KEY_LEVELS.join(", ")}, not ${JSON.stringify(text)}`);
}

export function readId(text: string | undefined, usage: string): number {
  if (text && /^\d{1,15}$/.test(text)) return Number(text);
  throw new Failure(`Which one? Usage: ${usage}`);
}

export function day(at: number | null): string {
  return at === null ? "" : new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
