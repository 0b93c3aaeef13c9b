import { afterEach, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chunkFields, pieces } from "../support/chunks.ts";
import { png } from "../support/media.ts";
import { photosOf, storedHash } from "../support/over-http.ts";
import { redeemPath } from "../support/redeem.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { BOUNDARY, openWire, partHead, requestHead } from "../support/wire.ts";

/**
 * Files are larger than memory. What is looked at is the server's memory at its highest, beyond what its start took: a start from the
 * source bundles the pages, so it takes the more the larger these are. (Peaks of the built program are in tests/bench.)
 */

const MIB = 1024 * 1024;
/** Less than if the three chunks that are sent at once were held whole. */
const MOST_MORE = 32 * MIB;

let server: TestServer | undefined;
afterEach(() => server?.stop());

const BLOCK = png(MIB);

/** The same MiB again and again, each with its number in it: nothing of it may be mixed up. */
function block(number: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(BLOCK.slice().buffer);
  bytes.writeUInt32BE(number, 1000);
  return bytes;
}

function hashOf(blocks: number): string {
  const hash = createHash("sha256");
  for (let number = 0; number < blocks; number += 1) hash.update(block(number));
  return hash.digest("hex");
}

/** The most memory that the process has ever had, in bytes. */
async function peakOf({ process }: TestServer): Promise<number> {
  const status = await Bun.file(`/proc/${process.pid}/status`).text();
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

async function isStored({ id }: { id: number | undefined }, blocks: number): Promise<void> {
  const photo = server && photosOf(server).find((one) => one.id === id);
  expect(photo?.size).toBe(blocks * MIB);
  expect(server && photo && (await storedHash(server, photo))).toBe(hashOf(blocks));
}

test("1 GiB in one form passes through", async () => {
  server = await startServer();
  const atStart = await peakOf(server);
  const blocks = 1024;
  const head = Buffer.concat([
    partHead(BOUNDARY, { name: "upload_token" }),
    Buffer.from(`${await server.token()}\r\n`),
    partHead(BOUNDARY, { name: "file", filename: "large.png" }),
  ]);
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  using wire = await openWire(server.port);
  const length = head.length + blocks * MIB + tail.length;
  await wire.send(requestHead({ "content-length": length }));
  await wire.send(head);
  for (let number = 0; number < blocks; number += 1) await wire.send(block(number));
  await wire.send(tail);
  const answer = await wire.answer();
  expect(answer.status).toBe(200);
  expect((await peakOf(server)) - atStart).toBeLessThan(MOST_MORE);
  await isStored({ id: JSON.parse(answer.text).photo_id }, blocks);
});

test.each(["first", "last"])("384 MiB in chunks, 3 at once, the fields %s", async (order) => {
  const running = await startServer();
  server = running;
  const atStart = await peakOf(running);
  const token = await running.token();
  const blocks = 384;
  const plan = {
    identifier: "large",
    filename: "large.png",
    chunkSize: 8 * MIB,
    totalSize: blocks * MIB,
  };
  const waiting = pieces(plan);
  const answers: string[] = [];

  async function sendChunks() {
    for (let piece = waiting.shift(); piece; piece = waiting.shift()) {
      const form = new FormData();
      const fields = [...chunkFields(plan, piece.number), ["upload_token", token]] as const;
      const first = piece.start / MIB;
      const file = new Blob(Array.from({ length: 8 }, (_, index) => block(first + index)));
      if (order === "last") form.append("file", file, plan.filename);
      for (const [name, value] of fields) form.append(name, value);
      if (order === "first") form.append("file", file, plan.filename);
      const answer = await fetch(running.url + redeemPath(), { method: "POST", body: form });
      expect(answer.status).toBe(200);
      answers.push(await answer.text());
    }
  }
  await Promise.all([sendChunks(), sendChunks(), sendChunks()]);

  const outcomes = answers.filter((text) => text !== "ok");
  expect([answers.length, outcomes.length]).toEqual([48, 1]);
  expect((await peakOf(running)) - atStart).toBeLessThan(MOST_MORE);
  await isStored({ id: JSON.parse(outcomes[0] ?? "{}").photo_id }, blocks);
});
