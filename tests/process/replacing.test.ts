import { afterEach, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pieces } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { photosOf, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { photoIn, type PhotoIds } from "../support/redeem.ts";
import { until } from "../support/remains.ts";
import { pieceForm, planOf, wholeForm } from "../support/replacing.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { API_KEY } from "../support/site.ts";
import { readSeed, seeded, type Random } from "../soak/random.ts";

/** Photos whose bytes are replaced while others read them, and while the server dies. */

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(folder?: string): Promise<TestServer> {
  const server = await startServer(folder === undefined ? {} : { folder });
  servers.push(server);
  return server;
}

const KEY = { authorization: `Bearer ${API_KEY}` };

/** Each file of a series is another one, of another length. */
const fileOf = (series: number, version: number) =>
  png(40_000 + 7919 * version + series, 1 + 1000 * series + version);

async function addPhoto(server: TestServer, series: number): Promise<PhotoIds> {
  return photoIn(await sendWhole(server, await server.token(), fileOf(series, 0)));
}

/** Sends a replacement whole, or in chunks. @returns whether the photo was answered */
function replaceOnce(
  server: TestServer,
  { photo_id: id }: PhotoIds,
  bytes: Uint8Array<ArrayBuffer>,
  inChunks: boolean,
): Promise<boolean> {
  return sendOnce(`${server.url}/api/2/photo/replace`, { photo_id: id }, bytes, inChunks);
}

async function sendOnce(
  url: string,
  fields: Record<string, number>,
  bytes: Uint8Array<ArrayBuffer>,
  inChunks: boolean,
): Promise<boolean> {
  const send = (body: FormData) =>
    fetch(url, { method: "POST", body, headers: KEY, keepalive: false });
  if (!inChunks) return (await send(wholeForm(fields, bytes))).status === 200;
  const plan = planOf(bytes, `v${bytes.length}`, 16_384);
  let done = false;
  const answers = await Promise.all(
    pieces(plan).map(async (piece) => {
      const answer = await send(pieceForm(fields, plan, piece, bytes));
      if (answer.status === 200 && (await answer.text()) !== "ok") done = true;
      return answer.status;
    }),
  );
  return done && answers.every((status) => status === 200);
}

async function readPhoto(server: TestServer, photo: PhotoIds): Promise<string> {
  const { tree_id: tree, photo_id: id, token } = photo;
  const answer = await fetch(`${server.url}/${tree}/${id}/${token}/original`, { keepalive: false });
  if (answer.status !== 200) throw new Error(`the original is answered ${answer.status}`);
  return sha256(await answer.bytes());
}

test("readers get whole old or whole new bytes, never older ones than before", async () => {
  const server = await start();
  const photo = await addPhoto(server, 1);
  const versions = 12;
  const hashes = Array.from({ length: versions + 1 }, (_, version) => sha256(fileOf(1, version)));
  const state = { over: false };
  let reads = 0;
  const readers = Array.from({ length: 4 }, async () => {
    let newest = 0;
    while (!state.over) {
      const version = hashes.indexOf(await readPhoto(server, photo));
      expect(version).toBeGreaterThanOrEqual(newest);
      newest = version;
      reads += 1;
    }
    return newest;
  });
  for (let version = 1; version <= versions; version += 1) {
    expect(await replaceOnce(server, photo, fileOf(1, version), version % 2 === 0)).toBe(true);
    // What was answered is what everybody gets.
    expect(hashes.indexOf(await readPhoto(server, photo))).toBe(version);
  }
  state.over = true;
  expect(Math.max(...(await Promise.all(readers)))).toBe(versions);
  expect(reads).toBeGreaterThan(versions);
});

/** Somebody who replaces one photo again and again, and sends what was not answered until it is. */
type Replacer = { photo: PhotoIds; series: number; answered: number; sent: number };

async function keepReplacing(replacer: Replacer, current: Current, random: Random): Promise<void> {
  const { photo, series } = replacer;
  while (!current.over) {
    const version = replacer.answered + 1;
    replacer.sent = version;
    const server = await current.server;
    const inChunks = random.chance(0.7);
    const done = await replaceOnce(server, photo, fileOf(series, version), inChunks).catch(
      () => false,
    );
    if (done) replacer.answered = version;
  }
}

/** Somebody who uploads one file after the other in chunks, each until it is answered. */
async function keepUploading(current: Current): Promise<void> {
  while (!current.over) {
    const file = fileOf(9, current.uploaded + 1);
    for (let done = false; !done;) {
      const server = await current.server;
      done = await sendOnce(`${server.url}/api/2/photo/upload`, {}, file, true).catch(() => false);
    }
    current.uploaded += 1;
  }
}

type Current = { server: Promise<TestServer>; over: boolean; uploaded: number };

test("killed at any moment: each photo has whole bytes, no older ones than were answered, and each upload is one photo", async () => {
  const seed = readSeed();
  console.log(`replacing.test.ts: REDEEM_TEST_SEED=${seed}`);
  const random = seeded(seed);
  let server = await start();
  const replacers: Replacer[] = [];
  for (const series of [1, 2, 3]) {
    const photo = await addPhoto(server, series);
    replacers.push({ photo, series, answered: 0, sent: 0 });
  }
  const current: Current = { server: Promise.resolve(server), over: false, uploaded: 0 };
  const working = replacers.map((one, index) => keepReplacing(one, current, random.fork(index)));
  const uploading = keepUploading(current);
  const rounds = 8;
  for (let round = 0; round < rounds; round += 1) {
    await Bun.sleep(random.between(20, 250));
    const next = Promise.withResolvers<TestServer>();
    current.server = next.promise;
    await server.kill("SIGKILL");
    const promised = replacers.map(({ answered, sent }) => ({ answered, sent }));
    server = await start(server.folder);
    for (const [index, { photo, series }] of replacers.entries()) {
      const { answered, sent } = promised[index] ?? { answered: 0, sent: 0 };
      const allowed = [answered, sent].map((version) => sha256(fileOf(series, version)));
      expect(allowed).toContain(await readPhoto(server, photo));
      expect(allowed).toContain(await storedHash(server, { id: photo.photo_id }));
    }
    next.resolve(server);
  }
  // However slow the machine is: some of each are answered before it ends.
  await until("each has come on", () =>
    [...replacers.map(({ answered }) => answered), current.uploaded].every(
      (count) => count > rounds / 4,
    ),
  );
  current.over = true;
  await Promise.all([...working, uploading]);
  // Each file that came with a key is one photo, however often it was sent.
  expect(photosOf(server)).toHaveLength(replacers.length + current.uploaded);

  // Files of photos are their originals, and those that wait for their removal.
  await until("all that lies there is known", async () => {
    const known = rowsOf<{ file: string }>(
      server,
      `select originals.file from photos join originals on originals.id = original_id
        union all select file from removals`,
    );
    const lying = await filesLyingIn(server);
    return Bun.deepEquals(lying.toSorted(), known.map(({ file }) => file).toSorted());
  });
}, 120_000);

/** Files of photos, and of uploads that are over. */
async function filesLyingIn(server: TestServer): Promise<string[]> {
  const lying: string[] = [];
  for (const { treeId, id } of photosOf(server)) {
    lying.push(...(await readdir(join(server.folder, "photos", String(treeId), String(id)))));
  }
  const staged = await readdir(join(server.folder, "uploads"));
  const receiving = rowsOf<{ file: string }>(
    server,
    "select file from uploads where state in ('receiving', 'finalizing')",
  );
  return [...lying, ...staged.filter((name) => !receiving.some(({ file }) => file === name))];
}
