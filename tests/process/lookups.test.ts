import { afterEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDns, type DnsServer } from "../support/dns.ts";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** Callbacks to names that do not resolve: the uploads of others go on as if nothing were. */

const MAIN = join(import.meta.dir, "../../src/main.ts");
const HANGING = 80;
/** As many as there are attempts at a time. */
const AT_A_TIME = 64;

let dns: DnsServer | undefined;
let server: TestServer | undefined;
let folder: string | undefined;
afterEach(async () => {
  await server?.stop();
  await dns?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A server process that asks this DNS server. */
async function startAsking(address: string): Promise<TestServer> {
  folder = await mkdtemp(join(tmpdir(), "redeem-dns-"));
  const preload = join(folder, "ask.ts");
  await writeFile(
    preload,
    `import { setServers } from "node:dns"; setServers([${JSON.stringify(address)}]);`,
  );
  return startServer({ command: [process.execPath, "--preload", preload, MAIN, "serve"] });
}

// On 502525b: 119 seconds instead of 0.02, since the look-ups held the threads that write files.
test("64 names whose servers are silent delay no upload", async () => {
  const hanging = await startDns(() => undefined);
  dns = hanging;
  const running = await startAsking(hanging.address);
  server = running;
  for (let count = 0; count < HANGING; count += 1) {
    const token = await running.token({
      return_url: `http://hangs-${count}.example/done`,
      background_return_p: 1,
    });
    expect((await sendWhole(running, token, png())).status).toBe(200);
  }
  await hanging.askedFor(AT_A_TIME);
  for (let count = 0; count < 5; count += 1) {
    const token = await running.token();
    const begun = performance.now();
    const answer = await sendWhole(running, token, png(2_000_000));
    expect(await answer.text()).toContain("successfully uploaded");
    expect(performance.now() - begun).toBeLessThan(15_000);
  }
  // Nor the server's end.
  const told = performance.now();
  expect(await running.kill("SIGTERM")).toBe(0);
  // REDEEM_STOP_LIMIT is 30 s.
  expect(performance.now() - told).toBeLessThan(25_000);
}, 60_000);
