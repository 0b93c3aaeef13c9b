import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { png, textFile } from "../support/media.ts";
import { linesOf, requestLine, type Line } from "../support/log-lines.ts";
import { startReceiver } from "../support/receiver.ts";
import { fileForm, redeemPath } from "../support/redeem.ts";
import { until } from "../support/remains.ts";
import { API_KEY } from "../support/site.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { openWire, requestHead } from "../support/wire.ts";

/** Issue 8, 3.10: the lines of the log say what an operator asks, and never a secret. */

let server: TestServer;
afterEach(() => server.stop());

const lines = () => linesOf(server);
const lineOf = (answer: Response) => requestLine(server, answer);

function requestsAnswered(status: number): Line[] {
  return lines().filter((line) => line["event"] === "request" && line["status"] === status);
}

function send(token: string, file = png(500), init: RequestInit & { query?: string } = {}) {
  const url = `${server.url}${redeemPath()}${init.query ?? ""}`;
  return fetch(url, { method: "POST", body: fileForm(token, file), redirect: "manual", ...init });
}

async function ask(path: string, init: RequestInit = {}) {
  return fetch(`${server.url}/api/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${API_KEY}`, ...(init.headers as Record<string, string>) },
  });
}

describe("what a line says", () => {
  test("a photo: what was stored, how long it took, and who sent it", async () => {
    server = await startServer();
    const answer = await send(await server.token());
    const { photo_id: photo } = (await answer.json()) as { photo_id: number };
    const request = await lineOf(answer);
    const stored = lines().find(({ event }) => event === "photo stored");
    expect(stored).toEqual({
      time: expect.any(String) as unknown,
      level: "info",
      event: "photo stored",
      photo,
      upload: expect.any(Number) as unknown,
      token: expect.any(Number) as unknown,
      type: "image/png",
      size: 500,
      seconds: expect.any(Number) as unknown,
    });
    expect(request).toMatchObject({
      level: "info",
      client: "127.0.0.1",
      method: "POST",
      route: redeemPath(),
      status: 200,
      ms: expect.any(Number) as unknown,
      photo,
      token: stored?.["token"],
    });
  });

  test("a file that is refused: why, also where its request is answered 301", async () => {
    server = await startServer();
    const token = await server.token({ return_url: "https://shop.example/done" });
    const answer = await send(token, textFile(500));
    expect(answer.status).toBe(301);
    const because = {
      code: "file_not_supported",
      why: "The file type is not supported: this is not a photo or video. Photos and videos are taken.",
      token: expect.any(Number) as unknown,
    };
    expect(await lineOf(answer)).toMatchObject({ status: 301, ...because });
    expect(lines().find(({ event }) => event === "file refused")).toMatchObject(because);
  });

  test("a request that is refused: why, in version 1 too, whose status is 200", async () => {
    server = await startServer();
    const cases: [Promise<Response>, number, string, string][] = [
      [send("nonsense"), 404, "invalid_upload_token", "The upload token is invalid."],
      [
        ask("2/photo/get-upload-token?max_uploads=0"),
        400,
        "invalid_input",
        "max_uploads must be a whole number from 1 to 1000, not ….",
      ],
      [
        ask("photo/get-upload-token?max_uploads=0"),
        200,
        "invalid_input",
        "max_uploads must be a whole number from 1 to 1000, not ….",
      ],
      [
        fetch(`${server.url}/api/2/photo/list`),
        401,
        "missing_authentication",
        expect.stringContaining("necessary permissions") as unknown as string,
      ],
    ];
    for (const [asked, status, code, why] of cases) {
      expect(await lineOf(await asked)).toMatchObject({ status, code, why, level: "info" });
    }
  });

  test("507 for want of room", async () => {
    server = await startServer({ env: { REDEEM_RESERVE: "1000000GiB" } });
    const answer = await send(await server.token());
    expect(answer.status).toBe(507);
    expect(await lineOf(answer)).toMatchObject({
      status: 507,
      code: "insufficient_storage",
      why: expect.stringContaining("no room") as unknown,
    });
  });

  test("a malformed Host header, and 503 while the server stops", async () => {
    server = await startServer();
    const [malformed, underWay, late] = [
      await openWire(server.port),
      await openWire(server.port),
      await openWire(server.port),
    ];
    await malformed.send("GET / HTTP/1.1\r\nHost: [\r\n\r\n");
    expect((await malformed.answer()).status).toBe(400);
    await underWay.send(requestHead({ "content-length": 1000 }));
    await underWay.send("--");
    await until(
      "it is under way",
      async () => (await (await fetch(`${server.url}/health`)).text()) !== "",
    );
    server.process.kill("SIGTERM");
    await until("it is stopping", () => server.log().includes('"event":"stopping"'));
    await late.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await late.answer()).status).toBe(503);
    for (const [status, code, words] of [
      [400, "invalid_input", "The Host header is malformed."],
      [503, "temporarily_unavailable", "The server is stopping; try again in a moment."],
    ] as const) {
      await until(`the line of ${status}`, () => requestsAnswered(status).length > 0);
      expect(requestsAnswered(status)).toHaveLength(1);
      expect(requestsAnswered(status)).toMatchObject([{ client: "127.0.0.1", code, why: words }]);
    }
    for (const wire of [malformed, underWay, late]) wire.cut();
  });

  test("a callback that is not taken, and one that is", async () => {
    const receiver = startReceiver(
      (_, count) => new Response("", { status: count > 1 ? 200 : 500 }),
    );
    server = await startServer();
    const wish = { return_url: `${receiver.url}/done`, background_return_p: 1 };
    const secrets: string[] = [];
    while (secrets.length < 2) {
      const token = await server.token(wish);
      secrets.push(token);
      expect((await send(token)).status).toBe(200);
      await until("its attempt", () =>
        lines().some(({ event }) => String(event).startsWith("callback")),
      );
    }
    await until("the second", () => server.log().includes("callback delivered"));
    const failed = lines().find(({ event }) => event === "callback failed, will retry");
    expect(failed).toMatchObject({
      level: "warning",
      error: "the receiver answered 500",
      attempt: 1,
      tells: "success",
      photo: 1,
      upload: 1,
    });
    for (const secret of secrets) expect(server.log()).not.toContain(secret);
    await receiver.stop();
  });

  test("requests that are turned away: one line for all of a second", async () => {
    server = await startServer();
    using wire = await openWire(server.port);
    await wire.send("GET /health HTTP/1.1\r\nhost: a\r\n\r\n".repeat(40));
    await until("the line", () => server.log().includes("requests were turned away"));
    expect(lines().find(({ event }) => event === "requests were turned away")).toMatchObject({
      level: "warning",
      first: "127.0.0.1",
      why: "The server has too many requests under way; try again in a moment.",
    });
  });
});

