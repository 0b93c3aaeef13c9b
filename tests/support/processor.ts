import { readFileSync } from "node:fs";
import type { TestServer } from "./server.ts";

/** Milliseconds of processor time. Unlike the time of a clock it does not depend on what else the machine has to do. */

/** Of this process, up to now. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Of a server process, all its threads together, up to now; in steps of 10 (Linux). */
export function processorTimeOf(server: Pick<TestServer, "process">): number {
  const stat = readFileSync(`/proc/${server.process.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // The system counts in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/**
 * Begins to look how long this process does not get to run, which is how long others on a busy machine do not either.
 * @returns ends that, and answers the longest time in milliseconds
 */
export function watchMachine(): () => number {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  return () => {
    clearInterval(timer);
    return longest;
  };
}
