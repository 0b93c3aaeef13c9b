import { expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { createRemake } from "../../src/integrity/remake.ts";
import { verifyArchive, type Finding } from "../../src/integrity/verify.ts";
import type { MediaOutcome } from "../../src/records/records.ts";
import { siteForEach } from "../support/lifetime.ts";
import { textFile } from "../support/media.ts";
import { jpeg, quarters } from "../support/pictures.ts";
import type { PhotoIds } from "../support/redeem.ts";
import { sendTo, wholeForm } from "../support/replacing.ts";
import { listed, settled, thumbnailPath, upload } from "../support/thumbnails.ts";

/** Thumbnails that are missing, when every original is read again. */

const site = siteForEach({ REDEEM_MEDIA_WORKERS: "1", REDEEM_FFMPEG: "off", REDEEM_TYPES: "*/*" });

async function verify() {
  const { records, files, now } = site.site;
  const findings: Finding[] = [];
  const remake = createRemake({ records, files, now });
  await verifyArchive({
    records,
    files,
    onSound: remake.add,
    onFinding: (finding) => findings.push(finding),
    repair: true,
  });
  return { findings, remade: await remake.end() };
}

const picture = async () => upload(site, await jpeg(quarters(300, 200)));
const filesOf = ({ tree_id: tree, photo_id: id }: PhotoIds) =>
  [...new Bun.Glob(`thumbs/${tree}/${id}/*`).scanSync(site.folder)].toSorted();
const statusOf = async (photo: PhotoIds) => (await site.call(thumbnailPath(photo, "small"))).status;

test("those that are there are no left-overs, and stay", async () => {
  const photo = await picture();
  await settled(site, photo);
  const before = filesOf(photo);
  expect(before).toHaveLength(8);
  expect(await verify()).toEqual({ findings: [], remade: 0 });
  expect(filesOf(photo)).toEqual(before);
});

test("those whose files are gone are made again", async () => {
  const [photo, other] = [await picture(), await picture()];
  await settled(site, photo);
  await settled(site, other);
  const before = filesOf(photo);
  await rm(`${site.folder}/${before[3]}`);
  expect(await verify()).toEqual({ findings: [], remade: 1 });
  site.site.media.wake();
  await site.site.media.idle();
  expect(filesOf(photo)).toEqual(before);
  expect(await statusOf(photo)).toBe(200);
});

test("those that were given up are made again, but not where there can be none", async () => {
  const text = await upload(site, textFile(100));
  expect(await settled(site, text)).toMatchObject({ thumbnails_reason: "not_supported" });
  await site.site.media.stop();
  const photo = await picture();
  const { records, now } = site.site;
  const job = await records.media.claim("died", now());
  const outcome: MediaOutcome = { facts: null, thumbnails: [], reason: "gave_up", error: "x" };
  expect(await records.media.store(job?.originalId ?? 0, "died", outcome, now())).toBe(true);
  expect(await listed(site, photo)).toMatchObject({ thumbnails_state: "none" });
  expect(await verify()).toEqual({ findings: [], remade: 1 });
  await site.restart();
  expect(await settled(site, photo)).toMatchObject({ thumbnails_state: "ready" });
});

test("bytes that are replaced take their thumbnails with them, and the new ones have their own", async () => {
  const photo = await picture();
  await settled(site, photo);
  const before = filesOf(photo);
  const bytes = await jpeg(quarters(200, 300));
  const form = wholeForm({ photo_id: photo.photo_id }, bytes);
  expect((await sendTo(site, "replace", form, { key: true })).status).toBe(200);
  await site.site.media.idle();
  expect(await settled(site, photo)).toMatchObject({ small_width: 133, small_height: 200 });
  site.advance(2 * 60_000);
  await site.restart();
  expect(filesOf(photo)).toHaveLength(8);
  expect(filesOf(photo).filter((file) => before.includes(file))).toEqual([]);
});

test("a photo that is removed takes its thumbnails with it, from the disk as well", async () => {
  const photo = await picture();
  await settled(site, photo);
  const gone = await site.callWithKey(
    `/api/2/photo/delete?photo_id=${photo.photo_id}&permanently=1`,
    { method: "POST" },
  );
  expect(gone.status).toBe(200);
  expect(filesOf(photo)).toEqual([]);
  expect(await verify()).toEqual({ findings: [], remade: 0 });
});
