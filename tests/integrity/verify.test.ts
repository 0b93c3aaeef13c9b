import { expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { verifyArchive, type Finding } from "../../src/integrity/verify.ts";
import type { Photo } from "../../src/records/records.ts";
import { decided, newUpload, photoOf } from "../records/given.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, photoIn, redeem } from "../support/redeem.ts";

/** What happens to photos while every original is read again. */

const site = siteForEach();

async function send(seed: number): Promise<Photo> {
  const answer = await redeem(
    site,
    fileForm(await site.token({ max_uploads: 9 }), png(9000, seed)),
  );
  const { photo_id } = await photoIn(answer);
  return required(await site.site.records.photos.byId(photo_id));
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("It is not there");
  return value;
}

const pathOf = ({ treeId, id, original }: Photo) =>
  join(site.folder, "photos", String(treeId), String(id), original.file);

/** Verifies, and does something once the first original was read: all others have been looked up by then. */
async function verifyDuring(work: () => Promise<void>) {
  const { records, files } = site.site;
  const findings: Finding[] = [];
  const sound: number[] = [];
  let working: Promise<void> | undefined;
  const report = await verifyArchive({
    records,
    files,
    onFinding: (finding) => findings.push(finding),
    onSound: async ({ photoId }) => {
      sound.push(photoId);
      await (working ??= work());
    },
  });
  return { report, findings, sound };
}

test("a photo that is removed meanwhile is no damage, nor is one in the trash", async () => {
  const photos = await Promise.all([1, 2, 3, 4, 5].map(send));
  const [, , , trashed, removed] = photos.toSorted((a, b) => a.id - b.id) as Photo[];
  const { records, now } = { records: site.site.records, now: site.site.now() };
  const { report, findings, sound } = await verifyDuring(async () => {
    await records.photos.transact(required(removed).id, now, () => ({
      changes: [{ kind: "remove" }],
      value: undefined,
    }));
    await rm(pathOf(required(removed)));
    await records.photos.transact(required(trashed).id, now, () => ({
      changes: [{ kind: "trash" }],
      value: undefined,
    }));
  });
  expect(findings).toEqual([]);
  expect(report).toMatchObject({ originals: 4, missing: 0, damaged: 0, removals: 1 });
  expect(sound.toSorted()).toEqual([1, 2, 3, 4]);
});

test("a photo that is replaced meanwhile is no damage", async () => {
  const photos = await Promise.all([1, 2, 3, 4].map(send));
  const last = required(photos.find(({ id }) => id === 4));
  const { records, files, now } = site.site;
  const bytes = png(7000, 9);
  const { report, findings } = await verifyDuring(async () => {
    const upload = { ...newUpload("r"), file: "abcdefghijklmnopqrstuvwx", replaces: last.id };
    const begun = await records.uploads.transact(
      { tokenId: last.tokenId, identity: upload.identity },
      now(),
      () => decided(undefined, { kind: "begin", upload }),
    );
    const sink = await files.staging.write(upload.file, 0, { create: true });
    await sink.write(bytes);
    await sink.close();
    const { photo } = await records.uploads.transact({ id: required(begun.upload).id }, now(), () =>
      decided(undefined, photoOf(null, bytes.length)),
    );
    await files.originals.place({
      ...required(photo).original,
      treeId: last.treeId,
      photoId: last.id,
    });
    await rm(pathOf(last));
  });
  expect(findings).toEqual([]);
  // The new bytes were read, too: they have a later id.
  expect(report).toMatchObject({ originals: 4, missing: 0, damaged: 0, leftOver: 0, removals: 1 });
  expect((await verifyDuring(async () => undefined)).report).toMatchObject({
    originals: 4,
    hashed: 0,
    missing: 0,
  });
});

test("damage is found, and asked for anew is nothing of it", async () => {
  await Promise.all([1, 2, 3].map(send));
  await site.site.hasher.idle();
  const photo = required(await site.site.records.photos.byId(2));
  await Bun.write(pathOf(photo), png(9000, 77));
  const { report, findings, sound } = await verifyDuring(async () => undefined);
  expect(report).toMatchObject({ originals: 3, damaged: 1 });
  expect(findings).toMatchObject([{ kind: "other hash", photo: 2 }]);
  expect(sound.toSorted()).toEqual([1, 3]);
});
