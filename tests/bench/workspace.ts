import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Everything that the benchmark writes lies here, and goes with it, however it ends. */
const ROOT = mkdtempSync(join(tmpdir(), "redeem-bench-"));
const stops = new Set<() => unknown>();

process.on("exit", () => {
  for (const stop of stops) stop();
  rmSync(ROOT, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

let made = 0;

/**
 * Starts a server on a folder of its own, uses it, and ends both.
 * @param start gets an empty folder
 */
export async function using<Server extends { stop(): Promise<unknown> }, Result>(
  start: (folder: string) => Promise<Server>,
  use: (server: Server, folder: string) => Promise<Result>,
): Promise<Result> {
  return inFolder(async (folder) => {
    const server = await start(folder);
    stops.add(server.stop);
    try {
      return await use(server, folder);
    } finally {
      stops.delete(server.stop);
      await server.stop();
    }
  });
}

/** A folder for as long as it is used. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = join(ROOT, String((made += 1)));
  await mkdir(folder, { recursive: true });
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is going on, for the person who waits; the report itself is on standard output. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
