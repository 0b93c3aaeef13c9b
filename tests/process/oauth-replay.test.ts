import { afterEach, expect, test } from "bun:test";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addKey } from "../../src/commands/key.ts";
import { openData } from "../../src/site.ts";
import { oauthHeader } from "../support/oauth.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PUBLIC_URL = "https://photos.example";
const PATH = "/api/2/photo/get-upload-token";

let server: TestServer | undefined;
afterEach(() => server?.stop());

async function call(running: TestServer, authorization: string): Promise<number> {
  const url = `http://127.0.0.1:${running.port}${PATH}`;
  return (await fetch(url, { headers: { authorization }, keepalive: false })).status;
}

// On 502525b nonces were kept in memory only.
test("a signed request is not taken again by the next process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "redeem-oauth-"));
  const { records, secret } = await openData(folder);
  const { key } = await addKey(records, "write", "oauth");
  await records.close();
  // Signed for the public address, since each process has a port of its own.
  const { consumerSecret } = secret.oauth(key.id);
  const signed = () =>
    oauthHeader(
      { method: "GET", url: PUBLIC_URL + PATH },
      { key: String(key.id), consumerSecret, nonce: crypto.randomUUID() },
    );
  const start = () => startServer({ folder, env: { REDEEM_PUBLIC_URL: PUBLIC_URL } });

  const once = signed();
  server = await start();
  expect(await call(server, once)).toBe(200);
  expect(await call(server, once)).toBe(401);
  await server.kill("SIGKILL");
  server = await start();
  expect(await call(server, once)).toBe(401);
  expect(await call(server, signed())).toBe(200);
});
