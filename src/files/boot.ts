import { readFile } from "node:fs/promises";
import { uptime } from "node:os";
import { readMountId } from "./mount.ts";

/** How far the clock and the time since boot may drift apart before it looks like another boot. */
const DRIFT_SECONDS = 120;

/**
 * Names the machine's present boot and the present mount of a folder's disk: what was written in
 * another one of either, and not synced, may be gone.
 */
export async function readPresence(folder: string): Promise<string> {
  return `${await readBootId()} ${await readMountId(folder)}`;
}

/**
 * Where the system has no name for it, it is the time of the boot; to take one boot for two costs no
 * more than chunks that are sent again.
 */
async function readBootId(): Promise<string> {
  const id = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  if (id.trim() !== "") return id.trim();
  return `booted ${Math.round((Date.now() / 1000 - uptime()) / DRIFT_SECONDS)}`;
}
