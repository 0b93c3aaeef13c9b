import { afterEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfSigned } from "../support/certificate.ts";
import { png } from "../support/media.ts";
import { until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { API_KEY } from "../support/site.ts";
import { openWire } from "../support/wire.ts";

let server: TestServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test("serves HTTPS with a certificate and a key", async () => {
  const folder = await mkdtemp(join(tmpdir(), "redeem-tls-"));
  const { cert, key } = selfSigned();
  await Bun.write(join(folder, "cert.pem"), cert);
  await Bun.write(join(folder, "key.pem"), key);
  server = await startServer({
    env: {
      REDEEM_TLS_CERT: join(folder, "cert.pem"),
      REDEEM_TLS_KEY: join(folder, "key.pem"),
    },
  });
  expect(server.url).toStartWith("https://");
  const answer = await fetch(`${server.url}/health`, { tls: { rejectUnauthorized: false } });
  expect(answer.status).toBe(200);
  await rm(folder, { recursive: true });
});

test("logs a line for a request, with the answer's id and without a secret", async () => {
  server = await startServer();
  const token = await server.token({ title: "Hello" });
  const form = new FormData();
  form.append("upload_token", token);
  form.append("file", new Blob([png()]), "cat.png");
  const redeemed = await fetch(
    `${server.url}/api/2/photo/redeem-upload-token?upload_token=${token}`,
    {
      method: "POST",
      body: form,
    },
  );
  const photo = (await redeemed.json()) as { tree_id: number; photo_id: number; token: string };
  await fetch(`${server.url}/upload/${token}`);
  await fetch(`${server.url}/${photo.tree_id}/${photo.photo_id}/${photo.token}/original`);
  await fetch(`${server.url}/nothing/${token}/here`);
  // A line is written behind its answer.
  const running = server;
  await until("the last line", () => running.log().split('"event":"request"').length > 5);
  await server.kill();

  const lines = server
    .log()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const id = redeemed.headers.get("x-request-id");
  expect(lines.find((line) => line["id"] === id)).toMatchObject({
    event: "request",
    method: "POST",
    route: "/api/2/photo/redeem-upload-token",
    status: 200,
  });
  expect(lines.filter((line) => line["event"] === "request")).toHaveLength(5);
  for (const secret of [token, photo.token, API_KEY]) expect(server.log()).not.toContain(secret);
});

test("a malformed Host header is refused, and nothing of the address is logged", async () => {
  server = await startServer();
  const token = await server.token();
  using wire = await openWire(server.port);
  await wire.send(
    `GET /api/photo/redeem-upload-token?upload_token=${token} HTTP/1.1\r\nHost: [\r\n\r\n`,
  );
  expect((await wire.answer()).status).toBe(400);
  await server.kill();
  expect(server.log()).not.toContain(token);
});

test("logs for people where that is asked for", async () => {
  server = await startServer({ env: { REDEEM_LOG: "text" } });
  await fetch(`${server.url}/health`);
  const running = server;
  // The line is written behind the answer.
  await until("the request's line", () =>
    /^\d\d:\d\d:\d\d request id=\S+ client=127\.0\.0\.1 method=GET route=\/health status=200 ms=\d+$/m.test(
      running.log(),
    ),
  );
});
