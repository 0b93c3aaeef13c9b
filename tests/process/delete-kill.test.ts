import { afterEach, describe, expect, test } from "bun:test";
import { disagreements, fetchOriginal } from "../support/archive.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { photoIn, type PhotoIds } from "../support/redeem.ts";
import { until } from "../support/remains.ts";
import { readSeed, seeded } from "../soak/random.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { API_KEY } from "../support/site.ts";
import { inject, whyNotTraced } from "../support/strace.ts";

/** kill -9 through deleting, restoring and removing: neither a photo without bytes nor bytes without a photo. */

const ROUNDS = 12;
const CLIENTS = 6;

/** What a photo may be: after an answer that was given, one of these; after one that was cut, two. */
type State = "shown" | "trashed" | "removed";
type Known = {
  ids: PhotoIds;
  uploadToken: string;
  bytes: Uint8Array<ArrayBuffer>;
  may: State[];
  title: string[];
};

let server: TestServer;
afterEach(() => server.stop());

const headers = { authorization: `Bearer ${API_KEY}` };
const call = (method: string, query: string) =>
  fetch(`${server.url}/api/2/photo/${method}?${query}`, { headers, keepalive: false });
const site = { call: (path: string) => fetch(server.url + path, { keepalive: false }) };

/** Everything that was on its way out of the archive is gone: the sweep of the start has ended. */
async function settled(): Promise<void> {
  await until(
    "no file is to be deleted",
    () => rowsOf(server, "select id from removals").length === 0,
  );
}

async function upload(index: number): Promise<Known> {
  const bytes = png(300 + index, index);
  const uploadToken = await server.token({ title: "" });
  const ids = await photoIn(await sendWhole(server, uploadToken, bytes));
  return { ids, uploadToken, bytes, may: ["shown"], title: [""] };
}

const BECOMES: Record<string, { from: State[]; to: State }> = {
  delete: { from: ["shown"], to: "trashed" },
  restore: { from: ["shown", "trashed"], to: "shown" },
  remove: { from: ["shown", "trashed"], to: "removed" },
};

/** Does something with a photo, and notes what it may be from then on: both where no answer comes. */
async function act(known: Known, what: string): Promise<void> {
  const of = `photo_id=${known.ids.photo_id}`;
  if (what === "update" || what === "update-upload-token") {
    const title = crypto.randomUUID();
    known.title.push(title);
    const by = what === "update" ? of : `upload_token=${known.uploadToken}`;
    const answer = await call(what, `${by}&title=${title}`).catch(() => undefined);
    // The body may be cut, but the change was made when there is a status.
    if (answer?.status === 200) known.title = [title];
    return;
  }
  const { from = [], to = "shown" } = BECOMES[what] ?? {};
  const before = known.may;
  const could = before.some((state) => from.includes(state));
  known.may = could ? [...new Set([...before, to])] : before;
  const path = what === "remove" ? `${of}&permanently=1` : of;
  const answer = await call(what === "remove" ? "delete" : what, path).catch(() => undefined);
  if (answer?.status === 200) known.may = [to];
  else if (answer) {
    expect(answer.status).toBe(404);
    known.may = before.filter((state) => !from.includes(state));
  }
}

async function stateOf({ ids }: Known): Promise<State> {
  const [row] = rowsOf<{ deleted_at: number | null }>(
    server,
    `select deleted_at from photos where id = ${ids.photo_id}`,
  );
  return row ? (row.deleted_at === null ? "shown" : "trashed") : "removed";
}

async function requireTrue(known: Known): Promise<void> {
  const state = await stateOf(known);
  if (!known.may.includes(state)) {
    throw new Error(`photo ${known.ids.photo_id} is ${state}, not ${known.may.join(" or ")}`);
  }
  const original = await fetchOriginal(site, known.ids);
  expect(original.status).toBe(state === "shown" ? 200 : 404);
  if (state === "shown") expect(await original.bytes()).toEqual(known.bytes);
  const [row] = rowsOf<{ title: string }>(
    server,
    `select title from photos where id = ${known.ids.photo_id}`,
  );
  if (row) expect(known.title).toContain(row.title);
  // From here on it is known again.
  known.may = [state];
  if (row) known.title = [row.title];
}

test(`killed at any moment, ${ROUNDS} times: all that was answered holds`, async () => {
  const seed = readSeed();
  console.log(`delete-kill.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  const photos: Known[] = [];
  let answered = 0;
  let cut = 0;
  server = await startServer();
  for (let round = 0; round < ROUNDS; round += 1) {
    let dead = false;
    const limit = random.between(20, 60);
    let acts = 0;
    const client = async (number: number) => {
      const own = photos.filter((_, index) => index % CLIENTS === number);
      for (let made = 0; made < 4; made += 1) {
        const known = await upload(photos.length).catch(() => undefined);
        if (!known) return;
        photos.push(known);
        own.push(known);
      }
      while (!dead) {
        const known = own[random.between(0, own.length - 1)];
        if (!known) return;
        const whats = ["delete", "delete", "restore", "remove", "update", "update-upload-token"];
        await act(known, whats[random.between(0, whats.length - 1)] ?? "");
        acts += 1;
        if (!dead) answered += 1;
        if (acts >= limit && !dead) {
          dead = true;
          await Bun.sleep(random.between(0, 3));
          await server.kill("SIGKILL");
        }
      }
    };
    // A photo is one client's, so that what is answered has an order.
    const shared = Array.from({ length: CLIENTS }, (_, number) => client(number));
    await Promise.all(shared);
    if (!dead) await server.kill("SIGKILL");
    cut += photos.filter(({ may }) => may.length > 1).length;
    server = await startServer({ folder: server.folder });
    await settled();
    for (const known of photos) await requireTrue(known);
    // Photos whose answer was cut are on record, too.
    expect(await disagreements(server)).toEqual([]);
  }
  console.log(`delete-kill.test.ts: ${JSON.stringify({ answered, cut, photos: photos.length })}`);
  expect(answered).toBeGreaterThan(ROUNDS * 15);
}, 120_000);

const reason = whyNotTraced();
if (reason) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("killed at a system call of a removal", () => {
  test.each(["unlink,unlinkat", "rmdir", "fsync"])("%s: the next start ends it", async (calls) => {
    server = await startServer({ env: { REDEEM_KEEP_DELETED: "0" } });
    const [gone, kept] = [await upload(1), await upload(2)];
    const faults = calls.split(",").map((name) => `${name}:signal=SIGKILL`);
    await inject(server, faults);
    // The server has no answer left to give.
    const answer = await call("delete", `photo_id=${gone.ids.photo_id}&permanently=1`).catch(
      () => 0,
    );
    expect(answer).toBe(0);
    await server.process.exited;
    server = await startServer({ folder: server.folder });
    await settled();
    gone.may = calls === "fsync" ? ["shown", "removed"] : ["removed"];
    for (const known of [gone, kept]) await requireTrue(known);
    expect(await disagreements(server)).toEqual([]);
  });
});
