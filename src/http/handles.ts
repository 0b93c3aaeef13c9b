import { closeSync, openSync, readFileSync } from "node:fs";
import { devNull } from "node:os";
import { log } from "../log.ts";

/** Handles that are no request's: the database, the log, the program, the folder that is being synced. */
const OWN_HANDLES = 64;

/** A request under way has a connection and a file. */
const HANDLES_PER_REQUEST = 2;

/** Milliseconds between two looks whether there is a handle left. */
const LOOK_MS = 250;

/** Milliseconds that a turn of the event loop waits while there is none. */
const WAIT_MS = 10;

/**
 * File handles that this process may have open at a time; Bun has raised its own limit to the hard one at
 * the start. Undefined where the system does not say, as on macOS.
 */
export function handleLimit(): number | undefined {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return line ? Number(line[1]) : undefined;
  } catch {
    return undefined;
  }
}

/** How many requests there are handles for, at most `most`. */
export function requestsThatFit(most: number, handles: number | undefined = handleLimit()): number {
  if (handles === undefined) return most;
  return Math.max(1, Math.min(most, Math.floor((handles - OWN_HANDLES) / HANDLES_PER_REQUEST)));
}

/**
 * Keeps the processor free while all file handles are taken. A connection that nobody can accept
 * leaves the listening socket readable, and Bun asks for it again in every turn of its event
 * loop, as fast as it can, until a handle is given back. Bun has no way to accept less; so each turn waits a
 * moment here. Connections that are there are served meanwhile, if more slowly.
 */
export function watchHandles(): void {
  // Read now: to read it takes a handle.
  const limit = handleLimit();
  let waiting = false;
  const look = () => {
    const none = !isHandleLeft();
    if (none !== waiting) {
      waiting = none;
      if (none) log.warn("file handles are used up", { limit });
      else log.info("file handles are there again");
    }
    if (none) Bun.sleepSync(WAIT_MS);
    setTimeout(look, none ? 0 : LOOK_MS).unref();
  };
  look();
}

function isHandleLeft(): boolean {
  try {
    closeSync(openSync(devNull, "r"));
    return true;
  } catch (error) {
    return !["EMFILE", "ENFILE"].includes((error as { code?: string }).code ?? "");
  }
}
