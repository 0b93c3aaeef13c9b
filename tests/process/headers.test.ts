import { expect, test } from "bun:test";
import { serverForAll } from "../support/lifetime.ts";
import { openWire } from "../support/wire.ts";

const server = serverForAll();

/** Issue 7, 15. */
test.each([
  ["two different", "Host: one.example\r\nHost: two.example\r\n"],
  ["the same twice", "Host: one.example\r\nHost: one.example\r\n"],
  ["two in one line", "Host: one.example, two.example\r\n"],
])("%s hosts are refused, and the connection ends", async (_, hosts) => {
  using wire = await openWire(server.port);
  await wire.send(`GET /health HTTP/1.1\r\n${hosts}\r\n`);
  const answer = await wire.answer();
  expect([answer.status, answer.text]).toEqual([400, "The Host header is malformed."]);
  await wire.closed;
});

test("no page is shown in somebody else's frame, but for the way back from one", async () => {
  const token = await server.token();
  for (const path of [`/upload/${token}`, "/upload/unknown", "/docs"]) {
    const answer = await fetch(server.url + path);
    expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  }
});
