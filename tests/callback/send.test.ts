import { afterEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { createLookup } from "../../src/callback/lookup.ts";
import { send, type SendOptions } from "../../src/callback/send.ts";
import type { Delivery } from "../../src/records/records.ts";
import { startReceiver, type Received, type Receiver } from "../support/receiver.ts";

const NOW = 1_800_000_000_123;
const options: SendOptions = {
  secret: "a secret",
  allowPrivate: true,
  lookup: createLookup(),
  timeoutMs: 5000,
  now: () => NOW,
};

let open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.map((receiver) => receiver.stop()));
  open = [];
});

function receive(answer?: Parameters<typeof startReceiver>[0]): Receiver {
  const receiver = startReceiver(answer);
  open.push(receiver);
  return receiver;
}

/** A server of bare sockets, for answers that no HTTP library gives. */
async function receiveRaw(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  open.push({
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

const deliveryTo = (url: string, changes: Partial<Delivery> = {}): Delivery => ({
  event: "success",
  uploadId: 1,
  photoId: 1,
  id: "d-1",
  method: "GET",
  host: new URL(url).host,
  url,
  body: "",
  createdAt: NOW,
  attempts: 0,
  ...changes,
});

/** As a receiver would check it, from what it was sent. */
function verify({ url, headers, body }: Received): void {
  const [, t = "", v1 = ""] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get("redeem-signature") ?? "") ?? [];
  expect(t).toBe("1800000000");
  const expected = createHmac("sha256", options.secret)
    .update(`${t}.${url.href}.${body}`)
    .digest("hex");
  expect(v1).toBe(expected);
}

test("what is signed is the address that the receiver sees", async () => {
  const receiver = receive();
  const url = new URL(`${receiver.url}?a=1#end`);
  url.username = "user";
  url.password = "word";
  expect(await send(deliveryTo(url.href), options)).toBeUndefined();
  const [got] = receiver.received;
  if (!got) throw new Error("nothing was received");
  expect(got.headers.get("authorization")).toBe(`Basic ${btoa("user:word")}`);
  verify(got);
});

describe("a callback", () => {
  test("GET: signed over time, full address and empty body", async () => {
    const receiver = receive();
    const url = `${receiver.url}/done?own=1&domain=x&upload_token=y`;
    expect(await send(deliveryTo(url), options)).toBeUndefined();
    const [got] = receiver.received;
    expect(got).toMatchObject({ method: "GET", body: "" });
    expect(got?.url.href).toBe(url);
    expect(got?.headers.get("redeem-delivery")).toBe("d-1");
    verify(got as Received);
  });

  test("POST: form-encoded, the body signed as well", async () => {
    const receiver = receive();
    const body = "domain=x&note=a%2Bb+c";
    const delivery = deliveryTo(`${receiver.url}/done`, { method: "POST", body });
    expect(await send(delivery, options)).toBeUndefined();
    const [got] = receiver.received;
    expect(got).toMatchObject({ method: "POST", body });
    expect(got?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    verify(got as Received);
  });

  test("goes to the address that was checked, under the name that was meant", async () => {
    const receiver = receive();
    const url = `http://localhost:${receiver.port}/done`;
    expect(await send(deliveryTo(url), options)).toBeUndefined();
    expect(receiver.received[0]?.headers.get("host")).toBe(`localhost:${receiver.port}`);
  });

  test("takes credentials of the address along as a header", async () => {
    const receiver = receive();
    const url = `http://user:p%40ss@127.0.0.1:${receiver.port}/`;
    expect(await send(deliveryTo(url), options)).toBeUndefined();
    const basic = receiver.received[0]?.headers.get("authorization");
    expect(basic).toBe(`Basic ${btoa("user:p@ss")}`);
  });
});

describe("taken is 2xx and 3xx", () => {
  test.each([200, 201, 204, 301, 302, 307, 399])("%d", async (status) => {
    const receiver = receive(() => new Response(null, { status, headers: { location: "/x" } }));
    expect(await send(deliveryTo(receiver.url), options)).toBeUndefined();
    expect(receiver.received).toHaveLength(1);
  });

  test.each([400, 404, 410, 429, 500, 503])("not %d", async (status) => {
    const receiver = receive(() => new Response("no", { status }));
    expect(await send(deliveryTo(receiver.url), options)).toContain(String(status));
  });

  test("a redirect is not followed", async () => {
    const other = receive();
    const receiver = receive(() => Response.redirect(`${other.url}/elsewhere`, 302));
    expect(await send(deliveryTo(receiver.url), options)).toBeUndefined();
    expect(other.received).toEqual([]);
  });
});

describe("not where it may not go", () => {
  test.each(["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"])("%s", async (host) => {
    const receiver = receive();
    const url = `http://${host}:${receiver.port}/done`;
    const strict = { ...options, allowPrivate: false };
    await expect(send(deliveryTo(url), strict)).rejects.toThrow("private or reserved");
    expect(receiver.received).toEqual([]);
  });

  test("nor through a proxy of the environment", async () => {
    const proxy = receive();
    const receiver = receive();
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: proxy.url, http_proxy: proxy.url });
    try {
      expect(await send(deliveryTo(receiver.url), options)).toBeUndefined();
    } finally {
      for (const name of ["HTTP_PROXY", "http_proxy"]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
    expect(proxy.received).toEqual([]);
    expect(receiver.received).toHaveLength(1);
  });
});

describe("bounded", () => {
  test("an answer without an end is left", async () => {
    let sent = 0;
    const receiver = receive(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              sent += 65_536;
              controller.enqueue(new Uint8Array(65_536));
            },
          }),
        ),
    );
    expect(await send(deliveryTo(receiver.url), options)).toBeUndefined();
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test("a body that hangs ends with the time of the attempt", async () => {
    const url = await receiveRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
    });
    const start = performance.now();
    expect(await send(deliveryTo(url), { ...options, timeoutMs: 300 })).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test.each([
    ["says nothing", () => undefined],
    ["says its headers for ever", (socket: Socket) => void socket.write("HTTP/1.1 200 OK\r\nX: ")],
  ])("a receiver that %s is a failure in time", async (_what, onConnection) => {
    const url = await receiveRaw(onConnection);
    const start = performance.now();
    const sending = send(deliveryTo(url), { ...options, timeoutMs: 300 });
    await expect(sending).rejects.toThrow("did not answer in time");
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test("a receiver that hangs up is a failure", async () => {
    const url = await receiveRaw((socket) => void socket.destroy());
    await expect(send(deliveryTo(url), options)).rejects.toThrow();
  });
});
