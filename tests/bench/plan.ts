import { join } from "node:path";

/** One HTTP request as the client sends it: a head, bytes of the file, a tail. */
export type Sent = {
  /** Request line, headers, and what comes before the bytes. `{location}` is the last
   *  Location that was answered on this lane. */
  head: string;
  /** Which bytes of the file: all files are the same bytes (see block.ts). */
  start: number;
  length: number;
  tail: string;
  /** Goes before what is measured, and is no figure of its own. */
  setup?: true;
};

/** Requests that go one after another over one connection. */
export type Lane = Sent[];

export type Plan = {
  port: number;
  lanes: Lane[];
  /** Connections, each of which takes lane after lane: requests in flight at any moment. */
  parallel: number;
  /** Milliseconds between two requests of a connection. */
  pauseMs?: number;
  /** Bytes in a second that each connection may send: a line's share. As fast as it goes otherwise. */
  rate?: number;
  /** The client gives up after this long. */
  limitMs?: number;
};

export type Sending = {
  /** From the first byte sent to the last byte answered. */
  ms: number;
  bytes: number;
  /** The client's own CPU time meanwhile. */
  cpuMs: number;
  /** Of each request but the setup: from its first byte to its answer. */
  took: number[];
  /** The request that was answered last: the completing one. */
  last: { took: number; waited: number; answer: string };
};

const LIMIT_MS = 180_000;

/**
 * Sends a plan from a process of its own, so that the client's CPU time is apart from everything
 * else's.
 * @param stop ends it early; it rejects then
 */
export async function send(plan: Plan, stop?: AbortSignal): Promise<Sending> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "client.ts")], {
    stdin: new Blob([JSON.stringify({ limitMs: LIMIT_MS, ...plan })]),
    stdout: "pipe",
    stderr: "pipe",
    ...(stop ? { signal: stop } : {}),
  });
  const [text, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`the client failed: ${error.trim() || `exit ${code}`}`);
  return JSON.parse(text) as Sending;
}
