import { afterEach, describe, expect, test } from "bun:test";
import { requestLine } from "../support/log-lines.ts";
import { until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { openWire } from "../support/wire.ts";

/** Issue 8, 3.10: the log has the client's address, also behind a proxy, and nobody writes another one there. */

let server: TestServer;
afterEach(() => server.stop());

describe("the client's address", () => {
  const forged = "203.0.113.66, 203.0.113.9";
  test.each([
    ["0", forged, "127.0.0.1"],
    ["1", forged, "203.0.113.9"],
    ["2", forged, "203.0.113.66"],
    ["1", '203.0.113.9", "level":"error', "127.0.0.1"],
    ["1", "203.0.113.9 level=error", "127.0.0.1"],
  ])("REDEEM_TRUST_PROXY=%s, X-Forwarded-For: %s", async (proxies, forwardedFor, client) => {
    server = await startServer({ env: { REDEEM_TRUST_PROXY: proxies } });
    const headers = { "x-forwarded-for": forwardedFor };
    const line = await requestLine(server, await fetch(`${server.url}/health`, { headers }));
    expect(line).toMatchObject({ client, level: "info" });
    expect(server.log()).not.toContain("error");
  });

  test("of two headers the last one counts, and no byte of them makes a line", async () => {
    server = await startServer({ env: { REDEEM_TRUST_PROXY: "1", REDEEM_LOG: "text" } });
    using wire = await openWire(server.port);
    await wire.send(
      "GET /health HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.66\r\nx-forwarded-for: 203.0.113.9\r\n\r\n",
    );
    expect((await wire.answer()).status).toBe(200);
    await wire.send(
      "GET /health HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.9\x85\x9b31m\xe2\x80\xa8ERROR forged\r\n\r\n",
    );
    await wire.answer();
    await until("two lines", () => server.log().split("request id=").length > 2);
    await server.kill();
    const lines = server.log().split("\n");
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^\S+ request id=\S+ client=203\.0\.113\.9 method=GET route=\/health status=200 ms=\d+$/,
      ),
    );
    expect(lines).toContainEqual(expect.stringContaining(" client=127.0.0.1 "));
    expect(server.log()).not.toContain("forged");
  });
});
