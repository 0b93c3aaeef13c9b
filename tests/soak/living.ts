import { createServer } from "node:net";
import { join } from "node:path";
import { startServer, type ServerOptions, type TestServer } from "../support/server.ts";
import { API_KEY } from "../support/site.ts";
import { until } from "../support/remains.ts";

/** One data folder and one port, and one process after another on them. */
export type Living = {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** The process of this moment, or the last one. */
  readonly server: TestServer;
  /** 1 for the first process. */
  readonly life: number;
  /**
   * Ends the process and starts the next one.
   * @param between what is to be done while none runs
   * @returns the exit code, and how long it took to end
   */
  restart(signal: "SIGKILL" | "SIGTERM", between?: () => void): Promise<Ended>;
  /** Starts a process and kills it before, or just when, it is ready: its recovery is cut too. */
  stillborn(afterMs: number): Promise<void>;
  stop(): Promise<void>;
};

export type Ended = { code: number; ms: number };

const MAIN = join(import.meta.dir, "../../src/main.ts");

/**
 * @param on.folder the data folder, where it is to be another than one of its own in the temp folder
 * @param on.onLog gets the log of all its processes
 */
export async function startLiving(
  env: Record<string, string> = {},
  on: Pick<ServerOptions, "folder" | "onLog"> = {},
): Promise<Living> {
  const port = await freePort();
  const all = { ...env, REDEEM_PORT: String(port) };
  let server = await startServer({ env: all, ...on });
  let life = 1;
  const { folder } = server;
  return {
    url: server.url,
    port,
    folder,
    get server() {
      return server;
    },
    get life() {
      return life;
    },
    restart: async (signal, between) => {
      const begun = performance.now();
      const code = await server.kill(signal);
      const ms = performance.now() - begun;
      between?.();
      server = await startServer({ ...on, folder, env: all });
      life += 1;
      return { code, ms };
    },
    stillborn: async (afterMs) => {
      await server.kill("SIGKILL");
      const child = Bun.spawn([process.execPath, MAIN, "serve"], {
        cwd: folder,
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: process.env["HOME"] ?? "",
          REDEEM_HOST: "127.0.0.1",
          REDEEM_DATA: folder,
          REDEEM_API_KEY: API_KEY,
          REDEEM_CALLBACK_PRIVATE: "1",
          ...all,
        },
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
      });
      await Bun.sleep(afterMs);
      child.kill("SIGKILL");
      await child.exited;
    },
    stop: () => server.stop(),
  };
}

/**
 * A port that stays free while no server is on it: below those that the system hands out, or a client
 * that finds nobody there might be given it as its own.
 */
async function freePort(): Promise<number> {
  return until("a free port is found", () => {
    // Not the seed's: two runs with the same one may be under way.
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    return new Promise<number | false>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(port)));
    });
  });
}
