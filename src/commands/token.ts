import { Problem } from "../problem.ts";
import { makeFolder, openFolder } from "./folder.ts";
import { formatLimit, formatDuration, parseBytes, parseDuration } from "../units.ts";
import { getUploadToken } from "../http/photo/get-upload-token.ts";
import { readParameters } from "../http/parameters.ts";
import { requireAlbums } from "../upload/albums.ts";
import { toGrant } from "../upload/grant.ts";
import { hashPassphrase } from "../upload/passphrase.ts";
import { issueToken } from "../upload/token.ts";
import { CommandError, UsageError } from "./fail.ts";
import { FOLDER_OPTIONS, readGiven } from "./given.ts";
import { readId, readLine, splitAction, type Values } from "./line.ts";
import { addressOf, stateOf } from "./link.ts";
import { revokeById } from "./revoke.ts";
import { showToken } from "./show-token.ts";
import { day, printTable } from "./table.ts";
import { whoSees } from "./who-sees.ts";

/** How many upload tokens are listed where nothing is said. */
const LISTED = 100;

/** The parameters of get-upload-token as options, without dashes: "return-url" is `return_url`. */
const OPTIONS = [...Object.keys(getUploadToken.input.properties), "valid"]
  .filter((name) => name !== "valid_minutes")
  .map((name) => name.replace(/_p$/, "").replaceAll("_", "-"));

/** `redeem token create [--title …] | list [--all] | show ID | revoke ID`. Works while the server runs. */
export async function token(words: string[]): Promise<void> {
  const { action, rest } = splitAction(words);
  try {
    if (action === "create") {
      const options = [...OPTIONS, ...FOLDER_OPTIONS, "public-url"];
      await create(readLine("token create", rest, options).values);
    } else if (action === "list") {
      const options = [...FOLDER_OPTIONS, "limit"];
      await print(readLine("token list", rest, options, 0, ["all"]).values);
    } else if (action === "show") {
      const options = [...FOLDER_OPTIONS, "public-url"];
      const { values, positionals } = readLine("token show", rest, options, 1);
      const usage = "redeem token show ID (redeem token list shows the ids)";
      await showToken(readId(positionals[0], usage), values);
    } else if (action === "revoke") {
      const { values, positionals } = readLine("token revoke", rest, FOLDER_OPTIONS, 1);
      const usage = "redeem token revoke ID (redeem token list shows the ids)";
      const id = readId(positionals[0], usage);
      await revokeById("upload token", id, values, ({ tokens }) => tokens.revoke(id, Date.now()));
    } else {
      throw new UsageError(
        `redeem token has create, list, show and revoke, not ${JSON.stringify(action)}`,
      );
    }
  } catch (error) {
    if (error instanceof Problem) throw new CommandError(optionNames(error.message));
    throw error;
  }
}

/** Of the options of `create`, `--max-size` and `--types` are the token's and not the server's. */
const SERVER_OPTIONS = [...FOLDER_OPTIONS, "public-url"];

function serverOptions(values: Values): Values {
  return Object.fromEntries(SERVER_OPTIONS.map((name) => [name, values[name]]));
}

async function create(values: Values): Promise<void> {
  const { config } = await readGiven(serverOptions(values));
  const params = new Map<string, string>();
  for (const option of OPTIONS) {
    const value = values[option];
    if (value === undefined) continue;
    const name = option.replaceAll("-", "_");
    if (name === "valid") params.set("valid_minutes", readMinutes(value));
    else if (name === "max_size") params.set(name, readMaxSize(value, config.REDEEM_MAX_SIZE));
    else params.set(name === "background_return" ? "background_return_p" : name, value);
  }
  const wanted = readParameters(getUploadToken.input, params);
  const now = Date.now();
  const grant = toGrant(
    wanted,
    wanted.user_id ?? 0,
    {},
    {
      maxSize: config.REDEEM_MAX_SIZE,
      types: config.REDEEM_TYPES,
      validMinutes: 360,
      now,
    },
  );
  const { records, secret } = await makeFolder(config.REDEEM_DATA);
  try {
    await requireAlbums(records, grant.albumId);
    const passphraseHash =
      wanted.passphrase === undefined ? null : await hashPassphrase(wanted.passphrase);
    const issued = await issueToken({ records, secret }, { ...grant, passphraseHash }, now);
    const isPublic = (await records.isListPublic()) ?? config.REDEEM_PUBLIC_LIST;
    printIssued(issued, await addressOf(records, config), isPublic);
  } finally {
    await records.close();
  }
}

