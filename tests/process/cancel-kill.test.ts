import { afterEach, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pieces, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { sendPiece } from "../support/over-http.ts";
import { expectSoon, until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { inject, whyNotTraced } from "../support/strace.ts";
import { readSeed, seeded } from "../soak/random.ts";

/** kill -9 through cancelling: what was answered holds, and no bytes are left that nobody sends any more. */

const ROUNDS = 8;
const CLIENTS = 4;
const file = png(3500);
const planOf = (identifier: string): Plan => ({
  identifier,
  filename: "a.png",
  chunkSize: 1000,
  totalSize: 3500,
});

let server: TestServer;
afterEach(() => server.stop());

const send = (token: string, identifier: string, number: number) => {
  const plan = planOf(identifier);
  return sendPiece(server, token, plan, pieces(plan)[number - 1] as never, file);
};

async function cancel(token: string, identifier: string, keepSeconds = 0): Promise<unknown> {
  const body = new URLSearchParams({
    upload_token: token,
    resumableIdentifier: identifier,
    resumableTotalSize: "3500",
    resumableChunkSize: "1000",
    resumableFilename: "a.png",
    keep_seconds: String(keepSeconds),
  });
  const url = `${server.url}/api/2/photo/cancel-upload`;
  const answer = await fetch(url, { method: "POST", body, keepalive: false });
  return ((await answer.json()) as { data?: { cancelled_p: boolean } }).data?.cancelled_p;
}

const staged = () => readdir(join(server.folder, "uploads"));
const liveFiles = () =>
  rowsOf<{ file: string }>(
    server,
    "select file from uploads where state in ('receiving', 'finalizing')",
  ).map((row) => row.file);

const keptIds = () => rowsOf(server, "select id from uploads where kept_until is not null");

type Known = {
  token: string;
  identifier: string;
  /** For how long its bytes are kept when it is cancelled. */
  keepSeconds: number;
  cancelled: boolean;
  arrived: boolean;
};

/** Sends one file as far as chance has it, and cancels it at some moment. */
async function act(known: Known, chance: () => number): Promise<void> {
  const { token, identifier, keepSeconds } = known;
  await send(token, identifier, 1);
  const rest = (chance() % 2 === 0 ? [2] : [2, 3]).map(async (number) => {
    const answer = await send(token, identifier, number);
    if (number === 3 && answer.status === 200) known.arrived ||= (await answer.text()) !== "ok";
  });
  // A chunk that comes behind that would undo it.
  if (keepSeconds > 0) await Promise.all(rest);
  const cancelling = cancel(token, identifier, keepSeconds).then((value) => {
    known.cancelled = value === true;
    known.arrived ||= value === false;
  });
  await Promise.all([cancelling, ...rest]);
}

test(`killed at any moment, ${ROUNDS} times: what was cancelled is gone, what arrived is there`, async () => {
  const seed = readSeed();
  console.log(`cancel-kill.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  server = await startServer();
  const all: Known[] = [];
  const seen = { cancelled: 0, arrived: 0, cut: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const own: Known[] = [];
    const limit = random.between(5, 25);
    let acts = 0;
    let dead = false;
    const client = async () => {
      while (!dead) {
        const token = await server.token().catch(() => undefined);
        if (token === undefined) return;
        // Half of them are kept for a second.
        const keepSeconds = own.length % 2;
        const known = { token, identifier: "i", keepSeconds, cancelled: false, arrived: false };
        own.push(known);
        const acted = await act(known, () => random.between(0, 99)).then(
          () => true,
          () => false,
        );
        acts += 1;
        if (!acted || acts < limit || dead) continue;
        dead = true;
        await Bun.sleep(random.between(0, 3));
        await server.kill("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    if (!dead) await server.kill("SIGKILL");
    server = await startServer({ folder: server.folder });
    await until("what was kept has ended", () => keptIds().length === 0);
    await until("no file is left of what has ended", async () => {
      const live = new Set(liveFiles());
      return (await staged()).every((name) => live.has(name));
    });
    for (const known of own) {
      expect(known.cancelled && known.arrived).toBe(false);
      const [row] = rowsOf<{ photos: number; live: number }>(
        server,
        `select (select count(*) from photos where token_id = upload_tokens.id) as photos,
          (select count(*) from uploads where token_id = upload_tokens.id and state in ('receiving', 'finalizing')) as live
          from upload_tokens where hash = '${new Bun.CryptoHasher("sha256").update(known.token).digest("hex")}'`,
      );
      if (known.cancelled) expect(row).toEqual({ photos: 0, live: 0 });
      if (known.arrived) expect(row?.photos).toBe(1);
      seen[known.cancelled ? "cancelled" : known.arrived ? "arrived" : "cut"] += 1;
    }
    all.push(...own);
  }
  console.log(`cancel-kill.test.ts: ${JSON.stringify(seen)}`);
  expect(seen.cancelled).toBeGreaterThan(ROUNDS);
  // Each of them may be sent again.
  const again = all.findLast(({ cancelled }) => cancelled);
  for (const number of [1, 2, 3]) await send(again?.token ?? "", "i", number);
  expect(await cancel(again?.token ?? "", "i")).toBe(false);
}, 120_000);

const reason = whyNotTraced();
if (reason) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("killed at a system call of a cancelling", () => {
  test("when the bytes that were kept are deleted: the next start deletes them", async () => {
    server = await startServer();
    const token = await server.token();
    for (const number of [1, 2]) expect((await send(token, "i", number)).status).toBe(200);
    await inject(server, ["unlink,unlinkat:signal=SIGKILL"]);
    expect(await cancel(token, "i", 1)).toBe(true);
    await server.process.exited;
    expect((await staged()).length).toBe(1);
    server = await startServer({ folder: server.folder });
    expect(await staged()).toEqual([]);
    expect(rowsOf(server, "select state from uploads")).toEqual([{ state: "failed" }]);
    for (const number of [1, 2, 3]) await send(token, "i", number);
    expect(await cancel(token, "i")).toBe(false);
  }, 60_000);

  test.each([
    ["fsync,fdatasync", "before it is on record: the upload goes on, or is cancelled"],
    ["unlink,unlinkat", "before its bytes are deleted: the next start deletes them"],
  ])(
    "%s, %s",
    async (calls) => {
      server = await startServer();
      const token = await server.token();
      expect((await send(token, "i", 1)).status).toBe(200);
      const [name = ""] = await staged();
      // Its own sync is over: only those of the cancelling come.
      await until("the chunk is on the disk", () =>
        rowsOf<{ synced: number }>(server, "select synced from chunks").every(
          ({ synced }) => synced === 1,
        ),
      );
      await inject(
        server,
        calls.split(",").map((call) => `${call}:signal=SIGKILL`),
      );
      await expect(cancel(token, "i")).rejects.toThrow();
      await server.process.exited;
      if (calls.startsWith("unlink")) expect(await staged()).toEqual([name]);
      server = await startServer({ folder: server.folder });
      const states = rowsOf<{ state: string }>(server, "select state from uploads").map(
        ({ state }) => state,
      );
      if (calls.startsWith("unlink")) expect(states).toEqual(["failed"]);
      if (states[0] === "failed") await expectSoon(staged, []);
      // Whatever became of it: it is cancelled now, and begins anew.
      expect(await cancel(token, "i")).toBe(true);
      await expectSoon(staged, []);
      for (const number of [1, 2]) expect((await send(token, "i", number)).status).toBe(200);
      expect(await (await send(token, "i", 3)).json()).toMatchObject({ status: "ok" });
    },
    60_000,
  );
});
