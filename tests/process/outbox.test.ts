import { afterEach, expect, test } from "bun:test";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { deliveriesOf, rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { until } from "../support/remains.ts";
import { memoryIsBack, residentOf } from "../support/resident.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { newToken } from "../records/given.ts";

/** Receivers that are ill: whoever is well hears of its photos at once all the same. */

const PENDING = 10_000;
/** Much less than an attempt that hangs takes, of which ten thousand are due, 64 at a time. */
const PROMPT_MS = 8000;

const receivers: Receiver[] = [];
let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  for (const receiver of receivers.splice(0)) await receiver.stop();
});

function receiverThat(answer?: Parameters<typeof startReceiver>[0]): Receiver {
  const receiver = startReceiver(answer);
  receivers.push(receiver);
  return receiver;
}

/** Never answers. */
const hanging = () => receiverThat(() => new Promise<Response>(() => undefined));

const BLOCK = new Uint8Array(64 * 1024);
type Controller = ReadableStreamDefaultController;
const pullFast = (controller: Controller) => controller.enqueue(BLOCK);
const pullSlowly = async (controller: Controller) => {
  await Bun.sleep(1000);
  controller.enqueue(BLOCK.subarray(0, 1));
};

/** Answers as long as anybody reads. */
const endless = () => receiverThat(() => new Response(new ReadableStream({ pull: pullFast })));

/** Gives a byte a second, and never the last one. */
const slow = () => receiverThat(() => new Response(new ReadableStream({ pull: pullSlowly })));

const failing = () => receiverThat(() => new Response("no", { status: 500 }));

/** A data folder whose outbox holds so many callbacks for one address, all of them due. */
async function folderWith(url: string, count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "redeem-outbox-"));
  const file = join(folder, "redeem.db");
  const records = await openRecords(file);
  const now = Date.now();
  const token = await records.tokens.add({ ...newToken, hash: "h", createdAt: now });
  await records.close();
  const db = new Database(file);
  const upload = db.prepare(
    "insert into uploads (id, token_id, filename, state, created_at, last_byte_at, extra, told) values (?, ?, 'a.png', 'failed', ?, ?, '{}', '{}')",
  );
  const delivery = db.prepare(
    "insert into deliveries (id, upload_id, outcome, method, host, url, body, state, created_at, next_at) values (?, ?, 'failure', 'GET', ?, ?, '', 'pending', ?, ?)",
  );
  db.transaction(() => {
    for (let id = 1; id <= count; id += 1) {
      upload.run(id, token.id, now, now);
      delivery.run(`old-${id}`, id, new URL(url).host, `${url}/old?n=${id}`, now, now - 60_000);
    }
  })();
  db.close();
  return folder;
}

/** Sends a photo whose outcome is told to a receiver, and answers how long that took. */
async function told(running: TestServer, receiver: Receiver): Promise<number> {
  const count = receiver.received.length;
  const token = await running.token({ return_url: receiver.url, background_return_p: 1 });
  const begun = performance.now();
  expect((await sendWhole(running, token, png())).status).toBe(200);
  await until("it is told", () => receiver.received.length > count);
  return performance.now() - begun;
}

const ILL: [what: string, make: () => Receiver | string][] = [
  ["hangs", hanging],
  ["fails", failing],
  ["answers endlessly", endless],
  ["answers a byte a second", slow],
  // Nobody listens on the discard port.
  ["refuses connections", () => "http://127.0.0.1:9"],
];

test.each(ILL)(
  "10,000 callbacks for a host that %s delay nobody",
  async (_what, make) => {
    const made = make();
    const url = typeof made === "string" ? made : made.url;
    const folder = await folderWith(url, PENDING);
    server = await startServer({ folder });
    const resident = await residentOf(server);
    const well = receiverThat();
    for (let photo = 0; photo < 5; photo += 1) {
      expect(await told(server, well)).toBeLessThan(PROMPT_MS);
    }
    // A few attempts at a time, so that it is not hurt more than it is.
    if (typeof made !== "string" && made.received.length > 0) {
      const states = rowsOf<{ n: number }>(
        server,
        "select count(*) as n from deliveries where state = 'pending' and attempts = 0 and id like 'old-%'",
      );
      expect((states[0]?.n ?? 0) + made.received.length).toBeGreaterThanOrEqual(PENDING);
    }
    // And the server itself is as quick as before: the quickest of some answers is, on a machine that may be busy.
    let quickest = Number.POSITIVE_INFINITY;
    for (let count = 0; count < 5; count += 1) {
      const begun = performance.now();
      expect((await fetch(`${server.url}/health`, { keepalive: false })).status).toBe(200);
      quickest = Math.min(quickest, performance.now() - begun);
    }
    expect(quickest).toBeLessThan(500);
    await memoryIsBack(server, resident);
  },
  60_000,
);

test("all kinds of ill receivers at once, more than there are attempts: the well ones hear", async () => {
  server = await startServer();
  const resident = await residentOf(server);
  const ill = [failing(), endless(), slow(), hanging()];
  for (const receiver of ill) {
    const token = await server.token({
      return_url: receiver.url,
      background_return_p: 1,
      max_uploads: 10,
    });
    const running = server;
    await Promise.all(Array.from({ length: 10 }, () => sendWhole(running, token, png())));
  }
  const wells = [receiverThat(), receiverThat(), receiverThat()];
  for (const well of wells) expect(await told(server, well)).toBeLessThan(PROMPT_MS);
  // Endless is an answer: its status says that it was taken.
  const running = server;
  await until("the endless one is done with", () => {
    const states = deliveriesOf(running).filter(({ url }) => url.includes(`:${ill[1]?.port}`));
    return states.every(({ state }) => state === "delivered");
  });
  await memoryIsBack(server, resident);
}, 60_000);
