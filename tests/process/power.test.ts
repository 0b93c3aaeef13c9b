import { afterEach, expect, test } from "bun:test";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { chunkFields, chunkForm, pieces, type Piece, type Plan } from "../support/chunks.ts";
import { mp4 } from "../support/media.ts";
import { pathOf, photosOf } from "../support/over-http.ts";
import { startServer, type TestServer } from "../support/server.ts";

/**
 * A power cut, as far as it can be had without one: the process is killed, another boot is written
 * into the database, and whatever was not marked as synced is overwritten in the file, as if it had
 * never left the system's memory.
 */
let server: TestServer;
afterEach(() => server.stop());

const file = mp4(6_000_000, 7);
const plan: Plan = {
  identifier: "film",
  filename: "film.mp4",
  chunkSize: 500_000,
  totalSize: file.length,
};

async function send(token: string, piece: Piece): Promise<Response> {
  return fetch(`${server.url}/api/2/photo/redeem-upload-token`, {
    method: "POST",
    body: chunkForm(token, plan, piece, file),
  });
}

async function isStored(token: string, piece: Piece): Promise<boolean> {
  const query = new URLSearchParams([...chunkFields(plan, piece.number), ["upload_token", token]]);
  return (await fetch(`${server.url}/api/2/photo/redeem-upload-token?${query}`)).status === 200;
}

/** @returns how many bytes were lost */
async function cutPower(folder: string): Promise<number> {
  await server.kill("SIGKILL");
  const database = new Database(join(folder, "redeem.db"));
  database.prepare("update facts set value = 'another boot' where name = 'boot'").run();
  const chunks = database
    .prepare(
      "select file, start, length from chunks join uploads on id = upload_id where synced = 0",
    )
    .all() as { file: string; start: number; length: number }[];
  database.close();
  let lost = 0;
  for (const { file: name, start, length } of chunks) {
    const handle = await open(join(folder, "uploads", name), "r+");
    await handle.write(Buffer.alloc(length), 0, length, start);
    await handle.close();
    lost += length;
  }
  return lost;
}

test("chunks that may not have reached the disk are forgotten, and the file is whole in the end", async () => {
  server = await startServer();
  const { folder } = server;
  const token = await server.token();
  const all = pieces(plan);
  const early = all.slice(0, -2);
  await Promise.all(
    early.map(async (piece) => expect((await send(token, piece)).status).toBe(200)),
  );
  const lost = await cutPower(folder);

  server = await startServer({ folder });
  const stored = await Promise.all(all.map((piece) => isStored(token, piece)));
  const there = all.filter((_, index) => stored[index]);
  const bytes = there.reduce((sum, piece) => sum + piece.end - piece.start, 0);
  expect(bytes).toBe(early.reduce((sum, piece) => sum + piece.end - piece.start, 0) - lost);

  let last: Response | undefined;
  for (const piece of all.filter((_, index) => !stored[index])) last = await send(token, piece);
  const photo = (await last?.json()) as { tree_id: number; photo_id: number; token: string };
  const path = `${photo.tree_id}/${photo.photo_id}/${photo.token}/original`;
  const original = await (await fetch(`${server.url}/${path}`)).arrayBuffer();
  expect(Buffer.from(original).equals(file)).toBe(true);
});

test("a photo whose answer was given is there, also in another boot", async () => {
  server = await startServer();
  const { folder } = server;
  const token = await server.token();
  let last: Response | undefined;
  for (const piece of pieces(plan)) last = await send(token, piece);
  const photo = (await last?.json()) as { tree_id: number; photo_id: number };
  await cutPower(folder);
  server = await startServer({ folder, env: { REDEEM_PUBLIC_LIST: "1" } });
  const [stored] = photosOf(server);
  if (!stored) throw new Error("there is no photo");
  const path = pathOf(server, stored);
  expect((await stat(path)).size).toBe(file.length);
  expect(Buffer.from(await Bun.file(path).arrayBuffer()).equals(file)).toBe(true);
  const list = await fetch(`${server.url}/api/2/photo/list?photo_id=${photo.photo_id}`);
  expect(((await list.json()) as { total_count: number }).total_count).toBe(1);
});
