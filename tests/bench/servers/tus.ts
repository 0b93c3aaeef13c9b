import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

/** @tus/server as its README has it, on Bun's own server. */
const tus = new Server({
  path: "/files",
  datastore: new FileStore({ directory: process.argv[2] ?? "." }),
});
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  maxRequestBodySize: 2 ** 40,
  fetch: (request) => tus.handleWeb(request),
});
console.log(server.port);