/** A passphrase may begin with "@" or "<", by which -F would mean a file. */
const PASSPHRASE = ' --form-string passphrase="$PASSPHRASE"';

function printIssued(
  { uploadToken, token: issued }: Awaited<ReturnType<typeof issueToken>>,
  url: string,
  isListPublic: boolean,
): void {
  process.stdout.write(
    [
      `Upload token ${issued.id}, for ${issued.maxUploads} file${issued.maxUploads === 1 ? "" : "s"}, until ${day(issued.validUntil)} UTC:`,
      "",
      `  ${uploadToken}`,
      "",
      "The page to hand to somebody:",
      "",
      `  ${url}/upload/${uploadToken}`,
      "",
      `(redeem token show ${issued.id} shows it again.)`,
      "",
      issued.passphraseHash === null
        ? "Or from a terminal:"
        : "Or from a terminal, with the passphrase in the variable PASSPHRASE:",
      "",
      `  curl -F upload_token=${uploadToken}${issued.passphraseHash === null ? "" : PASSPHRASE} -F file=@photo.jpg ${url}/api/2/photo/redeem-upload-token`,
      "",
      `The photos are ${whoSees(isListPublic, issued)}.`,
      "",
    ].join("\n"),
  );
}

async function print(values: Values): Promise<void> {
  const limit = readLimit(values);
  const { config } = await readGiven(values);
  const { records } = await openFolder(config.REDEEM_DATA);
  try {
    const { tokens, total } = await records.tokens.list(limit);
    printTable(
      ["ID", "TITLE", "USED", "VALID UNTIL (UTC)", "STATE"],
      tokens.map((row) => [
        row.id,
        row.replaces === null ? row.title.slice(0, 40) : `(replaces photo ${row.replaces})`,
        `${row.consumed}/${row.maxUploads}`,
        day(row.validUntil),
        stateOf(row, Date.now()),
      ]),
      "There is no upload token yet.",
    );
    const more = total - tokens.length;
    if (more > 0) {
      // Not among the rows, which a script may read.
      process.stderr.write(
        `These are the newest ${tokens.length} of ${total}: ${more} more ${more === 1 ? "is" : "are"} not shown. See them with --limit N, or --all.\n`,
      );
    }
  } finally {
    await records.close();
  }
}

/** `--limit N` or `--all`: how many upload tokens are listed; undefined for all. */
function readLimit({ limit, all }: Values): number | undefined {
  if (limit === undefined) return all === undefined ? LISTED : undefined;
  if (all !== undefined) throw new UsageError("redeem token list takes --limit or --all, not both");
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit);
  throw new UsageError(`--limit must be a whole number from 1, not ${JSON.stringify(limit)}`);
}

const { minimum: LEAST_MINUTES = 0, maximum: MOST_MINUTES = Infinity } =
  getUploadToken.input.properties.valid_minutes;

/** `--valid 3h`, or minutes: the text of `valid_minutes`. */
function readMinutes(text: string): string {
  const minutes = /^\d+$/.test(text) ? Number(text) : (parseDuration(text) ?? NaN) / 60_000;
  if (minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES) return String(Math.round(minutes));
  const [least, most] = [LEAST_MINUTES, MOST_MINUTES].map((limit) =>
    formatDuration(limit * 60_000),
  );
  throw new CommandError(
    `--valid must be a duration from ${least} to ${most}, such as 90m or 6h (a bare number is minutes), not ${JSON.stringify(text)}`,
  );
}

/** `--max-size 500MB`, or bytes: the text of `max_size`. */
function readMaxSize(text: string, most: number): string {
  const bytes = parseBytes(text) ?? 0;
  if (bytes >= 1 && bytes <= most) return String(bytes);
  throw new CommandError(
    `--max-size must be a size such as 500MB, 10GiB or 1048576, at most ${formatLimit(most)} (REDEEM_MAX_SIZE), not ${JSON.stringify(text)}`,
  );
}

/** A refusal names parameters; at the keyboard they are options. */
function optionNames(message: string): string {
  return message.replace(/^[a-z_]+/, (name) => `--${name.replace(/_p$/, "").replaceAll("_", "-")}`);
}
