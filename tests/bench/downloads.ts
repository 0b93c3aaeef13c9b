import { join } from "node:path";

/** What a client fetches. */
export type Downloads = {
  port: number;
  /** Request lines and headers, one after another on each connection. */
  heads: string[];
  /** Connections. */
  parallel: number;
  /** What each answer has to be. */
  status: number;
  limitMs: number;
};

export type Downloaded = {
  /** From the first request to the last byte. */
  ms: number;
  /** Of bodies. */
  bytes: number;
  /** The client's own CPU time meanwhile. */
  cpuMs: number;
  /** Of each request, to its last byte. */
  took: number[];
};

/** Fetches in a process of its own, so that the client's CPU time is apart from everything else's. */
export async function download(plan: Omit<Downloads, "limitMs">): Promise<Downloaded> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "download-client.ts")], {
    stdin: new Blob([JSON.stringify({ limitMs: 120_000, ...plan })]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [text, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`the client failed: ${error.trim() || `exit ${code}`}`);
  return JSON.parse(text) as Downloaded;
}
