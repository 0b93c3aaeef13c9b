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
