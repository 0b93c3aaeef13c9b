import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { newFileName } from "../../src/files/names.ts";
import { treeOf } from "../../src/files/trees.ts";
import { hashSecret } from "../../src/random.ts";
import type { Identity } from "../../src/records/records.ts";
import { decideReservation } from "../../src/upload/upload-rules.ts";
import { deliveriesOf } from "../support/database.ts";
import { png, textFile } from "../support/media.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import {
  askChunk,
  fileForm,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  sendChunk,
} from "../support/redeem.ts";
import { siteForEach } from "../support/lifetime.ts";

/** What a server finds that was stopped between two steps. */

const site = siteForEach();
let receiver: Receiver;
beforeEach(() => {
  receiver = startReceiver();
});
afterEach(() => receiver.stop());

const file = png(2500);
const plan: Identity = {
  identifier: "i",
  filename: "a.png",
  chunkSize: 1000,
  totalSize: 2500,
};
const first = { number: 1, start: 0, end: 1000 };
const second = { number: 2, start: 1000, end: 2500 };

async function uploadOf(token: string) {
  const { tokens, uploads } = site.site.records;
  const known = await tokens.byHash(hashSecret(token));
  const upload = await uploads.byIdentity(known?.id ?? 0, plan);
  if (!upload) throw new Error("no upload");
  return upload;
}

/** The last chunk is on the disk and recorded, and then the server stops. */
async function recordLast(token: string, bytes = file): Promise<number> {
  const { id, file: name } = await uploadOf(token);
  const sink = await site.site.files.staging.write(name, second.start, { create: false });
  await sink.write(bytes.slice(second.start));
  await sink.flush();
  await sink.close();
  const recorded = await site.site.records.chunks.record({
    uploadId: id,
    range: { start: second.start, length: second.end - second.start },
    extra: { late: "yes" },
    now: site.site.now(),
  });
  expect(recorded).toMatchObject({ received: plan.totalSize });
  return id;
}

/** Moves an upload's file to where earlier versions had it before they recorded the photo: under the upload's id. */
async function moveAsBefore(token: string): Promise<void> {
  const { id, file: name } = await uploadOf(token);
  const place = join(site.folder, "photos", String(treeOf(id)), String(id));
  await mkdir(place, { recursive: true });
  renameSync(join(site.folder, "uploads", name), join(place, name));
}

describe("an upload whose bytes are all recorded", () => {
  test("becomes a photo at the start, and its backend is told with the upload token", async () => {
    const token = await site.token({
      return_url: `${receiver.url}/done`,
      background_return_p: 1,
      order: "7",
    });
    await sendChunk(site, token, plan, first, file);
    const id = await recordLast(token);
    expect(await photoCount(site, token)).toBe(0);
    await site.restart();
    expect(await photoCount(site, token)).toBe(1);
    const [got] = await receiver.got(1);
    const fields = Object.fromEntries(got?.url.searchParams ?? []);
    expect(fields).toMatchObject({
      domain: "redeem.test",
      upload_token: token,
      order: "7",
      late: "yes",
    });
    const ids = {
      photo_id: Number(fields["photo_id"]),
      tree_id: Number(fields["tree_id"]),
      token: fields["token"] ?? "",
    };
    expect((await site.site.records.photos.byUpload(id))?.id).toBe(ids.photo_id);
    expect(await originalOf(site, ids)).toEqual(file);
    // The client that comes again is told the same.
    const line = await (await sendChunk(site, token, plan, second, file)).text();
    expect(line).toStartWith(`ok redeem.test ${ids.tree_id} ${ids.photo_id} ${ids.token} `);
    expect(deliveriesOf(site)).toHaveLength(1);
  });

  test("is completed once, however often the server starts", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    await recordLast(token);
    await site.restart();
    await site.restart();
    expect(await photoCount(site, token)).toBe(1);
    expect((await photoIn(await askChunk(site, token, plan, 1))).photo_id).toBeNumber();
  });

  test("whose file an earlier version has moved to the photos, but not recorded", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    await recordLast(token);
    await moveAsBefore(token);
    await site.restart();
    const photo = await photoIn(await askChunk(site, token, plan, 1));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("that is no photo fails, and its backend is told", async () => {
    const text = textFile(2500);
    const token = await site.token({ return_url: receiver.url, background_return_p: 1 });
    expect((await sendChunk(site, token, plan, first, file)).status).toBe(200);
    // As if chunk 1 had been taken by a version that knew more types.
    const { file: name } = await uploadOf(token);
    const sink = await site.site.files.staging.write(name, 0, { create: false });
    await sink.write(text.slice(0, 1000));
    await sink.flush();
    await sink.close();
    await recordLast(token, text);
    await site.restart();
    const [got] = await receiver.got(1);
    expect(got?.url.searchParams.get("upload_token")).toBe(token);
    expect(got?.url.searchParams.get("error_message")).toContain("not supported");
    expect(await photoCount(site, token)).toBe(0);
    expect((await askChunk(site, token, plan, 1)).status).toBe(204);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
  });
});

