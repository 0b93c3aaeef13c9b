import { startServer } from "../support/server.ts";

export type RedeemServer = {
  port: number;
  pid: number;
  token(parameters?: Record<string, string | number>): Promise<string>;
  stop(): Promise<void>;
};

let program: string | undefined;

/** Which program every Redeem of this run is: the source where nothing else is said. */
export function useProgram(file: string | undefined): void {
  program = file;
}

/** Redeem as it is served, on a folder that stays when it ends. */
export async function startRedeem(
  folder: string,
  env: Record<string, string> = {},
  command = program && [program, "serve"],
): Promise<RedeemServer> {
  const server = await startServer({ folder, env, ...(command ? { command } : {}) });
  return {
    port: server.port,
    pid: server.process.pid,
    token: (parameters) => server.token(parameters),
    stop: async () => void (await server.kill("SIGKILL")),
  };
}
