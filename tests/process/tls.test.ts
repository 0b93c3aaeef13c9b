import { afterAll, beforeAll, expect, test } from "bun:test";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { selfSigned } from "../support/certificate.ts";
import { png } from "../support/media.ts";
import { photosOf, sha256, storedHash } from "../support/over-http.ts";
import { fileForm, redeemPath } from "../support/redeem.ts";
import { openHandles, until } from "../support/remains.ts";
import { memoryIsBack, residentOf } from "../support/resident.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { BOUNDARY, multipart, openWire, requestHead, type Wire } from "../support/wire.ts";

/** Issue 7, 18: a handshake may be cut, slow, or no handshake; the server lives and others are served. */

const TRUST = { tls: { rejectUnauthorized: false } };

let server: TestServer;
let folder: string;
let hello: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-tls-"));
  const { cert, key } = selfSigned();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await Promise.all([Bun.write(certFile, cert), Bun.write(keyFile, key)]);
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  server = await startServer({ env: { REDEEM_TLS_CERT: certFile, REDEEM_TLS_KEY: keyFile } });
  hello = await clientHello();
});
afterAll(async () => {
  delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The first bytes that a TLS client really sends. */
async function clientHello(): Promise<Buffer> {
  const got = Promise.withResolvers<Buffer>();
  const ear = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (_, bytes) => got.resolve(Buffer.from(bytes)) },
  });
  const socket = connect({ host: "127.0.0.1", port: ear.port, rejectUnauthorized: false });
  socket.on("error", () => undefined);
  const bytes = await got.promise;
  socket.destroy();
  ear.stop(true);
  return bytes;
}

/** Somebody else is served meanwhile, over a connection of their own. */
async function othersAreServed(): Promise<void> {
  const answer = await fetch(`${server.url}/health`, { ...TRUST, keepalive: false });
  expect(answer.status).toBe(200);
}

async function secure(): Promise<TLSSocket> {
  const { port } = server;
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  socket.on("error", () => undefined);
  await once(socket, "secureConnect");
  return socket;
}

test("cut 200 times, anywhere in the handshake: nothing stays", async () => {
  await othersAreServed();
  const [handles, resident] = [(await openHandles(server)).length, await residentOf(server)];
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const wire = await openWire(server.port);
        await wire.send(hello.subarray(0, Math.ceil((hello.length * (index + 1)) / 20)));
        // With all of it sent, the server has answered: the cut is in the middle.
        if (index === 19) await once(wire.socket, "data");
        if (index % 2 === 0) wire.cut();
        else wire.socket.resetAndDestroy();
      }),
    );
  }
  await othersAreServed();
  await until("the handles are back", async () => {
    return (await openHandles(server)).length <= handles + 1;
  });
  await memoryIsBack(server, resident);
});

test("100 that never come to an end, byte by byte, and what is no TLS at all: others are served", async () => {
  const wires: Wire[] = await Promise.all(Array.from({ length: 100 }, () => openWire(server.port)));
  for (let at = 0; at < 20; at += 1) {
    await Promise.all(wires.slice(0, 50).map((wire) => wire.send(hello.subarray(at, at + 1))));
  }
  for (const wire of wires.slice(50, 75))
    await wire.send("GET /health HTTP/1.1\r\nhost: a\r\n\r\n");
  for (const wire of wires.slice(75)) await wire.send(crypto.getRandomValues(new Uint8Array(9000)));
  await othersAreServed();
  // What cannot become a handshake is ended, without a word in plain text.
  await Promise.all(wires.slice(50, 75).map((wire) => wire.closed));
  for (const wire of wires) wire.cut();
  await othersAreServed();
});

// Bun's own client cannot renegotiate; OpenSSL's does at a line "R".
const openssl = Bun.which("openssl");

test.skipIf(!openssl)(
  `renegotiation is refused, and others are served${openssl ? "" : " (skipped: there is no openssl)"}`,
  async () => {
    const client = Bun.spawn(
      [openssl ?? "", "s_client", "-tls1_2", "-connect", `127.0.0.1:${server.port}`],
      { stdin: "pipe", stdout: "pipe", stderr: "pipe" },
    );
    let said = "";
    const listening = [client.stdout, client.stderr].map(async (stream) => {
      const decoder = new TextDecoder();
      for await (const piece of stream) said += decoder.decode(piece, { stream: true });
    });
    await until("it is connected", () => said.includes("Verify return code"));
    client.stdin.write("R\n");
    await client.stdin.flush();
    await until("it has asked", () => said.includes("RENEGOTIATING"));
    await othersAreServed();
    // The server ends the connection: it waits for no handshake that it does not want.
    await client.exited;
    await Promise.all(listening);
    expect(said).toMatch(/no renegotiation|handshake failure|alert|write:errno|unexpected eof/i);
    await othersAreServed();
  },
);

test("an upload that is cut in a TLS record leaves nothing, and the next one is whole", async () => {
  const token = await tokenOf();
  const file = png(200_000);
  const body = multipart(BOUNDARY, [
    { name: "upload_token", value: token },
    { name: "file", filename: "cut.png", value: file },
  ]);
  const socket = await secure();
  socket.write(requestHead({ "content-length": body.length }));
  socket.write(body.subarray(0, 100_000));
  await until("it is being received", () => openHandles(server).then((all) => all.some(isUpload)));
  socket.destroy();
  await until("it is gone", () => openHandles(server).then((all) => !all.some(isUpload)));
  const whole = await fetch(server.url + redeemPath(), {
    method: "POST",
    body: fileForm(token, file),
    ...TRUST,
  });
  expect(whole.status).toBe(200);
  const [photo] = photosOf(server);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
});

const isUpload = (path: string) => /\/(uploads|spool)\//.test(path);

async function tokenOf(): Promise<string> {
  return server.token();
}
