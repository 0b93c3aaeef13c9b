import { afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createHasher } from "../../src/integrity/hasher.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { mp4, png } from "../support/media.ts";
import { pathOf, photosOf, sendWhole } from "../support/over-http.ts";
import { until } from "../support/remains.ts";
import { fileForm, photoIn, redeem, sendChunk } from "../support/redeem.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** The SHA-256 of originals, made behind the answers of their uploads. */

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const hashes = (of: { folder: string }) =>
  rowsOf<{ sha256: string | null }>(of, "select sha256 from originals order by id").map(
    ({ sha256 }) => sha256,
  );

function forget(folder: string, where = "1"): void {
  const client = new Database(join(folder, "redeem.db"));
  client.exec(`update originals set sha256 = null where ${where}`);
  client.close();
}

describe("a site", () => {
  const site = siteForEach();
  const send = async (bytes: Uint8Array<ArrayBuffer>) =>
    photoIn(await redeem(site, fileForm(await site.token(), bytes)));

  test("hashes a file of chunks as it is complete, whatever their order", async () => {
    const bytes = png(1_000_003, 5);
    const plan: Plan = {
      identifier: "f",
      filename: "f.png",
      chunkSize: 90_000,
      totalSize: 1_000_003,
    };
    const token = await site.token();
    const chunks = pieces(plan);
    const [first, second] = chunks;
    for (const piece of [...chunks.toReversed().slice(0, -2), second, second, first]) {
      if (piece) expect((await sendChunk(site, token, plan, piece, bytes)).status).toBe(200);
    }
    await site.site.hasher.idle();
    expect(hashes(site)).toEqual([hashOf(bytes)]);
  });

  test("hashes what an earlier version has left without, new photos first", async () => {
    const old = [1, 2, 3].map((seed) => png(50_000, seed));
    for (const bytes of old) await send(bytes);
    await site.restart(() => forget(site.folder));
    await site.site.hasher.idle();
    expect(hashes(site)).toEqual(old.map(hashOf));
    const next = png(60_000, 9);
    await send(next);
    await site.site.hasher.idle();
    expect(hashes(site)).toEqual([...old, next].map(hashOf));
  });

  test("passes over what is missing or has another size, goes on, and tries again at the next start", async () => {
    const all = [1, 2, 3].map((seed) => png(50_000, seed));
    for (const bytes of all) await send(bytes);
    const [one, two] = photosOf(site as never);
    const [first, second] = [one, two].map((photo) => pathOf(site, photo as never));
    await site.restart(async () => {
      forget(site.folder);
      await rename(first as string, `${site.folder}/away`);
      await Bun.write(second as string, "other");
    });
    await site.site.hasher.idle();
    expect(hashes(site)).toEqual([null, null, hashOf(all[2] as Uint8Array)]);
    await site.restart(async () => {
      await rename(`${site.folder}/away`, first as string);
      await Bun.write(second as string, all[1] as Uint8Array);
    });
    await site.site.hasher.idle();
    expect(hashes(site)).toEqual(all.map(hashOf));
  });

  test("hashes nothing of a photo that was replaced or removed, and says nothing of it", async () => {
    const { photo_id } = await send(png(50_000, 1));
    await site.site.hasher.idle();
    forget(site.folder);
    const { records, files } = site.site;
    const stored = await records.photos.byId(photo_id);
    if (!stored) throw new Error("It is not there");
    const said: unknown[] = [];
    const slice = await records.originals.after(0, 10, true);
    await records.photos.transact(photo_id, site.site.now(), () => ({
      changes: [{ kind: "remove" }],
      value: undefined,
    }));
    await rm(pathOf(site, { ...stored, file: stored.original.file } as never));
    const hasher = await createHasher({
      records: {
        // It was looked up before it was removed.
        originals: { ...records.originals, after: async (id) => (id === 0 ? slice : undefined) },
      },
      files,
      events: { emit: (event) => said.push(event) },
      isReceiving: () => false,
    });
    await hasher.idle();
    await hasher.stop();
    expect(slice?.originals).toHaveLength(1);
    expect(said).toEqual([]);
  });

  test("rests ten times as long beside receiving as without", async () => {
    await send(mp4(64 * 1024 * 1024));
    await site.site.hasher.idle();
    const { records, files } = site.site;
    const timed = async (receiving: boolean) => {
      forget(site.folder);
      const began = performance.now();
      const hasher = await createHasher({
        records,
        files,
        events: { emit: () => undefined },
        isReceiving: () => receiving,
        patienceMs: 0,
      });
      await hasher.idle();
      await hasher.stop();
      expect(hashes(site)).not.toContain(null);
      return performance.now() - began;
    };
    const alone = await timed(false);
    const beside = await timed(true);
    expect(beside / alone).toBeGreaterThan(4);
  });

  test("waits for files that come in, and goes on when none does", async () => {
    const bytes = png(2_000_000);
    await send(bytes);
    await site.site.hasher.idle();
    forget(site.folder);
    const { records, files } = site.site;
    let looks = 0;
    let seen: unknown;
    const hasher = await createHasher({
      records,
      files,
      events: { emit: () => undefined },
      isReceiving: () => {
        looks += 1;
        if (looks === 5) seen = hashes(site);
        return looks <= 5;
      },
    });
    await hasher.idle();
    await hasher.stop();
    expect(seen).toEqual([null]);
    expect(hashes(site)).toEqual([hashOf(bytes)]);
  });

  test("stops in the middle of a file, and begins it again", async () => {
    const bytes = png(3_000_000);
    await send(bytes);
    await site.site.hasher.idle();
    forget(site.folder);
    const { records, files } = site.site;
    let looks = 0;
    let stopped: Promise<void> | undefined;
    const hasher = await createHasher({
      records,
      files,
      events: { emit: () => undefined },
      // Asked between two slices, of which the file has twelve.
      isReceiving: () => {
        looks += 1;
        if (looks === 6) stopped = hasher.stop();
        return false;
      },
    });
    await hasher.idle();
    await stopped;
    expect(looks).toBeLessThan(8);
    expect(hashes(site)).toEqual([null]);
    await site.restart();
    await site.site.hasher.idle();
    expect(hashes(site)).toEqual([hashOf(bytes)]);
  });

  test("lets go of a photo that is removed while it is read, and of no other", async () => {
    const photo = await send(png(3_000_000));
    const other = png(50_000, 2);
    await send(other);
    await site.site.hasher.idle();
    forget(site.folder);
    const { records, files } = site.site;
    const told: string[] = [];
    let looks = 0;
    const hasher = await createHasher({
      records,
      files,
      events: { emit: ({ kind }) => void told.push(kind) },
      isReceiving: () => {
        looks += 1;
        if (looks === 4) hasher.leave(photo.photo_id + 1);
        if (looks === 6) hasher.leave(photo.photo_id);
        return false;
      },
    });
    await hasher.idle();
    expect(looks).toBeLessThan(12);
    expect(hashes(site)).toEqual([null, hashOf(other)]);
    expect(told).toEqual([]);
    await hasher.stop();
  });
});

describe("a server process", () => {
  let server: TestServer | undefined;
  afterEach(() => server?.stop());

  test("that is killed while it hashes leaves nothing wrong, and the next one goes on", async () => {
    server = await startServer();
    const { folder } = server;
    const all = [mp4(300 * 1024 * 1024, 1), png(100_000, 2)];
    const token = await server.token({ max_uploads: 2 });
    for (const bytes of all) expect((await sendWhole(server, token, bytes)).status).toBe(200);
    await server.kill("SIGKILL");
    expect(hashes({ folder })).toContain(null);
    server = await startServer({ folder });
    await until("all are hashed", () => !hashes({ folder }).includes(null));
    expect(hashes({ folder })).toEqual(all.map(hashOf));
  });
});
