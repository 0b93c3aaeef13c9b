import { describe, expect, test } from "bun:test";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  disagreements,
  fetchOriginal,
  filesIn,
  uploaded,
  type Uploaded,
} from "../support/archive.ts";
import { rowsOf } from "../support/database.ts";
import { createFaults } from "../support/faults.ts";
import { siteForEach } from "../support/lifetime.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { sweepNow } from "../support/sweep.ts";

/** What the sweeper removes of photos, when, and what it leaves; a clock that is moved. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const site = siteForEach();

async function act(of: TestSite, method: string, { photo_id: id }: Uploaded, more = "") {
  const answer = await of.callWithKey(`/api/2/photo/${method}?photo_id=${id}${more}`);
  if (answer.status !== 200) throw new Error(`${method}: ${await answer.text()}`);
}

const sweep = async (of: TestSite = site) => {
  const events: string[] = [];
  await sweepNow(of, (event) => events.push(event.kind));
  return events;
};
const photoIds = (of: TestSite = site) =>
  rowsOf<{ id: number }>(of, "select id from photos order by id").map(({ id }) => id);
const onTheList = (of: TestSite = site) => rowsOf(of, "select id from removals").length;

describe("the trash", () => {
  test("is emptied of what was in it for long enough, and its bytes go when nobody can be about to read them", async () => {
    const [old, young, restored, kept] = [
      await uploaded(site),
      await uploaded(site),
      await uploaded(site),
      await uploaded(site),
    ] as const;
    await act(site, "delete", old);
    await act(site, "delete", restored);
    site.advance(29 * DAY);
    await act(site, "delete", young);
    await sweep();
    expect(photoIds()).toHaveLength(4);
    await act(site, "restore", restored);
    site.advance(DAY + MINUTE);
    expect(await sweep()).toContain("photo changed");
    expect(photoIds()).toEqual([young, restored, kept].map(({ photo_id: id }) => id));
    expect([onTheList(), (await filesIn(site, "photos")).length]).toEqual([1, 4]);
    site.advance(30_000);
    await sweep();
    expect(onTheList()).toBe(1);
    site.advance(31_000);
    await sweep();
    expect([onTheList(), (await filesIn(site, "photos")).length]).toEqual([0, 3]);
    expect(await disagreements(site)).toEqual([]);
    for (const photo of [restored, kept]) {
      expect(await (await fetchOriginal(site, photo)).bytes()).toEqual(photo.bytes);
    }
  });

  test("is emptied by the next sweep where REDEEM_KEEP_DELETED is 0", async () => {
    const own = await startTestSite({ REDEEM_KEEP_DELETED: "0" });
    const photo = await uploaded(own);
    await act(own, "delete", photo);
    own.advance(1);
    await sweep(own);
    expect(photoIds(own)).toEqual([]);
    own.advance(MINUTE + 1);
    await sweep(own);
    expect([onTheList(own), await filesIn(own, "photos")]).toEqual([0, []]);
    await own.stop();
  });

  test("neither empties itself when the clock jumps ahead, nor keeps for ever what came by a clock that was ahead", async () => {
    const photo = await uploaded(site);
    await act(site, "delete", photo);
    site.jump(300 * DAY);
    await sweep();
    expect(photoIds()).toEqual([photo.photo_id]);
    const ahead = await uploaded(site);
    await act(site, "delete", ahead);
    site.jump(-300 * DAY);
    await sweep();
    site.advance(30 * DAY + MINUTE);
    await sweep();
    expect(photoIds()).toEqual([]);
  });

  test("is emptied in slices, in which others have their turn", async () => {
    const own = await startTestSite({ REDEEM_SYNC: "0", REDEEM_KEEP_DELETED: "0" });
    const photos: Uploaded[] = [];
    for (let count = 0; count < 60; count += 1) photos.push(await uploaded(own));
    for (const photo of photos) await act(own, "delete", photo);
    own.advance(MINUTE);
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    await sweep(own);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(10);
    expect([photoIds(own), onTheList(own)]).toEqual([[], 60]);
    own.advance(2 * MINUTE);
    await sweep(own);
    expect([onTheList(own), await filesIn(own, "photos")]).toEqual([0, []]);
    expect(await readdir(join(own.folder, "photos/1"))).toEqual([]);
    await own.stop();
  });
});

describe("the file of a photo that was removed", () => {
  test("goes from wherever it lies, at the next start at once, and is not taken for a lost one", async () => {
    const places = ["uploads", "lost", "photos"] as const;
    for (const where of places) {
      const faults = createFaults();
      const own = await startTestSite({}, { calls: faults.calls });
      const photo = await uploaded(own);
      const [place = ""] = await filesIn(own, "photos");
      const name = place.split("/").at(-1) ?? "";
      if (where !== "photos") {
        await mkdir(join(own.folder, where), { recursive: true });
        await rename(join(own.folder, "photos", place), join(own.folder, where, name));
      }
      // The first try fails: the photo is gone all the same, and its file stays on the list.
      faults.fail("EIO", 0, "unlink");
      await act(own, "delete", photo, "&permanently=1");
      faults.heal();
      expect([photoIds(own), onTheList(own)]).toEqual([[], 1]);
      expect(await disagreements(own).then((wrong) => wrong.length)).toBe(where === "lost" ? 1 : 0);
      const events = await sweep(own);
      expect(events.filter((kind) => kind === "put right")).toEqual([]);
      await own.restart();
      expect(onTheList(own)).toBe(0);
      for (const folder of places) expect(await filesIn(own, folder)).toEqual([]);
      await own.stop();
    }
  });

  test("that cannot be deleted holds up neither the others nor the rest of the sweep", async () => {
    const [stuck, other] = [await uploaded(site), await uploaded(site)];
    const [, place = ""] =
      /(.*)\/[^/]+$/.exec((await filesIn(site, "photos")).toSorted()[0] ?? "") ?? [];
    // A folder where the file was is nothing that can be unlinked.
    const [file = ""] = await readdir(join(site.folder, "photos", place));
    const path = join(site.folder, "photos", place, file);
    await rename(path, `${path}.moved`);
    await mkdir(path);
    await writeFile(join(path, "x"), "x");
    for (const photo of [stuck, other]) await act(site, "delete", photo, "&permanently=1");
    expect([photoIds(), onTheList()]).toEqual([[], 1]);
    const abandoned = await site.token();
    site.advance(365 * DAY);
    expect(await sweep()).toContain("file not deleted");
    expect(onTheList()).toBe(1);
    expect((await site.call(`/upload/${abandoned}`)).status).toBe(404);
  });
});

test("what is left on record of a removed photo goes when it is old: upload, token and what was said with it", async () => {
  const photo = await uploaded(site);
  const update = `/api/2/photo/update-upload-token?upload_token=${photo.uploadToken}&title=x`;
  expect((await site.call(update)).status).toBe(200);
  await act(site, "delete", photo, "&permanently=1");
  const left = () =>
    ["uploads", "upload_tokens", "token_updates"].map(
      (table) => rowsOf(site, `select 1 from ${table}`).length,
    );
  expect(left()).toEqual([1, 1, 1]);
  site.advance(29 * DAY);
  await sweep();
  expect(left()).toEqual([1, 1, 1]);
  site.advance(2 * DAY);
  await sweep();
  expect(left()).toEqual([0, 0, 0]);
});
