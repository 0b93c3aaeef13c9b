import { openDelivery, retryDelivery, type Retried } from "../callback/retry.ts";
import type { DeliveryEntry, DeliveryFilter, DeliveryState, Records } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { CommandError, UsageError } from "./fail.ts";
import { openFolder } from "./folder.ts";
import { FOLDER_OPTIONS, readGiven } from "./given.ts";
import { readId, readLine, splitAction, type Values } from "./line.ts";
import { day, visible } from "./table.ts";

/** How many deliveries are listed where nothing is said. */
const LISTED = 100;

/** Rows that are read at once. */
const SLICE = 500;

const STATES: readonly DeliveryState[] = ["pending", "delivered", "given-up"];

type Opened = { records: Records; secret: SiteSecret };

/** `redeem deliveries [list] | show ID | retry ID | retry --all-given-up`. Works while the server runs. */
export async function deliveriesCommand(words: string[]): Promise<void> {
  const { action, rest } = splitAction(words);
  if (action === "list") {
    const options = [...FOLDER_OPTIONS, "state", "photo", "limit"];
    const { values } = readLine("deliveries list", rest, options, 0, ["all", "json"]);
    const filter = readFilter(values);
    await withData(values, (opened) => print(opened, filter, values["json"] !== undefined));
  } else if (action === "show") {
    const { values, positionals } = readLine("deliveries show", rest, FOLDER_OPTIONS, 1, ["json"]);
    const id = requireName(positionals[0], "redeem deliveries show ID");
    await withData(values, (opened) => show(opened, id, values["json"] !== undefined));
  } else if (action === "retry") {
    const flags = ["all-given-up"];
    const { values, positionals } = readLine("deliveries retry", rest, FOLDER_OPTIONS, 1, flags);
    if (values["all-given-up"] === undefined) {
      const id = requireName(positionals[0], "redeem deliveries retry ID, or --all-given-up");
      await withData(values, (opened) => retryOne(opened, id));
    } else {
      if (positionals.length > 0) {
        throw new UsageError("redeem deliveries retry takes an ID or --all-given-up, not both");
      }
      await withData(values, retryAll);
    }
  } else {
    throw new UsageError(
      `redeem deliveries has list, show and retry, not ${JSON.stringify(action)}`,
    );
  }
}

async function withData(values: Values, use: (opened: Opened) => Promise<void>): Promise<void> {
  const { config } = await readGiven(folderOf(values));
  const opened = await openFolder(config.REDEEM_DATA);
  try {
    await use(opened);
  } finally {
    await opened.records.close();
  }
}

/** Without the command's own options, which are no settings. */
function folderOf(values: Values): Values {
  return Object.fromEntries(FOLDER_OPTIONS.map((name) => [name, values[name]]));
}

type Wanted = { state?: DeliveryState; photoId?: number; limit: number };

function readFilter({ state, photo, limit, all }: Values): Wanted {
  const known = STATES.find((one) => one === state);
  if (state !== undefined && !known) {
    throw new UsageError(
      `--state must be one of ${STATES.join(", ")}, not ${JSON.stringify(state)}`,
    );
  }
  if (limit !== undefined && all !== undefined) {
    throw new UsageError("redeem deliveries list takes --limit or --all, not both");
  }
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    throw new UsageError(`--limit must be a whole number from 1, not ${JSON.stringify(limit)}`);
  }
  return {
    ...(known && { state: known }),
    ...(photo !== undefined && { photoId: readId(photo, "redeem deliveries list --photo ID") }),
    limit: all === undefined ? Number(limit ?? LISTED) : Infinity,
  };
}

function requireName(text: string | undefined, usage: string): string {
  if (text) return text;
  throw new UsageError(`Which one? Usage: ${usage} (redeem deliveries list shows the ids)`);
}

/** A page at a time: there may be a million, and a command beside the server takes little memory. */
async function* pages(
  records: Records,
  { limit, ...filter }: Wanted,
): AsyncGenerator<DeliveryEntry[]> {
  let after: DeliveryFilter["after"];
  for (let left = limit; left > 0;) {
    const asked = Math.min(left, SLICE);
    const page = await records.deliveries.list({
      ...filter,
      limit: asked,
      ...(after && { after }),
    });
    if (page.length > 0) yield page;
    if (page.length < asked) return;
    after = page.at(-1);
    left -= page.length;
  }
}

async function print({ records, secret }: Opened, wanted: Wanted, json: boolean): Promise<void> {
  let shown = 0;
  let last: DeliveryEntry | undefined;
  for await (const page of pages(records, wanted)) {
    if (json)
      process.stdout.write(
        page.map((entry) => `${JSON.stringify(told(entry, secret))}\n`).join(""),
      );
    else printRows(page, secret, shown === 0);
    shown += page.length;
    last = page.at(-1);
  }
  if (shown === 0 && !json) {
    printRows([], secret, true);
    const isAny = wanted.state === undefined && wanted.photoId === undefined;
    // Not among the rows, which a script may read.
    process.stderr.write(`There is no ${isAny ? "delivery yet" : "such delivery"}.\n`);
  }
  if (shown < wanted.limit || !last) return;
  const more = await records.deliveries.list({ ...wanted, limit: 1, after: last });
  if (more.length > 0) {
    process.stderr.write(
      `These are the newest ${shown}; there are more. See them with --limit N, or --all.\n`,
    );
  }
}

