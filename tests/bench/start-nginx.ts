import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Running } from "./contenders.ts";
import { chunksOf, request } from "./requests.ts";

/** The installed nginx, if it can take a PUT. It lies where people's PATH does not look. */
export async function findNginx(): Promise<string | undefined> {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin`;
  const program = Bun.which("nginx", { PATH: path });
  if (!program) return undefined;
  const child = Bun.spawn([program, "-V"], { stdout: "ignore", stderr: "pipe" });
  const options = await new Response(child.stderr).text();
  return options.includes("http_dav_module") ? program : undefined;
}

/** Starts nginx on a folder: bodies are spooled beside their target, so that a rename is one. */
export function startNginx(program: string): (folder: string) => Promise<Running> {
  return async (folder) => {
    await mkdir(join(folder, "put"), { recursive: true });
    const server = await run(program, folder, "sendfile off;", [
      `root ${folder};`,
      "location /put/ { dav_methods PUT; }",
    ]);
    return {
      ...server,
      lanes: async (transfer) =>
        chunksOf(transfer).map((chunk) => [
          request("PUT", `/put/${transfer.name}-${chunk.number}`, {}, chunk),
        ]),
    };
  };
}

/**
 * Starts nginx, which serves the files of a folder.
 * @param own a folder for what it needs itself
 */
export function serveFolder(program: string, root: string, own: string): Promise<RunningNginx> {
  // As its documentation has it for files. A connection is kept as long as Redeem keeps it.
  const sending = "sendfile on; tcp_nopush on; keepalive_requests 1000000;";
  return run(program, own, sending, [`root ${root};`, "if_modified_since before;"]);
}

type RunningNginx = { port: number; pid: number; stop(): Promise<void> };

async function run(
  program: string,
  folder: string,
  http: string,
  server: readonly string[],
): Promise<RunningNginx> {
  for (const name of ["body", "logs"]) await mkdir(join(folder, name), { recursive: true });
  const port = freePort();
  const file = join(folder, "nginx.conf");
  await Bun.write(file, configuration(folder, port, http, server));
  const child = Bun.spawn(
    [program, "-p", folder, "-c", file, "-e", join(folder, "logs/error.log")],
    {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
    },
  );
  await untilOpen(port);
  return {
    port,
    pid: child.pid,
    stop: async () => {
      // Not SIGKILL: the workers would stay.
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

function configuration(
  folder: string,
  port: number,
  http: string,
  server: readonly string[],
): string {
  // Started by root its workers would be somebody who may not read or write here.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `
${user}
daemon off;
worker_processes auto;
pid ${folder}/nginx.pid;
error_log ${folder}/logs/error.log;
events { worker_connections 256; }
http {
  access_log off;
  ${http}
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/body/proxy;
  fastcgi_temp_path ${folder}/body/fastcgi;
  uwsgi_temp_path ${folder}/body/uwsgi;
  scgi_temp_path ${folder}/body/scgi;
  server {
    listen 127.0.0.1:${port};
    ${server.join("\n    ")}
  }
}
`;
}

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = server;
  server.stop(true);
  return port;
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const open = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: { data: () => undefined },
    }).catch(() => undefined);
    if (open) return void open.end();
    await Bun.sleep(20);
  }
  throw new Error("nginx did not start");
}
