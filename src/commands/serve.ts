import { access, constants, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { allowedFor, ConfigError, publicUrlOf, type Settings } from "../config.ts";
import { inShell, programWords } from "../command-line.ts";
import { createApp, type App } from "../http/app.ts";
import { watchMemory } from "../http/memory.ts";
import { watchHandles } from "../http/handles.ts";
import { log, startLog } from "../log.ts";
import { keepPrivate } from "../private.ts";
import { issueLink } from "../session/links.ts";
import { settings } from "../settings.ts";
import { startSite, type Site } from "../site.ts";
import { readTls, type Tls } from "../tls.ts";
import { CommandError } from "./fail.ts";
import { makeFirstKey, type FirstKey } from "./first-key.ts";
import { readGiven, SETTING_OPTIONS } from "./given.ts";
import { readLine } from "./line.ts";
import { lockFolder } from "./lock.ts";
import { refuseRoot, requireRights } from "./owner.ts";
import { whoSees } from "./who-sees.ts";

/** `redeem serve [--port 2500 …]`: runs the server until it is told to stop. */
export async function serve(words: string[]): Promise<void> {
  const { values } = readLine("serve", words, SETTING_OPTIONS);
  const { config, unknown } = await readGiven(values);
  await startLog(config.REDEEM_LOG, process.stderr.isTTY === true);
  for (const name of unknown) log.warn("unknown setting", { name });
  const { REDEEM_TLS_CERT: cert, REDEEM_TLS_KEY: key } = config;
  const tls = cert && key ? await readTls(cert, key) : undefined;
  await refuseRoot(config.REDEEM_DATA);
  await requireRights(config.REDEEM_DATA);
  await prepareFolder(config.REDEEM_DATA);
  const unlock = await lockFolder(config.REDEEM_DATA);
  const site = await startSite(config);
  const app = createApp(site, undefined, watchMemory());
  // What only the start needed is free before the first byte comes: 5 MB less at the highest.
  Bun.gc(true);
  const port = listen(app, config, tls);
  site.setPublicUrl(publicUrlOf(config, port));
  await site.records.notePublicUrl(site.publicUrl());
  await site.records.noteListPublic(config.REDEEM_PUBLIC_LIST);
  const isTerminal = process.stdout.isTTY === true;
  const firstKey = await makeFirstKey(site, isTerminal);
  greet(site, port, firstKey, firstKey && isTerminal ? await linkTo(site) : undefined);
  watchHandles();
  stopOnSignal(app, site, unlock);
}

async function prepareFolder(folder: string): Promise<void> {
  try {
    // Others on the machine have no business in it.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Before the lock is taken: what SQLite puts beside a file has its rights.
    await keepPrivate(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as { code?: string };
    throw new CommandError(
      `The data folder ${resolve(folder)} cannot be written (${code}); set REDEEM_DATA to a folder that can`,
    );
  }
}

function listen(app: App, config: Settings, tls: Tls | undefined): number {
  const { REDEEM_HOST: hostname, REDEEM_PORT: port } = config;
  try {
    app.listen({ hostname, port, ...(tls ? { tls } : {}) });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "EADDRINUSE") {
      throw new CommandError(
        `Port ${port} on ${hostname} is taken by another program; set REDEEM_PORT to a free one`,
      );
    }
    // What Bun says of a name that is none, and of an address that is another machine's.
    if (["ENOENT", "ENOTFOUND", "EADDRNOTAVAIL", "EINVAL"].includes(code ?? "")) {
      throw new ConfigError(
        `REDEEM_HOST is ${JSON.stringify(hostname)}, and this machine has no such address (${code}); allowed: ${allowedFor("REDEEM_HOST")}`,
      );
    }
    throw new CommandError(
      `Cannot listen on ${hostname}:${port}: ${message}; see REDEEM_HOST and REDEEM_PORT`,
    );
  }
  return app.server?.port ?? port;
}

/** For somebody who sits at the terminal of a new server. Elsewhere what is printed is kept in a log, and a link is a secret. */
function linkTo({ records, publicUrl, now }: Site): Promise<string> {
  return issueLink(records, { url: publicUrl(), keyId: null, now: now() });
}

/**
 * For the person who started it: what is where, and what to do next.
 * @param link signs in at /archive
 */
function greet(
  site: Site,
  port: number,
  key: FirstKey | undefined,
  link: string | undefined,
): void {
  const url = site.publicUrl();
  const open = openLine(site.config.REDEEM_DATA);
  const lines = [
    `Redeem is ready at ${url} (listening on ${site.config.REDEEM_HOST}:${port})`,
    `  Archive        ${link ?? `${url}/archive`}`,
    `                 ${link ? "This link signs in once, within 15 minutes; for another one:" : "For a link that signs in:"} ${open}`,
    `  Documentation  ${url}/docs`,
    `  Photos         ${whoSees(site.config.REDEEM_PUBLIC_LIST)}`,
    `  Data folder    ${resolve(site.config.REDEEM_DATA)}`,
  ];
  if (key) {
    lines.push(
      `  API key        ${key.file === undefined ? key.secret : `in ${key.file}`}`,
      `                 (level write; ${key.file === undefined ? "shown this once, keep it" : "take it from there and remove the file"})`,
      "",
      "Next, in another terminal: get an upload token, then send a file with it.",
      "",
      `  TOKEN=$(curl -s -H "Authorization: Bearer ${key.file === undefined ? key.secret : `$(cat ${inShell([key.file])})`}" \\`,
      `    '${url}/api/2/photo/get-upload-token?title=Hello' | sed 's/.*"upload_token":"\\([^"]*\\)".*/\\1/')`,
      `  curl -F upload_token=$TOKEN -F file=@photo.jpg ${url}/api/2/photo/redeem-upload-token`,
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** The command that prints a link, in the words that this server was started with, and with its data folder where that has to be said. */
function openLine(folder: string): string {
  const data =
    folder === settings.properties.REDEEM_DATA.default ? [] : ["--data", resolve(folder)];
  return inShell([...programWords(), "open", ...data]);
}

/** How often it is looked whether the last request has ended. */
const LOOK_MS = 20;

/** How long requests that were cut off may take to let go of what they had. */
const LET_GO_MS = 2000;

function stopOnSignal(app: App, site: Site, unlock: () => void): void {
  const stop = async () => {
    // The second signal: at once.
    if (site.draining) process.exit(1);
    site.draining = true;
    // Pages of the archive listen for as long as they are open.
    site.feed.close();
    const waiting = app.server?.pendingRequests ?? 0;
    log.info("stopping", { requests: waiting });
    await ended(() => (app.server?.pendingRequests ?? 0) === 0, site.config.REDEEM_STOP_LIMIT);
    await app.server?.stop(true);
    await ended(() => site.redeemer.open() === 0, LET_GO_MS);
    await site.stop();
    unlock();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());
}

async function ended(isEnded: () => boolean, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (!isEnded() && performance.now() < end) await Bun.sleep(LOOK_MS);
}
