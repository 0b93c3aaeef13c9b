import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { hashSecret } from "../../src/random.ts";
import type { Identity } from "../../src/records/records.ts";
import { placeOf } from "../../src/upload/drop.ts";
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
  const sink = await site.site.files.write(name, second.start, { create: false });
  await sink.write(bytes.slice(second.start));
  await sink.flush();
  await sink.close();
  const recorded = await site.site.records.uploads.recordChunk({
    uploadId: id,
    range: { start: second.start, length: second.end - second.start },
    extra: { late: "yes" },
    type: null,
    now: site.site.now(),
  });
  expect(recorded).toMatchObject({ received: plan.totalSize });
  return id;
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
      photo_id: String(id),
      order: "7",
      late: "yes",
    });
    const ids = { photo_id: id, tree_id: Number(fields["tree_id"]), token: fields["token"] ?? "" };
    expect(await originalOf(site, ids)).toEqual(file);
    // The client that comes again is told the same.
    const line = await (await sendChunk(site, token, plan, second, file)).text();
    expect(line).toStartWith(`ok redeem.test ${ids.tree_id} ${id} ${ids.token} `);
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

  test("whose file was already kept, but not its record", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, first, file);
    const id = await recordLast(token);
    await site.site.files.keep(placeOf(await uploadOf(token)), plan.totalSize);
    await site.restart();
    const photo = await photoIn(await askChunk(site, token, plan, 1));
    expect(photo.photo_id).toBe(id);
    expect(await originalOf(site, photo)).toEqual(file);
  });

  test("that is no photo fails, and its backend is told", async () => {
    const text = textFile(2500);
    const token = await site.token({ return_url: receiver.url, background_return_p: 1 });
    expect((await sendChunk(site, token, plan, first, file)).status).toBe(200);
    // As if chunk 1 had been taken by a version that knew more types.
    const { file: name } = await uploadOf(token);
    const sink = await site.site.files.write(name, 0, { create: false });
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
    const begun = await site.site.records.uploads.beginWhole({
      tokenId: known?.id ?? 0,
      filename: "a.png",
      now: site.site.now(),
    });
    const spool = await site.site.files.spool();
    await spool.write(file);
    await site.site.files.adopt(spool, begun.reserved ? begun.upload.file : "");
    await site.restart();
    expect(await site.site.files.names()).toEqual([]);
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
    expect(await site.site.files.names()).toEqual([]);
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

test("a file moved to the photos before a power cut, and not recorded, comes back and is whole", async () => {
  const token = await site.token();
  await sendChunk(site, token, plan, first, file);
  await recordLast(token);
  const { files, records } = site.site;
  await files.keep(placeOf(await uploadOf(token)), plan.totalSize);
  // The machine boots anew, and what was not surely on the disk is forgotten.
  await records.enterBoot("another boot");
  expect((await askChunk(site, token, plan, 2)).status).toBe(204);
  await site.restart();
  expect((await sendChunk(site, token, plan, first, file)).status).toBe(200);
  const photo = await photoIn(await sendChunk(site, token, plan, second, file));
  expect(await originalOf(site, photo)).toEqual(file);
});
