import { afterEach, beforeEach, expect, test } from "bun:test";
import { pieces, type Piece } from "../support/chunks.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sendPiece, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { photoIn } from "../support/redeem.ts";
import { nothingLeft, remainsOf, until } from "../support/remains.ts";
import { serverForAll } from "../support/lifetime.ts";

/** Everything at once, at one server process. */

const server = serverForAll();
let receiver: Receiver;
beforeEach(() => {
  receiver = startReceiver();
});
afterEach(() => receiver.stop());

const times = <Value>(count: number, make: (index: number) => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

test("20 files at once for a token good for one: one photo, 19 refusals", async () => {
  const token = await server.token();
  const before = photosOf(server).length;
  const files = Array.from({ length: 20 }, (_, index) => png(300_000 + index, index + 1));
  const answers = await times(20, async (index) => {
    const file = files[index] ?? png();
    return { index, answer: await sendWhole(server, token, file, `photo-${index}.png`) };
  });
  const taken = answers.filter(({ answer }) => answer.status === 200);
  // Whoever ends while the use is only reserved may try again; whoever ends after that is told the truth.
  const words: Record<number, string> = {
    404: "The upload token has already been used.",
    503: "Another file holds the last use of the upload token at this moment; try again.",
  };
  for (const { answer } of answers) {
    if (answer.status !== 200) expect(await answer.text()).toBe(words[answer.status] ?? "");
  }
  expect(taken).toHaveLength(1);
  const [winner] = taken;
  if (!winner) throw new Error("nobody won");
  const { photo_id: id } = await photoIn(winner.answer);
  const made = photosOf(server).slice(before);
  expect(made).toMatchObject([{ id, filename: `photo-${winner.index}.png` }]);
  const photo = made[0];
  expect(photo && (await storedHash(server, photo))).toBe(sha256(files[winner.index] ?? png()));
});

test("20 files at once for a token good for 7: seven photos", async () => {
  const token = await server.token({ max_uploads: 7 });
  const before = photosOf(server).length;
  const answers = await times(20, (index) =>
    sendWhole(server, token, png(50_000, index + 1), `photo-${index}.png`),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(7);
  expect(statuses.filter((status) => status === 404 || status === 503)).toHaveLength(13);
  expect(photosOf(server)).toHaveLength(before + 7);
});

test("every chunk twice and all at once: one photo, one callback, exact bytes", async () => {
  const file = mp4(3_000_123);
  const plan = {
    identifier: "twice",
    filename: "clip.mp4",
    chunkSize: 100_000,
    totalSize: file.length,
  };
  const return_url = `${receiver.url}/back?of=mine`;
  const token = await server.token({ return_url, background_return_p: 1 });
  const before = photosOf(server).length;

  async function sendUntilTaken(piece: Piece): Promise<string> {
    for (;;) {
      const answer = await sendPiece(server, token, plan, piece, file);
      if (answer.status === 503) {
        expect(answer.headers.get("retry-after")).toBe("1");
        await Bun.sleep(200);
        continue;
      }
      expect(answer.status).toBe(200);
      return answer.text();
    }
  }
  const all = pieces(plan);
  const answers = await Promise.all([...all, ...all].map(sendUntilTaken));

  const made = photosOf(server).slice(before);
  expect(made).toMatchObject([{ filename: "clip.mp4", size: file.length }]);
  const photo = made[0];
  expect(photo && (await storedHash(server, photo))).toBe(sha256(file));
  const outcomes = answers.filter((text) => text !== "ok");
  expect(outcomes.length).toBeGreaterThan(0);
  expect(new Set(outcomes).size).toBe(1);
  expect(outcomes[0]).toStartWith(`ok 127.0.0.1 1 ${photo?.id} `);

  const [told] = await receiver.got(1);
  expect(told?.url.searchParams.get("photo_id")).toBe(String(photo?.id));
  // Delivered is delivered: asking again makes no other.
  await until("the callback is closed", () => /callback delivered/.test(server.log()));
  expect(await sendUntilTaken(all[3] as Piece)).toBe(outcomes[0] as string);
  expect(receiver.received).toHaveLength(1);
});

test("one token, whole files and chunks at once, never beyond its uses", async () => {
  const token = await server.token({ max_uploads: 5 });
  const before = photosOf(server).length;
  const idle = { ...(await remainsOf(server)), handles: Number.POSITIVE_INFINITY };
  const statuses = await times(16, async (index) => {
    const file = png(40_000, index + 1);
    if (index % 2 === 0) return (await sendWhole(server, token, file, `${index}.png`)).status;
    const filename = `${index}.png`;
    const plan = { identifier: filename, filename, chunkSize: 10_000, totalSize: file.length };
    for (const piece of pieces(plan)) {
      const { status } = await sendPiece(server, token, plan, piece, file);
      if (status !== 200) return status;
    }
    return 200;
  });
  expect(statuses.filter((status) => status === 200)).toHaveLength(5);
  expect(statuses.filter((status) => status === 404 || status === 503)).toHaveLength(11);
  expect(photosOf(server)).toHaveLength(before + 5);
  await nothingLeft(server, idle);
});
