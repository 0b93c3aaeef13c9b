import { readFile } from "node:fs/promises";

/** What a server's processes have cost since they began. Undefined where there is no /proc. */
export type Cost = { cpuSeconds: number; peakBytes: number } | undefined;

/** Ticks of /proc/PID/stat in a second: 100 on every Linux that Bun runs on. */
const TICKS = 100;

/** Of a process and its children (nginx does its work in them). */
export async function costOf(pid: number): Promise<Cost> {
  try {
    const own = await ofOne(pid);
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    for (const child of children.split(" ").filter(Boolean)) {
      const { cpuSeconds, peakBytes } = await ofOne(Number(child));
      own.cpuSeconds += cpuSeconds;
      own.peakBytes += peakBytes;
    }
    return own;
  } catch {
    return undefined;
  }
}

async function ofOne(pid: number): Promise<{ cpuSeconds: number; peakBytes: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1");
  // Behind the name, which may hold anything, the third field comes first.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = await readFile(`/proc/${pid}/status`, "latin1");
  const peak = /VmHWM:\s*(\d+) kB/.exec(status)?.[1];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    peakBytes: Number(peak ?? Number.NaN) * 1024,
  };
}
