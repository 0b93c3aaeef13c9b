import { spawnSync } from "node:child_process";
import type { TestServer } from "./server.ts";

/** Faults in the system calls of a process that runs, until it is let go of or has ended. */
export type Injection = { end(): Promise<void> };

/**
 * @param faults as strace's option `-e inject=` has them
 * @param paths only calls on these, where there are any
 * @throws Error where strace cannot be attached
 */
export async function inject(
  server: Pick<TestServer, "process">,
  faults: readonly string[],
  paths: readonly string[] = [],
): Promise<Injection> {
  const calls = faults.map((fault) => fault.slice(0, fault.indexOf(":"))).join(",");
  const options = faults.flatMap((fault) => ["-e", `inject=${fault}`]);
  const child = Bun.spawn(
    [
      "strace",
      "-f",
      "-o",
      "/dev/null",
      "-e",
      `trace=${calls}`,
      ...options,
      ...paths.flatMap((path) => ["-P", path]),
      "-p",
      String(server.process.pid),
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  let said = "";
  const decoder = new TextDecoder();
  const reader = child.stderr.getReader();
  // Every thread is attached before the first line is written.
  while (!said.includes("attached")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`strace: ${said}`);
    said += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return {
    end: async () => {
      child.kill("SIGINT");
      await child.exited;
    },
  };
}

/** Why faults cannot be injected here, if so: strace may be missing, or not be allowed to attach. */
export function whyNotTraced(): string | undefined {
  const { status, stderr, error } = spawnSync(
    "strace",
    ["-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1", "true"],
    { encoding: "utf8" },
  );
  return status === 0 ? undefined : `strace: ${error?.message ?? stderr.trim()}`;
}
