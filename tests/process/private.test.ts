import { expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../commands/run.ts";
import { pieces } from "../support/chunks.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sendPiece, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { startServer } from "../support/server.ts";

/** Issue 7, 15: nobody else on the machine reads anything, whoever made the data folder. */

/** What others may read, enter or write, below a folder and itself. */
async function openToOthers(folder: string): Promise<string[]> {
  const names = [".", ...(await readdir(folder, { recursive: true }))];
  // What has been removed since it was listed is open to nobody.
  const modeOf = async (name: string) =>
    (await stat(join(folder, name)).catch(() => undefined))?.mode;
  const modes = await Promise.all(names.map(modeOf));
  return names.filter((_, at) => ((modes[at] ?? 0) & 0o077) !== 0).toSorted();
}

async function folderOf0755(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "redeem-open-"));
  await chmod(folder, 0o755);
  return folder;
}

test("a folder made beforehand with 0755: it and all in it is the server's alone", async () => {
  const server = await startServer({ folder: await folderOf0755() });
  try {
    await sendWhole(server, await server.token(), png());
    expect(await openToOthers(server.folder)).toEqual([]);
  } finally {
    await server.stop();
  }
});

test("rights that an earlier server left are mended at the start", async () => {
  const first = await startServer({ folder: await folderOf0755() });
  await first.kill("SIGKILL");
  const left = ["redeem.db", "redeem.db-wal", "redeem.db-shm", "secret", "lock"];
  for (const name of left) await chmod(join(first.folder, name), 0o644);
  for (const name of [".", "photos", "uploads", "spool"]) {
    await chmod(join(first.folder, name), 0o755);
  }
  expect((await openToOthers(first.folder)).length).toBe(9);
  const second = await startServer({ folder: first.folder });
  try {
    expect(await openToOthers(second.folder)).toEqual([]);
  } finally {
    await second.stop();
  }
});

test("commands make what they make for their user alone as well", async () => {
  const folder = join(await folderOf0755(), "data");
  await mkdir(folder, { mode: 0o755 });
  await run(folder, ["key", "create", "--level", "write", "--name", "a"]);
  expect(await readdir(folder)).toContain("redeem.db");
  expect(await openToOthers(folder)).toEqual([]);
  await rm(join(folder, ".."), { recursive: true });
});

test("folders that are links to another disk work, and are closed where they lead to", async () => {
  const disk = await folderOf0755();
  const folder = await folderOf0755();
  for (const name of ["photos", "uploads", "spool"]) {
    await mkdir(join(disk, name), { mode: 0o755 });
    await symlink(join(disk, name), join(folder, name));
  }
  const file = mp4(30_000);
  const plan = { identifier: "l", filename: "l.mp4", chunkSize: 10_000, totalSize: file.length };
  const first = await startServer({ folder });
  const token = await first.token();
  const [one, ...others] = pieces(plan);
  if (one) await sendPiece(first, token, plan, one, file);
  await first.kill("SIGKILL");
  const second = await startServer({ folder });
  try {
    for (const piece of others) {
      expect((await sendPiece(second, token, plan, piece, file)).status).toBe(200);
    }
    const [photo] = photosOf(second);
    expect(photo && (await storedHash(second, photo))).toBe(sha256(file));
    for (const name of ["photos", "uploads", "spool"]) {
      expect(await openToOthers(join(disk, name))).toEqual([]);
    }
  } finally {
    await second.stop();
    await rm(disk, { recursive: true });
  }
});
