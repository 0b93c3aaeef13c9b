import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { readBody, type RequestBody } from "../../src/http/body.ts";
import { Problem } from "../../src/problem.ts";
import { openWire, type Wire } from "../support/wire.ts";

/** Bodies as a real server gets them: each test reads one as it likes. */

let stallMs = 60_000;
let handle: (body: RequestBody) => Promise<string>;
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 0,
  fetch: async (request) => new Response(await handle(readBody(request, { stallMs }))),
});
afterAll(() => server.stop(true));
beforeEach(() => {
  stallMs = 60_000;
});

/** Sends a request, but for its body. */
async function begin(port: number, length: number): Promise<Wire> {
  const wire = await openWire(port);
  await wire.send(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`);
  return wire;
}

/** How the reading of a body has ended: its bytes, or what was thrown. */
async function outcomeOf({ pieces }: RequestBody): Promise<string> {
  let bytes = 0;
  try {
    for await (const piece of pieces) bytes += piece.length;
    return `whole: ${bytes}`;
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.message}`;
    return (error as Error).name;
  }
}

/** Reads with outcomeOf, and answers what came of it, also to the test. */
function reading(prepare: (body: RequestBody) => void = () => undefined): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  handle = async (body) => {
    prepare(body);
    const outcome = await outcomeOf(body);
    resolve(outcome);
    return outcome;
  };
  return promise;
}

const tooSlow = () => new Problem("request_timeout", "It takes too long.");

describe("a body ends", () => {
  test("when it is whole, and is empty where there is none", async () => {
    void reading();
    const whole = await fetch(server.url, { method: "POST", body: new Uint8Array(3_000_000) });
    expect(await whole.text()).toBe("whole: 3000000");
    expect(await (await fetch(server.url)).text()).toBe("whole: 0");
  });

  test("when its reader ends, which frees the piece that was at hand as well", async () => {
    const { promise, resolve } = Promise.withResolvers<ArrayBufferLike | undefined>();
    handle = async ({ pieces }) => {
      for await (const { buffer } of pieces) {
        resolve(buffer);
        break;
      }
      return "ended";
    };
    await (await fetch(server.url, { method: "POST", body: new Uint8Array(50_000) })).text();
    // Nothing of it is left to the garbage collector, which may be late.
    expect((await promise)?.byteLength).toBe(0);
  });

  test("when nothing has come for as long as is allowed", async () => {
    stallMs = 100;
    void reading();
    using wire = await begin(server.port ?? 0, 1000);
    await wire.send("some of it");
    const { text } = await wire.answer();
    expect(text).toBe("request_timeout: Nothing was received for 0.1 seconds.");
  });

  test("when the client cuts its connection", async () => {
    const outcome = reading();
    using wire = await begin(server.port ?? 0, 1000);
    await wire.send("some of it");
    wire.cut();
    expect(await outcome).toBe("AbortError");
  });
});

describe("a body that may take so long", () => {
  test("is ended by the next piece behind that moment", async () => {
    const { promise: first, resolve } = Promise.withResolvers<RequestBody>();
    handle = async (body) => {
      const pieces = body.pieces[Symbol.asyncIterator]();
      await pieces.next();
      resolve(body);
      return pieces.next().then(
        () => "went on",
        (error: Error) => error.message,
      );
    };
    using wire = await begin(server.port ?? 0, 1000);
    await wire.send("one");
    (await first).endBy(performance.now() - 1, tooSlow);
    await wire.send("two");
    expect((await wire.answer()).text).toBe("It takes too long.");
  });

  test("is read in time, and also where it ends behind the moment without another piece", async () => {
    void reading((body) => body.endBy(performance.now() + 60_000, tooSlow));
    const inTime = await fetch(server.url, { method: "POST", body: "some of it" });
    expect(await inTime.text()).toBe("whole: 10");
    void reading((body) => body.endBy(performance.now() - 1, tooSlow));
    expect(await (await fetch(server.url)).text()).toBe("whole: 0");
  });

  test("is limited by the last word, which may lift the limit", async () => {
    void reading((body) => {
      body.endBy(performance.now() - 1, tooSlow);
      body.endBy(undefined, tooSlow);
    });
    const lifted = await fetch(server.url, { method: "POST", body: "some of it" });
    expect(await lifted.text()).toBe("whole: 10");
    void reading((body) => {
      body.endBy(undefined, tooSlow);
      body.endBy(performance.now() - 1, tooSlow);
    });
    const limited = await fetch(server.url, { method: "POST", body: "some of it" });
    expect(await limited.text()).toBe("request_timeout: It takes too long.");
  });
});

test("whoever stops reading can answer while the client is still sending", async () => {
  handle = async ({ pieces }) => {
    for await (const piece of pieces) return `enough after ${piece.length}`;
    return "nothing came";
  };
  using wire = await begin(server.port ?? 0, 1000);
  await wire.send("some of it");
  expect((await wire.answer()).text).toBe("enough after 10");
});

test("a piece's memory is given back when the next one is asked for", async () => {
  handle = async ({ pieces }) => {
    const lengths = new Set<number>();
    let before: Uint8Array | undefined;
    for await (const piece of pieces) {
      if (before) lengths.add(before.length);
      before = piece;
      expect(piece.length).toBeGreaterThan(0);
    }
    return [...lengths].join();
  };
  const large = await fetch(server.url, { method: "POST", body: new Uint8Array(5_000_000) });
  expect(await large.text()).toBe("0");
});
