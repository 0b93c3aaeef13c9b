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
    for (const name of ["put", "body", "logs"])
      await mkdir(join(folder, name), { recursive: true });
    const port = freePort();
    await Bun.write(join(folder, "nginx.conf"), configuration(folder, port));
    const child = Bun.spawn(
      [
        program,
        "-p",
        folder,
        "-c",
        join(folder, "nginx.conf"),
        "-e",
        join(folder, "logs/error.log"),
      ],
      { stdin: "ignore", stdout: "ignore", stderr: "inherit" },
    );
    await untilOpen(port);
    return {
      port,
      pid: child.pid,
      lanes: async (transfer) =>
        chunksOf(transfer).map((chunk) => [
          request("PUT", `/put/${transfer.name}-${chunk.number}`, {}, chunk),
        ]),
      stop: async () => {
        // Not SIGKILL: the workers would stay.
        child.kill("SIGTERM");
        await child.exited;
      },
    };
  };
}

function configuration(folder: string, port: number): string {
  // Started by root its workers would be somebody who may not write here.
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
  sendfile off;
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/body/proxy;
  fastcgi_temp_path ${folder}/body/fastcgi;
  uwsgi_temp_path ${folder}/body/uwsgi;
  scgi_temp_path ${folder}/body/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    location /put/ { dav_methods PUT; }
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