/** As a process leaves it that dies while it is finalizing the last upload. */
function leaveFinalizing(): void {
  const database = new Database(join(site.folder, "redeem.db"));
  database.exec(
    "update uploads set state = 'finalizing', lease = 'gone' where id = (select max(id) from uploads)",
  );
  database.close();
}

describe("an upload in whose finalizing the process died", () => {
  test("becomes a photo at the start, whoever held its lease", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    await recordLast(token);
    await site.restart(leaveFinalizing);
    expect(await originalOf(site, await photoIn(await askChunk(site, token, plan, 1)))).toEqual(
      file,
    );
  });

  test("goes on where chunks of it were forgotten", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    await site.restart(leaveFinalizing);
    expect((await askChunk(site, token, plan, 1)).status).toBe(200);
    const photo = await photoIn(await sendChunk(site, token, plan, second, file));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test.each([true, false])(
    "of a whole file is given up, its bytes in place: %p",
    async (inPlace) => {
      const token = await site.token();
      const known = await site.site.records.tokens.byHash(hashSecret(token));
      const { records, files, now } = site.site;
      const beginning = {
        identity: null,
        filename: "a.png",
        file: newFileName(),
        clientInfo: {},
        sealedToken: null,
        whole: { size: file.length, lease: "gone", extra: {} },
      };
      await records.uploads.transact({ tokenId: known?.id ?? 0, identity: null }, now(), (view) =>
        decideReservation(view, beginning, now()),
      );
      const spool = await files.spools.create();
      await spool.write(file);
      if (inPlace) await files.staging.adopt(spool, beginning.file);
      await site.restart();
      // Nobody was told that it is stored: the sender's next try has the use, and makes the only photo.
      expect(await photoCount(site, token)).toBe(0);
      expect((await redeem(site, fileForm(token, file))).status).toBe(200);
      expect(await site.site.files.staging.names()).toEqual([]);
    },
  );
});

describe("what is unfinished", () => {
  test("chunks stay, and the upload goes on", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    await site.restart();
    expect((await askChunk(site, token, plan, 1)).status).toBe(200);
    expect((await askChunk(site, token, plan, 2)).status).toBe(204);
    const photo = await photoIn(await sendChunk(site, token, plan, second, file));
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("a whole file under way is let go of, with its use", async () => {
    const token = await site.token();
    const known = await site.site.records.tokens.byHash(hashSecret(token));
    const { records, files, now } = site.site;
    const beginning = {
      identity: null,
      filename: "a.png",
      file: newFileName(),
      clientInfo: {},
      sealedToken: null,
    };
    await records.uploads.transact({ tokenId: known?.id ?? 0, identity: null }, now(), (view) =>
      decideReservation(view, beginning, now()),
    );
    const spool = await files.spools.create();
    await spool.write(file);
    await files.staging.adopt(spool, beginning.file);
    await site.restart();
    expect(await site.site.files.staging.names()).toEqual([]);
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
  });

  test("spools are removed, bytes without an upload put aside, photos stay", async () => {
    const photo = await photoIn(await redeem(site, fileForm(await site.token(), file)));
    const spool = join(site.folder, "spool", "left");
    await Bun.write(spool, "x");
    await Bun.write(join(site.folder, "uploads", "4711"), "x");
    await mkdir(join(site.folder, "photos", "9"), { recursive: true });
    await site.restart();
    expect(await Bun.file(spool).exists()).toBe(false);
    expect(await readdir(join(site.folder, "lost"))).toEqual(["4711"]);
    expect(await site.site.files.staging.names()).toEqual([]);
    expect(await originalOf(site, photo)).toEqual(file);
  });
});

test("what is in the way of the next photo makes way, and a folder among the spools stops no start", async () => {
  const { folder } = site;
  await mkdir(join(folder, "spool", "somebodys", "own"), { recursive: true });
  await mkdir(join(folder, "photos", "1"), { recursive: true });
  await Bun.write(join(folder, "photos", "1", "1"), "x");
  await site.restart();
  expect(await readdir(join(folder, "lost"))).toEqual(["1"]);
  expect(await readdir(join(folder, "spool"))).toEqual(["somebodys"]);
  const photo = await photoIn(await redeem(site, fileForm(await site.token(), file)));
  expect(photo.photo_id).toBe(1);
});

test("a file that an earlier version moved to the photos before a power cut, and did not record, comes back and is whole", async () => {
  const token = await site.token();
  await sendChunk(site, token, plan, first, file);
  await recordLast(token);
  const { records } = site.site;
  await moveAsBefore(token);
  // The machine boots anew, and what was not surely on the disk is forgotten.
  await records.chunks.enterBoot("another boot");
  expect((await askChunk(site, token, plan, 2)).status).toBe(204);
  await site.restart();
  expect((await sendChunk(site, token, plan, first, file)).status).toBe(200);
  const photo = await photoIn(await sendChunk(site, token, plan, second, file));
  expect(await originalOf(site, photo)).toEqual(file);
});
