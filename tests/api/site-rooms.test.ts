import { expect, test } from "bun:test";
import { version } from "../../package.json";
import { addKey } from "../../src/api-keys.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, photoIn, redeem, sendChunk } from "../support/redeem.ts";

/** site/storage and site/health (protocol 6.3). */

const site = siteForEach({ REDEEM_RESERVE: "1MB" });

async function ask<Data>(path: string): Promise<Data> {
  const answer = await site.callWithKey(`/api/2/${path}`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { data: Data }).data;
}

type Storage = Record<string, number> & {
  by_album: Record<string, number | string>[];
  by_token: Record<string, number | string>[];
};

async function sendByKey(bytes: Uint8Array<ArrayBuffer>, fields = ""): Promise<number> {
  const form = new FormData();
  form.append("file", new Blob([bytes]), "a.png");
  const path = `/api/2/photo/upload?${fields}`;
  return (await photoIn(await site.callWithKey(path, { method: "POST", body: form }))).photo_id;
}

const plan: Plan = { identifier: "250-a", filename: "a.png", chunkSize: 100, totalSize: 250 };

test("storage is told by kind, by album and by link", async () => {
  const album = await ask<{ album_id: number }>("album/create?title=Summer");
  const token = await site.token({ title: "Party", max_uploads: 9, album_id: album.album_id });
  await redeem(site, fileForm(token, png(1000)));
  await redeem(site, fileForm(token, png(2000)));
  await redeem(site, fileForm(await site.token({ title: "Other" }), png(500)));
  await sendByKey(png(300));
  await sendByKey(png(400));
  const trashed = await sendByKey(png(700));
  await ask(`photo/delete?photo_id=${trashed}`);
  const [piece] = pieces(plan);
  if (!piece) throw new Error("no chunk");
  await sendChunk(site, token, plan, piece, png(250));

  const storage = await ask<Storage>("site/storage");
  expect(storage).toMatchObject({
    used: 4200 + 700 + 100,
    originals: 4200,
    trash: 700,
    thumbnails: 0,
    unfinished: 100,
    photos: 5,
    trashed_photos: 1,
    reserve: 1_000_000,
    by_album: [{ album_id: album.album_id, title: "Summer", bytes: 3000, photos: 2 }],
    by_token: [
      { token_id: expect.any(Number), title: "Party", bytes: 3000, photos: 2 },
      { token_id: 0, title: "", bytes: 700, photos: 2 },
      { token_id: expect.any(Number), title: "Other", bytes: 500, photos: 1 },
    ],
  });
  expect(storage["free"]).toBeGreaterThan(0);
  expect(Math.abs((storage["at"] ?? 0) - site.site.now() / 1000)).toBeLessThan(5);
});

test("health says what waits", async () => {
  const token = await site.token({ max_uploads: 9 });
  await redeem(site, fileForm(token, png(1000)));
  const [piece] = pieces(plan);
  if (!piece) throw new Error("no chunk");
  await sendChunk(site, token, plan, piece, png(250));
  await site.site.hasher.idle();
  const health = await ask<Record<string, unknown>>("site/health");
  expect(health).toMatchObject({
    version,
    uploads_under_way: 1,
    deliveries_pending: 0,
    deliveries_given_up: 0,
    // Nobody makes any in this process.
    media_waiting: 1,
    hashes_waiting: 0,
    reserve: 1_000_000,
    public_list_p: false,
  });
  expect(health["memory"]).toBeGreaterThan(1_000_000);
  expect(health["disk_free"]).toBeGreaterThan(0);
  site.advance(6 * 60_000);
  expect((await ask<Record<string, unknown>>("site/health"))["uploads_under_way"]).toBe(0);
});

test("both need level admin", async () => {
  const { secret } = await addKey(site.site.records, "write", "writer");
  const headers = { authorization: `Bearer ${secret}` };
  for (const method of ["storage", "health"]) {
    expect((await site.call(`/api/2/site/${method}`, { headers })).status).toBe(403);
  }
});
