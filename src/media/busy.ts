/** Share of one processor from which on the server counts as busy: at 1 Gbit/s it takes a tenth. */
const BUSY = 0.3;

/** Milliseconds that are looked at. */
const WINDOW_MS = 50;

/**
 * Tells whether this process had much to do lately: receiving or sending, at rates at which another process on the same
 * machine costs it some of them.
 */
export function createBusy(): () => boolean {
  let at = performance.now();
  let cpu = process.cpuUsage();
  let busy = false;
  return () => {
    const passed = performance.now() - at;
    if (passed < WINDOW_MS) return busy;
    const { user, system } = process.cpuUsage(cpu);
    busy = (user + system) / 1000 / passed > BUSY;
    at = performance.now();
    cpu = process.cpuUsage();
    return busy;
  };
}