test("no line holds an upload token, a photo's, a key or an address with one, wherever it was put", async () => {
  server = await startServer();
  const token = await server.token({ max_uploads: 5 });
  const photo = (await (await send(token)).json()) as { token: string };
  const secrets = [token, photo.token, API_KEY, "hunter2hunter2"];
  const answers: Promise<Response>[] = [];
  for (const secret of secrets) {
    const address = `https://user:${secret}@shop.example/?upload_token=${secret}`;
    for (const value of [secret, `ftp://x/${secret}`, `"\\"${secret}`, address]) {
      const quoted = encodeURIComponent(value);
      for (const name of [
        "max_uploads",
        "return_url",
        "origin",
        "types",
        "publish_date",
        "max_size",
      ]) {
        answers.push(ask(`2/photo/get-upload-token?${name}=${quoted}`));
      }
      answers.push(ask(`photo/list?photo_id=${quoted}&token=${quoted}&varname=${quoted}`));
      answers.push(fetch(`${server.url}${redeemPath()}?upload_token=${quoted}`));
      answers.push(send(token, png(200), { query: `?resumableChunkNumber=${quoted}` }));
      answers.push(send(token, png(200), { headers: { "content-range": value } }));
      answers.push(fetch(`${server.url}/upload/${quoted}`), fetch(`${server.url}/${quoted}`));
      answers.push(
        ask("2/photo/list", { headers: { authorization: `Bearer ${value}x` } }),
        ask("2/photo/list", { headers: { authorization: value } }),
        ask("2/photo/list", { headers: { authorization: `OAuth oauth_token="${quoted}"` } }),
        send(token, png(200), { body: "x", headers: { "content-type": `text/${value}` } }),
        send(token, png(200), {
          body: "x",
          headers: { "content-type": `multipart/form-data; boundary=${secret}` },
        }),
      );
    }
  }
  for (const answer of await Promise.all(answers)) await lineOf(answer);
  for (const secret of secrets) expect(server.log()).not.toContain(secret);
  // They were refused, and the lines say why.
  expect(lines().filter(({ why }) => why !== undefined).length).toBeGreaterThan(100);
});

/** A text line without its time and its values. */
function form(line: string): string {
  return line
    .replace(/^\d\d:\d\d:\d\d /, "")
    .replace(/=("(?:[^"\\]|\\.)*"|\S+)/g, "")
    .trim();
}

// The lines that the README shows are those that the program writes.
test("the README's lines have the words of real ones", async () => {
  const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
  const [, shown = ""] = /^```log\n([^]*?)^```$/m.exec(readme) ?? [];
  server = await startServer({ env: { REDEEM_LOG: "text" } });
  const receiver = startReceiver(() => new Response("", { status: 500 }));
  await send(await server.token());
  await send(await server.token(), textFile(500));
  await ask("2/photo/get-upload-token?max_uploads=0");
  await send(await server.token({ return_url: receiver.url, background_return_p: 1 }));
  await until("the callback", () => server.log().includes("callback failed"));
  await server.kill();
  const real = new Set(server.log().trim().split("\n").map(form));
  expect(shown.trim().split("\n").length).toBeGreaterThan(4);
  for (const line of shown.trim().split("\n")) expect([...real]).toContain(form(line));
  await receiver.stop();
});
