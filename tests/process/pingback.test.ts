import { afterEach, expect, test } from "bun:test";
import { seeded, readSeed } from "../soak/random.ts";
import { png } from "../support/media.ts";
import { photosOf, sendWhole } from "../support/over-http.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** Pingbacks of a server that is killed: each photo that there is was told, at least once. */

const ROUNDS = 6;

let server: TestServer | undefined;
let receiver: Receiver | undefined;
afterEach(async () => {
  await server?.stop();
  await receiver?.stop();
});

test(`killed between photos and their pingbacks, ${ROUNDS} times: every photo is told`, async () => {
  const seed = readSeed();
  console.log(`pingback.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  // Slow enough that some are always on their way.
  receiver = startReceiver(async () => {
    await Bun.sleep(30);
    return new Response("");
  });
  const env = { REDEEM_PINGBACK_URL: `${receiver.url}/hook`, REDEEM_CALLBACK_PRIVATE: "0" };
  server = await startServer({ env });
  const { folder } = server;
  for (let round = 0; round < ROUNDS; round += 1) {
    const running: TestServer = server;
    const token = await running.token({ max_uploads: 100 });
    const sending = Array.from({ length: 12 }, (_, index) =>
      // Those that are cut off have no answer.
      sendWhole(running, token, png(), `${round}-${index}.png`).catch(() => undefined),
    );
    await Bun.sleep(random.between(10, 250));
    await running.kill("SIGKILL");
    await Promise.all(sending);
    server = await startServer({ env, folder });
  }
  const running: TestServer = server;
  const photos = photosOf(running).map(({ id }) => String(id));
  const told = () =>
    new Set(receiver?.received.map(({ url }) => url.searchParams.get("photo_id") ?? ""));
  await until("every photo is told", () => photos.every((id) => told().has(id)), 30_000);
  // And none that is not there.
  expect([...told()].filter((id) => !photos.includes(id))).toEqual([]);
  expect(photos.length).toBeGreaterThan(0);
  const deliveries = receiver.received.map(({ headers }) => headers.get("redeem-delivery"));
  console.log(
    `pingback.test.ts: ${JSON.stringify({ photos: photos.length, told: deliveries.length })}`,
  );
  // One that came twice has the id that it had.
  expect(new Set(deliveries).size).toBe(photos.length);
}, 120_000);
