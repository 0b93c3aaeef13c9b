import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pieces } from "../support/chunks.ts";
import { octet } from "../support/flood.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sendPiece, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { nothingLeft, openHandles, remainsOf, until, type Remains } from "../support/remains.ts";
import { memoryIsBack, residentOf } from "../support/resident.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { BOUNDARY, multipart, openWire, requestHead, type Wire } from "../support/wire.ts";

/** Clients that go away at any moment, are slow, idle or deaf: nothing of them stays. */

const FILE = png(60_000);
const MANY = 1000;

type Watched = { server: TestServer; before: Remains; resident: number };

async function watch(env: Record<string, string> = {}): Promise<Watched> {
  const server = await startServer({ env });
  await sendWhole(server, await server.token(), png());
  return { server, before: await remainsOf(server), resident: await residentOf(server) };
}

/** As before: no row, no file, no handle, and not much more memory. */
async function allIsBack({ server, before, resident }: Watched): Promise<void> {
  await nothingLeft(server, before);
  await memoryIsBack(server, resident);
}

let idle: Watched;
let idlers: Wire[] = [];
let main: Watched;
beforeAll(async () => {
  // First of all, since the server lets go of them half a minute later.
  [idle, main] = await Promise.all([watch({ REDEEM_STALL: "1s" }), watch({ REDEEM_STALL: "5s" })]);
  idlers = await times(MANY, async (index) => {
    const wire = await openWire(idle.server.port);
    // A third of them never says a word, a third breaks off in a head, a third has been answered.
    if (index % 3 === 1) await wire.send("GET /health HTTP/1.1\r\nhost: a\r\nx-");
    if (index % 3 === 2) {
      await wire.send("GET /health HTTP/1.1\r\nhost: a\r\n\r\n");
      expect((await wire.answer()).status).toBe(200);
    }
    return wire;
  });
});
afterAll(async () => {
  for (const wire of idlers) wire.cut();
  await Promise.all([idle?.server.stop(), main?.server.stop()]);
});

async function times<Value>(count: number, make: (index: number) => Promise<Value>) {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)));
}

/** A request and the places in it where one may break off. */
type Request = { bytes: Buffer; head: number; file: number };

const REQUESTS: [what: string, make: (token: string) => Request][] = [
  [
    "a whole file",
    (token) =>
      formOf([
        { name: "upload_token", value: token },
        { name: "title", value: "A field" },
        { name: "file", filename: "photo.png", value: FILE },
      ]),
  ],
  [
    "a file before its fields",
    (token) =>
      formOf([
        { name: "file", filename: "photo.png", value: FILE },
        { name: "title", value: "A field" },
        { name: "upload_token", value: token },
      ]),
  ],
  [
    "a chunk",
    (token) => {
      const identifier = crypto.randomUUID();
      const plan = { identifier, filename: "c.png", chunkSize: 60_000, totalSize: 60_000 };
      const bytes = octet(token, plan, 1, FILE);
      const file = bytes.length - FILE.length;
      return { bytes, head: file, file };
    },
  ],
];

function formOf(parts: Parameters<typeof multipart>[1]): Request {
  const body = multipart(BOUNDARY, parts);
  const head = Buffer.from(requestHead({ "content-length": body.length }));
  const bytes = Buffer.concat([head, body]);
  return { bytes, head: head.length, file: bytes.indexOf(FILE.subarray(0, 16)) };
}

const PHASES: [phase: string, at: (request: Request) => number][] = [
  ["in the request line", () => 12],
  ["in the headers", ({ head }) => head - 20],
  ["behind the headers", ({ head }) => head],
  ["in the fields", ({ head, file }) => Math.floor((head + file) / 2)],
  ["in the middle of the file", ({ file }) => file + FILE.length / 2],
  ["before the final boundary", ({ bytes }) => bytes.length - 5],
  ["after the body, before the answer", ({ bytes }) => bytes.length],
];

const WAYS = ["closed", "reset", "half-closed"] as const;

describe("breaking off", () => {
  test("200 times, anywhere, in any way, ten at once: nothing stays", async () => {
    const { server } = main;
    const token = await server.token({ max_uploads: 300 });
    const photos = photosOf(server).length;
    // Numbers without a common divisor meet in every combination: mixed, and the same each time.
    let next = 0;
    await times(10, async () => {
      while (next < 200) {
        const turn = next;
        next += 1;
        const [, make] = REQUESTS[turn % REQUESTS.length] ?? [];
        const [, at] = PHASES[(turn * 3 + Math.floor(turn / 7)) % PHASES.length] ?? [];
        const request = make?.(token);
        if (!request || !at) throw new Error("no request");
        const wire = await openWire(server.port);
        await wire.send(request.bytes.subarray(0, at(request)));
        // Half of them have got as far as the server, the others may have got nowhere.
        if (turn % 2 === 0) await Bun.sleep(turn % 11);
        const way = WAYS[turn % 5 === 0 ? 2 : turn % 2];
        if (way === "reset") wire.socket.resetAndDestroy();
        else if (way === "closed") wire.cut();
        else {
          wire.socket.end();
          await wire.closed;
          wire.cut();
        }
      }
    });
    await allIsBack(main);
    // What became a photo was sent to its end.
    const made = photosOf(server).slice(photos);
    expect(made.length).toBeLessThan(60);
    const hashes = await Promise.all(made.map((photo) => storedHash(server, photo)));
    expect(new Set(hashes).size).toBeLessThanOrEqual(1);
    for (const hash of hashes) expect(hash).toBe(sha256(FILE));
    const uses = (await sendWhole(server, token, png())).status;
    expect(uses).toBe(200);
  });
});

