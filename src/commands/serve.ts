import { existsSync } from "node:fs";
import { access, constants, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ConfigError, publicUrlOf, readConfig, unknownSettings, type Settings } from "../config.ts";
import { createApp, type App } from "../http/app.ts";
import { log, startLog } from "../log.ts";
import { startSite, type Site } from "../site.ts";
import { Failure } from "./fail.ts";
import { addKey } from "./key.ts";
import { lockFolder } from "./lock.ts";

/** `redeem serve`: runs the server until it is told to stop. */
export async function serve(): Promise<void> {
  const config = readConfig(process.env);
  await startLog(config.REDEEM_LOG, process.stderr.isTTY === true);
  for (const name of unknownSettings(process.env)) log.warn("unknown setting", { name });
  const fresh = await prepareFolder(config.REDEEM_DATA);
  const unlock = await lockFolder(config.REDEEM_DATA);
  const site = await startSite(config);
  const app = createApp(site);
  const port = await listen(app, config);
  site.setPublicUrl(publicUrlOf(config, port));
  const key =
    fresh && !config.REDEEM_API_KEY ? await addKey(site.records, "write", "first") : undefined;
  greet(site, port, key?.secret);
  stopOnSignal(app, site, unlock);
}

/** @returns whether the data folder has never been served from */
async function prepareFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as { code?: string };
    throw new Failure(
      `The data folder ${resolve(folder)} cannot be written (${code}); set REDEEM_DATA to a folder that can`,
    );
  }
  return !existsSync(join(folder, "redeem.db"));
}

async function listen(app: App, config: Settings): Promise<number> {
  const { REDEEM_HOST: hostname, REDEEM_PORT: port } = config;
  const { REDEEM_TLS_CERT: cert, REDEEM_TLS_KEY: key } = config;
  const tls = cert && key ? { cert: await pem(cert), key: await pem(key) } : undefined;
  try {
    app.listen({ hostname, port, ...(tls ? { tls } : {}) });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "EADDRINUSE") {
      throw new Failure(
        `Port ${port} on ${hostname} is taken by another program; set REDEEM_PORT to a free one`,
      );
    }
    throw new Failure(`Cannot listen on ${hostname}:${port}: ${message}`);
  }
  return app.server?.port ?? port;
}

async function pem(path: string): Promise<string> {
  const text = await Bun.file(path)
    .text()
    .catch(() => {
      throw new ConfigError(
        `${path} cannot be read; REDEEM_TLS_CERT and REDEEM_TLS_KEY name PEM files`,
      );
    });
  if (!text.includes("-----BEGIN")) throw new ConfigError(`${path} is not a PEM file`);
  return text;
}

/** For the person who started it: what is where, and what to do next. */
function greet(site: Site, port: number, key: string | undefined): void {
  const url = site.publicUrl();
  const lines = [
    `Redeem is ready at ${url} (listening on ${site.config.REDEEM_HOST}:${port})`,
    `  Documentation  ${url}/docs`,
    `  Data folder    ${resolve(site.config.REDEEM_DATA)}`,
  ];
  if (key) {
    lines.push(
      `  API key        ${key}`,
      "                 (level write; shown this once, keep it)",
      "",
      "Next, in another terminal: get an upload token, then send a file with it.",
      "",
      `  curl -s -H 'Authorization: Bearer ${key}' '${url}/api/2/photo/get-upload-token?title=Hello'`,
      `  curl -s -F upload_token=TOKEN -F file=@photo.jpg ${url}/api/2/photo/redeem-upload-token`,
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** How long requests that are under way may take to end. */
const STOP_LIMIT_MS = 30_000;

function stopOnSignal(app: App, site: Site, unlock: () => void): void {
  let stopping = false;
  const stop = async () => {
    // The second signal: at once.
    if (stopping) process.exit(1);
    stopping = true;
    log.info("stopping");
    await Promise.race([app.stop(), Bun.sleep(STOP_LIMIT_MS)]);
    await site.stop();
    unlock();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());
}
