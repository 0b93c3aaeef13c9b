import { until } from "./remains.ts";
import type { TestServer } from "./server.ts";

/** Memory that a server process has at this moment, in bytes. */
export async function residentOf({ process }: TestServer): Promise<number> {
  const status = await Bun.file(`/proc/${process.pid}/status`).text();
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/**
 * Waits until the process has not much more memory than before. It gives memory back some time after
 * it has no use for it, and keeps some of what it has had.
 */
export async function memoryIsBack(
  server: TestServer,
  before: number,
  slack = 80 * 1024 ** 2,
  withinMs = 30_000,
): Promise<void> {
  let now = 0;
  await until(
    `memory back at ${before} + ${slack}`,
    async () => {
      now = await residentOf(server);
      return now <= before + slack;
    },
    withinMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${now}`);
  });
}
