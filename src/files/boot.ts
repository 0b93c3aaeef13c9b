import { readFile } from "node:fs/promises";
import { uptime } from "node:os";

/** How far the clock and the time since boot may drift apart before it looks like another boot. */
const DRIFT_SECONDS = 120;

/**
 * Names the machine's present boot: what was written in another one, and not synced, may be gone.
 * Where the system has no name for it, it is the time of the boot; to take one boot for two costs no
 * more than chunks that are sent again.
 */
export async function readBootId(): Promise<string> {
  const id = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  if (id.trim() !== "") return id.trim();
  return `booted ${Math.round((Date.now() / 1000 - uptime()) / DRIFT_SECONDS)}`;
}
