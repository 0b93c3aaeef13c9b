import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { API_KEY } from "./site.ts";

/** The source; where the tests are to be held against that of another commit, its `src/main.ts`. */
const PROGRAM = process.env["REDEEM_TEST_PROGRAM"] ?? join(import.meta.dir, "../../src/main.ts");

export type TestServer = {
  url: string;
  port: number;
  folder: string;
  process: Subprocess<"ignore", "pipe", "pipe">;
  /** What it printed for people. */
  output: string;
  /** Its log so far. */
  log(): string;
  token(parameters?: Record<string, string | number>): Promise<string>;
  /** Ends the process with a signal, and keeps its folder. */
  kill(signal?: NodeJS.Signals): Promise<number>;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
};

export type ServerOptions = {
  env?: Record<string, string>;
  /** A data folder of an earlier server. */
  folder?: string;
  /** Another program than the source, such as the built binary. */
  command?: string[];
  cwd?: string;
  /** Gets its log as well, in pieces as they come. */
  onLog?: (text: string) => void;
};

/** A real server process on a free port of the loopback interface. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "redeem-server-")));
  const command = options.command ?? [process.execPath, PROGRAM, "serve"];
  const child = Bun.spawn(command, {
    cwd: options.cwd ?? folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      REDEEM_HOST: "127.0.0.1",
      REDEEM_PORT: "0",
      REDEEM_DATA: folder,
      REDEEM_API_KEY: API_KEY,
      REDEEM_CALLBACK_PRIVATE: "1",
      // Only tests of thumbnails want processes that make them.
      REDEEM_MEDIA_WORKERS: "0",
      REDEEM_LOG: "json",
      ...options.env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let log = "";
  const logging = collect(child.stderr, (text) => {
    log += text;
    options.onLog?.(text);
  });
  const output = await greeting(child, () => log);
  const [, url = "", port = ""] = /ready at (\S+) \(listening on \S+:(\d+)\)/.exec(output) ?? [];

  const server: TestServer = {
    url,
    port: Number(port),
    folder,
    process: child,
    output,
    log: () => log,
    token: async (parameters = {}) => {
      const query = new URLSearchParams(
        Object.entries(parameters).map(([name, value]) => [name, String(value)]),
      );
      const answer = await fetch(`${url}/api/2/photo/get-upload-token?${query}`, {
        headers: { authorization: `Bearer ${API_KEY}` },
        // Tests count the server's connections.
        keepalive: false,
      });
      const body = (await answer.json()) as { data?: { upload_token: string }; message: string };
      if (!body.data) throw new Error(`no upload token: ${body.message}`);
      return body.data.upload_token;
    },
    kill: async (signal = "SIGTERM") => {
      child.kill(signal);
      const code = await child.exited;
      await logging;
      return code;
    },
    stop: async () => {
      await server.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}

/** Everything that was printed up to the address and the lines behind it. */
async function greeting(
  child: Subprocess<"ignore", "pipe", "pipe">,
  log: () => string,
): Promise<string> {
  let text = "";
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  while (!/Data folder .*\n/.test(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the server did not start: ${text}${log()}`);
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text;
}

async function collect(stream: ReadableStream<Uint8Array>, add: (text: string) => void) {
  const decoder = new TextDecoder();
  for await (const piece of stream) add(decoder.decode(piece, { stream: true }));
}