describe("slow clients", () => {
  test("at 1 KB a second finish, and the fast ones beside them are as fast as ever", async () => {
    const { server } = main;
    const file = mp4(9000);
    const token = await server.token({ max_uploads: 40 });
    const alone: number[] = [];
    for (let count = 0; count < 10; count += 1) alone.push(await sendFast(server));
    let finished = false;
    const slow = times(40, async (index) => {
      const plan = { identifier: `${index}`, filename: "s.mp4", chunkSize: 9000, totalSize: 9000 };
      const whole = formOf([
        { name: "upload_token", value: token },
        { name: "file", filename: "s.mp4", value: file },
      ]);
      const bytes = index % 2 === 0 ? whole.bytes : octet(token, plan, 1, file);
      using wire = await openWire(server.port);
      const pace = Math.ceil(bytes.length / 90);
      for (let at = 0; at < bytes.length; at += pace) {
        await wire.send(bytes.subarray(at, at + pace));
        await Bun.sleep(100);
      }
      return (await wire.answer()).status;
    });
    const beside: number[] = [];
    const ended = slow.then(() => {
      finished = true;
    });
    const goOn = () => !finished;
    while (goOn()) {
      beside.push(await sendFast(server));
      // Enough to say so, and not so much that the disk is what is tested.
      await Bun.sleep(50);
    }
    await ended;
    expect(await slow).toEqual(Array.from({ length: 40 }, () => 200));
    expect(medianOf(beside)).toBeLessThan(100 + 3 * medianOf(alone));
    await allIsBack(main);
  }, 60_000);
});

const FAST = mp4(3_000_000, 7);

/** Sends a file in chunks. @returns how many milliseconds that took */
async function sendFast(server: TestServer): Promise<number> {
  const begun = performance.now();
  const token = await server.token();
  const plan = {
    identifier: "fast",
    filename: "f.mp4",
    chunkSize: 1_000_000,
    totalSize: FAST.length,
  };
  for (const piece of pieces(plan)) {
    expect((await sendPiece(server, token, plan, piece, FAST)).status).toBe(200);
  }
  return performance.now() - begun;
}

const medianOf = (values: number[]) =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

describe("the deaf and the half-open", () => {
  test("who sends and never reads costs an answer, no more", async () => {
    const { server } = main;
    const token = await server.token({ max_uploads: 100 });
    const deaf = await times(100, async () => {
      const wire = await openWire(server.port);
      wire.socket.pause();
      const [, make] = REQUESTS[0] ?? [];
      await wire.send(make?.(token).bytes ?? "");
      return wire;
    });
    await until("all are photos", async () => {
      const { receiving, uploads, spools } = await remainsOf(server);
      return receiving + uploads + spools === 0;
    });
    expect((await fetch(`${server.url}/health`, { keepalive: false })).status).toBe(200);
    for (const wire of deaf) wire.cut();
    await allIsBack(main);
  });

  test("who says that it has said all and stays is let go of", async () => {
    const { server } = main;
    const open = await times(100, async (index) => {
      const wire = await openWire(server.port);
      if (index % 2 === 0) await wire.send("POST /api/2/photo/redeem-upload-token HTTP/1.1\r\n");
      wire.socket.end();
      return wire;
    });
    await Promise.all(open.map(({ closed }) => closed));
    await allIsBack(main);
    for (const wire of open) wire.cut();
  });

  test("who vanishes in the middle is let go of after the silence that is allowed", async () => {
    const token = await idle.server.token({ max_uploads: 50 });
    const [, make] = REQUESTS[0] ?? [];
    const bytes = make?.(token).bytes ?? Buffer.alloc(0);
    const gone = await times(50, async () => {
      const wire = await openWire(idle.server.port);
      // As if a cable were pulled: no word of its end ever comes.
      await wire.send(bytes.subarray(0, 30_000));
      return wire;
    });
    await Promise.all(gone.map(({ closed }) => closed));
    await until("all of them is gone", async () => {
      const { receiving, uploads, spools } = await remainsOf(idle.server);
      return receiving + uploads + spools === 0;
    });
    for (const wire of gone) wire.cut();
  });
});

test("1,000 idle connections keep nobody out, and are closed in the end", async () => {
  const { server, before } = idle;
  // They have been there since the beginning of these tests.
  expect((await sendWhole(server, await server.token(), FILE)).status).toBe(200);
  await until(
    "the server has closed them",
    async () => (await openHandles(server)).length <= before.handles,
    45_000,
  );
  await Promise.all(idlers.map(({ closed }) => closed));
  await allIsBack(idle);
}, 60_000);
