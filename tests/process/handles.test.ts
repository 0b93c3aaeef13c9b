import { expect, test } from "bun:test";
import { join } from "node:path";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { processorTimeOf } from "../support/processor.ts";
import { until } from "../support/remains.ts";
import { startServer } from "../support/server.ts";
import { openWire } from "../support/wire.ts";

/** Issue 7, 13: all file handles taken. Before, 99.7 % of a processor until some came back. */

const MAIN = join(import.meta.dir, "../../src/main.ts");

test("more connections than handles: it waits, serves those it has, and goes on afterwards", async () => {
  const limited = `ulimit -n 128 && exec "${process.execPath}" "${MAIN}" serve`;
  const server = await startServer({ command: ["sh", "-c", limited] });
  try {
    const token = await server.token();
    using served = await openWire(server.port);
    await served.send("GET /health HTTP/1.1\r\nhost: a\r\n\r\n");
    expect((await served.answer()).status).toBe(200);
    const wires = await Promise.all(Array.from({ length: 200 }, () => openWire(server.port)));
    await until("none is left", () => server.log().includes("file handles are used up"));
    const [before, begun] = [processorTimeOf(server), performance.now()];
    await Bun.sleep(1500);
    expect((processorTimeOf(server) - before) / (performance.now() - begun)).toBeLessThan(0.5);
    await served.send("GET /health HTTP/1.1\r\nhost: a\r\n\r\n");
    expect((await served.answer()).status).toBe(200);
    for (const wire of wires) wire.cut();
    await until("they are back", () => server.log().includes("file handles are there again"));
    expect((await sendWhole(server, token, png())).status).toBe(200);
  } finally {
    await server.stop();
  }
}, 60_000);