/** Columns and their widths: rows are printed page by page, and none knows how wide the next ones are. */
const COLUMNS: readonly (readonly [heading: string, width: number])[] = [
  ["ID", 36],
  ["RECORDED (UTC)", 16],
  ["TELLS", 8],
  ["PHOTO", 7],
  ["STATE", 9],
  ["TRIED", 5],
  ["TO", 0],
];

function printRows(page: DeliveryEntry[], secret: SiteSecret, first: boolean): void {
  const rows = page.map((entry) => [
    entry.id,
    day(entry.createdAt),
    entry.event,
    String(entry.photoId ?? ""),
    entry.state,
    String(entry.attempts),
    addressOf(entry, secret),
  ]);
  if (first) rows.unshift(COLUMNS.map(([heading]) => heading));
  const lines = rows.map((row) =>
    COLUMNS.map(([, width], column) => visible(row[column] ?? "").padEnd(width))
      .join("  ")
      .trimEnd(),
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}

function at(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** As a program reads it. */
function told(entry: DeliveryEntry, secret: SiteSecret): Record<string, string | number | null> {
  return {
    id: entry.id,
    tells: entry.event,
    photo_id: entry.photoId,
    upload_id: entry.uploadId,
    state: entry.state,
    method: entry.method,
    address: addressOf(entry, secret),
    attempts: entry.attempts,
    last_error: entry.lastError,
    recorded: at(entry.createdAt),
    next_attempt: entry.state === "pending" ? at(entry.nextAt) : null,
    ended: at(entry.closedAt),
  };
}

async function show({ records, secret }: Opened, id: string, json: boolean): Promise<void> {
  const entry = await find(records, id);
  if (json) {
    process.stdout.write(`${JSON.stringify(told(entry, secret))}\n`);
    return;
  }
  const lines: [string, string][] = [
    ["Tells", entry.event],
    ["Photo", String(entry.photoId ?? "")],
    ["Upload", String(entry.uploadId ?? "")],
    ["To", `${entry.method} ${addressOf(entry, secret)}`],
    ["State", entry.state === "given-up" ? `given up; ${mayRetry(entry)}` : entry.state],
    ["Tried", String(entry.attempts)],
    ["Last error", entry.lastError ?? ""],
    ["Recorded", `${day(entry.createdAt)} UTC`],
    ["Next attempt", entry.state === "pending" ? `${day(entry.nextAt)} UTC` : ""],
    ["Ended", entry.closedAt === null ? "" : `${day(entry.closedAt)} UTC`],
  ];
  const filled = lines.filter(([, text]) => text !== "");
  process.stdout.write(
    `Delivery ${visible(entry.id)}\n${filled.map(([name, text]) => `  ${name.padEnd(12)}  ${visible(text)}\n`).join("")}`,
  );
}

function mayRetry({ id, sealed }: DeliveryEntry): string {
  if (sealed === null)
    return "an earlier version deleted its address, and it cannot be asked for again";
  return `redeem deliveries retry ${id} asks for it again`;
}

/** Without its query, which holds the upload token, and without the name and password before its host. */
function addressOf(entry: DeliveryEntry, secret: SiteSecret): string {
  const url = URL.parse(
    entry.url === "" ? (openDelivery(entry, secret.unseal)?.url ?? "") : entry.url,
  );
  return url ? url.origin + url.pathname : entry.host;
}

async function find(records: Records, id: string): Promise<DeliveryEntry> {
  const entry = await records.deliveries.byId(id);
  if (!entry) throw unknown(id);
  return entry;
}

function unknown(id: string): CommandError {
  return new CommandError(`There is no delivery ${JSON.stringify(id)}`);
}

/** The server looks at the records when another process has written to them. */
const SOON = "a server that runs makes it within a few seconds, else the next one when it starts";
const SOON_ALL = SOON.replace("makes it", "makes them");

async function retryOne(opened: Opened, id: string): Promise<void> {
  const entry = await find(opened.records, id);
  const result = await retry(opened, entry);
  if (result === "unknown") throw unknown(id);
  if (result === "delivered") throw new CommandError(`Delivery ${id} is delivered already`);
  if (result === "lost") {
    const why = entry.sealed
      ? "its address was sealed with another secret than the one in the data folder"
      : "an earlier version deleted its address";
    throw new CommandError(`Delivery ${id} cannot be asked for again: ${why}`);
  }
  process.stdout.write(`Delivery ${id} is due: ${SOON}.\n`);
}

async function retryAll(opened: Opened): Promise<void> {
  let due = 0;
  let lost = 0;
  for await (const page of pages(opened.records, { state: "given-up", limit: Infinity })) {
    for (const entry of page) {
      const result = await retry(opened, entry);
      if (result === "due") due += 1;
      if (result === "lost") lost += 1;
    }
  }
  if (due === 0 && lost === 0) process.stdout.write("No delivery is given up.\n");
  if (due === 1) process.stdout.write(`1 delivery is due: ${SOON}.\n`);
  if (due > 1) process.stdout.write(`${due} deliveries are due: ${SOON_ALL}.\n`);
  if (lost === 0) return;
  process.stderr.write(
    `${lost} cannot be asked for again: an earlier version deleted ${lost === 1 ? "its address" : "their addresses"}, or the secret in the data folder is another one.\n`,
  );
}

function retry({ records, secret }: Opened, { id }: DeliveryEntry): Promise<Retried> {
  return retryDelivery(records.deliveries, secret.unseal, id, Date.now());
}
