import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemCalls, type Calls } from "../../src/files/calls.ts";
import { createDisk } from "../../src/files/disk.ts";
import { SyncFailed, type Files } from "../../src/files/files.ts";
import { createFaults, type Faults } from "../support/faults.ts";
import { png } from "../support/media.ts";
import { name, placeOf, stage } from "./contract.ts";

/** The disk's system calls fail, one after the other: what was there before is there after it. */

let folder: string;
let faults: Faults;
let files: Files;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-files-"));
  faults = createFaults();
  files = await createDisk(folder, { durable: true, calls: faults.calls });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = png(5000);
const finalize = (id: number) => files.staging.finalize(name(id), bytes.length);

/** Lets each system call of an act fail once, and holds what must be true between two tries. */
async function failEach(
  act: () => Promise<unknown>,
  between: () => Promise<void>,
): Promise<number> {
  for (let step = 0; ; step += 1) {
    const before = faults.made.length;
    faults.fail("EIO", step);
    const failed = await act().then(
      () => false,
      () => true,
    );
    const made = faults.made.length - before;
    faults.heal();
    if (!failed) {
      expect(made).toBeLessThanOrEqual(step);
      return step;
    }
    await between();
  }
}

describe("deleting an original", () => {
  const place = placeOf(7, bytes.length);

  test.each(["photos/1", "uploads"])(
    "in %s fails at any call, and the next try ends it",
    async (where) => {
      await stage(files, place.file, bytes);
      if (where !== "uploads") await files.originals.place(place);
      const steps = await failEach(
        () => files.originals.delete(place),
        async () => undefined,
      );
      // The name in the place, the sync of the folder above; the name in uploads, and in lost.
      expect(steps).toBeGreaterThanOrEqual(4);
      expect(faults.made).toContain("fsync");
      expect(await readdir(join(folder, "uploads"))).toEqual([]);
      expect(await readdir(join(folder, "photos"), { recursive: true })).toEqual(
        where === "uploads" ? [] : ["1"],
      );
    },
  );

  test("leaves a folder that has something else in it, and one whose name is none of a folder's", async () => {
    await stage(files, place.file, bytes);
    await files.originals.place(place);
    await Bun.write(join(folder, "photos/1/7/notes.txt"), "mine");
    await files.originals.delete(place);
    expect(await readdir(join(folder, "photos/1/7"))).toEqual(["notes.txt"]);
    await Bun.write(join(folder, "photos/1/8"), "a file in the place of a folder");
    await files.originals.delete(placeOf(8, bytes.length));
    expect((await readdir(join(folder, "photos/1"))).toSorted()).toEqual(["7", "8"]);
  });

  test("that is still in uploads is not brought to its place by somebody who comes in the middle", async () => {
    let placing: Promise<boolean> | undefined;
    const disk = await createDisk(folder, {
      durable: false,
      calls: {
        ...systemCalls,
        unlink: async (path) => {
          await Bun.sleep(0);
          const turns = { left: 20 };
          placing ??= disk.originals.place(place).finally(() => (turns.left = 0));
          // As long as it would take to bring it there: it waits for this.
          for (; turns.left > 0; turns.left -= 1) await Bun.sleep(1);
          await systemCalls.unlink(path);
        },
      },
    });
    await stage(disk, place.file, bytes);
    await disk.originals.delete(place);
    expect(await placing).toBe(false);
    await expect(disk.originals.read(place)).rejects.toThrow("missing");
    const names = await readdir(folder, { recursive: true });
    expect(names.filter((path) => path.endsWith(place.file))).toEqual([]);
  });

  test("of an earlier version deletes the file that all originals were called", async () => {
    const early = { treeId: 1, photoId: 9, file: "57", size: 5 };
    await Bun.write(join(folder, "photos/1/9/original"), "bytes");
    expect(await (await files.originals.read(early)).text()).toBe("bytes");
    await files.originals.delete(early);
    expect(await readdir(join(folder, "photos/1"))).toEqual([]);
  });
});

describe("placing an original", () => {
  const place = placeOf(7, bytes.length);

  test("fails at any call, and the photo can be read; the next try brings it to its place", async () => {
    await stage(files, place.file, bytes);
    const steps = await failEach(
      async () => expect(await files.originals.place(place)).toBe(true),
      async () => {
        // Every call fails while it is read, too, since reading tries to bring it to its place.
        const broken = await createDisk(folder, { durable: true, calls: allFailing });
        expect(await (await broken.originals.read(place)).bytes()).toEqual(bytes);
        expect(await readdir(join(folder, "uploads"))).toEqual([place.file]);
      },
    );
    expect(steps).toBe(2);
    expect(await readdir(join(folder, "uploads"))).toEqual([]);
    expect(await readdir(join(folder, "photos/1/7"))).toEqual([place.file]);
  });

  test("fails at any call where another file is in the way, and both are somewhere", async () => {
    await stage(files, place.file, bytes);
    await Bun.write(join(folder, "photos/1/7", place.file), "in the way");
    const steps = await failEach(
      () => files.originals.place(place),
      async () => {
        expect(files.staging.lengthOf(place.file)).toBe(bytes.length);
        const found = await readdir(folder, { recursive: true });
        expect(found.filter((path) => path.endsWith(place.file))).toHaveLength(2);
      },
    );
    expect(steps).toBe(4);
    expect(await (await files.originals.read(place)).bytes()).toEqual(bytes);
    expect(await Bun.file(join(folder, "lost", place.file)).text()).toBe("in the way");
  });

  test("makes no call and waits for no disk once it is in its place", async () => {
    await stage(files, place.file, bytes);
    await files.originals.place(place);
    expect(faults.made).not.toContain("fdatasync");
    const before = faults.made.length;
    await files.originals.place(place);
    await files.originals.read(place);
    expect(faults.made.length).toBe(before);
  });

  test("reads wait for one that is under way: what they answer is in its place", async () => {
    const renames = createGate();
    const calls: Calls = {
      ...systemCalls,
      rename: async (from, to) => {
        await renames.pass();
        await systemCalls.rename(from, to);
      },
    };
    files = await createDisk(folder, { durable: true, calls });
    await stage(files, place.file, bytes);
    const placing = files.originals.place(place);
    const reading = files.originals.read(place);
    await renames.arrived(1);
    renames.open();
    expect(await placing).toBe(true);
    expect(await (await reading).bytes()).toEqual(bytes);
    expect(renames.count()).toBe(1);
  });
});

test("taking back fails at any call, and the file is in one of the two places", async () => {
  const place = placeOf(7, bytes.length);
  await stage(files, place.file, bytes);
  await files.originals.place(place);
  const steps = await failEach(
    () => files.originals.takeBack(place),
    async () => {
      const found = await readdir(folder, { recursive: true });
      expect(found.filter((path) => path.endsWith(place.file))).toHaveLength(1);
    },
  );
  expect(steps).toBe(1);
  expect(await files.staging.head(place.file, bytes.length)).toEqual(bytes);
});

test("adopting a spool fails at any call, and no upload's file is made", async () => {
  for (const [step, error] of ["not on the disk", "injected at rename"].entries()) {
    await using spool = await files.spools.create();
    await spool.write(bytes);
    faults.fail("EIO", step);
    await expect(files.staging.adopt(spool, name(1))).rejects.toThrow(error);
    faults.heal();
    expect(await files.staging.names()).toEqual([]);
  }
  expect(await readdir(join(folder, "spool"))).toEqual([]);
});

test("a folder that cannot take a file says so, and nothing is written", async () => {
  faults.fail("EMFILE", 0, "open");
  await expect(files.staging.write(name(1), 0, { create: true })).rejects.toThrow("EMFILE");
  faults.fail("ENOSPC", 0, "open");
  await expect(files.spools.create()).rejects.toThrow("ENOSPC");
  const found = await readdir(folder, { recursive: true });
  expect(found.toSorted()).toEqual(["photos", "spool", "uploads"]);
});

describe("a sync that fails", () => {
  test("of a file is told as such, and of one that is not waited for is not made", async () => {
    await stage(files, name(1), bytes);
    faults.fail("EIO", 0, "fdatasync");
    await expect(files.staging.sync(name(1))).rejects.toBeInstanceOf(SyncFailed);
    await files.staging.sync(name(1));
    const relaxed = await createDisk(folder, { durable: false, calls: faults.calls });
    const before = faults.made.length;
    await relaxed.staging.sync(name(1));
    await relaxed.staging.finalize(name(1), bytes.length);
    expect(faults.made.slice(before)).toEqual(["open"]);
  });

  test("of the folder is told as such by finalizing; the next try asks the disk again", async () => {
    await stage(files, name(1), bytes);
    faults.fail("EIO", 0, "fsync");
    await expect(finalize(1)).rejects.toBeInstanceOf(SyncFailed);
    await finalize(1);
    expect(faults.made.filter((call) => call === "fsync")).toHaveLength(3);
  });

  test("of the folder that a start has made ends the start", async () => {
    const fresh = join(folder, "fresh");
    faults.fail("EIO", 0, "fsync");
    const starting = createDisk(fresh, { durable: true, calls: faults.calls });
    await expect(starting).rejects.toBeInstanceOf(SyncFailed);
  });

  test("a folder that cannot be opened was not asked, which is another error", async () => {
    await stage(files, name(1), bytes);
    faults.fail("EMFILE", 0, "open");
    const finalizing = finalize(1);
    await expect(finalizing).rejects.toMatchObject({ code: "EMFILE" });
  });
});

describe("finalizing many files at once", () => {
  const syncs = createGate();
  let failing = false;
  beforeEach(async () => {
    failing = false;
    const calls: Calls = {
      ...systemCalls,
      fsync: async () => {
        const fails = failing;
        await syncs.pass();
        if (fails) throw new Error("EIO: this one fails");
      },
    };
    syncs.open();
    files = await createDisk(folder, { durable: true, calls });
    for (const id of [1, 2, 3, 4]) await stage(files, name(id), bytes);
    syncs.shut();
  });

  test("shares the sync that begins after they came, and none that had begun before", async () => {
    const first = finalize(1);
    await syncs.arrived(1);
    const done: number[] = [];
    const others = [2, 3, 4].map((id) => finalize(id).then(() => done.push(id)));
    syncs.letOne();
    await first;
    await syncs.arrived(2);
    expect(done).toEqual([]);
    syncs.letOne();
    await Promise.all(others);
    expect(done.toSorted()).toEqual([2, 3, 4]);
    expect(syncs.count()).toBe(2);
    const later = finalize(1);
    await syncs.arrived(3);
    syncs.letOne();
    await later;
  });

  test("tells each of a failure that it relied on, and nobody else", async () => {
    failing = true;
    const first = finalize(1).catch((error: unknown) => error);
    await syncs.arrived(1);
    failing = false;
    const second = finalize(2);
    syncs.letOne();
    expect(await first).toBeInstanceOf(SyncFailed);
    await syncs.arrived(2);
    failing = true;
    const third = [3, 4].map((id) => finalize(id).catch((error: unknown) => error));
    syncs.letOne();
    await second;
    await syncs.arrived(3);
    syncs.letOne();
    for (const outcome of await Promise.all(third)) expect(outcome).toBeInstanceOf(SyncFailed);
    failing = false;
    const again = finalize(3);
    await syncs.arrived(4);
    syncs.letOne();
    await again;
    expect(syncs.count()).toBe(4);
  });
});

const fail = () => Promise.reject(new Error("EROFS: this disk takes nothing"));

/** A disk that can only be read. */
const allFailing: Calls = { ...systemCalls, rename: fail, mkdir: fail, fsync: fail };

/** Where calls wait until a test lets them on. */
function createGate() {
  let isOpen = false;
  let count = 0;
  let waiting: (() => void)[] = [];
  let watching: { count: number; told: () => void }[] = [];
  return {
    /** How many have come since it was shut. */
    count: () => count,
    pass: async () => {
      count += 1;
      for (const watcher of watching) if (count >= watcher.count) watcher.told();
      if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    /** Resolves when so many have come. */
    arrived: (needed: number) =>
      new Promise<void>((told) => {
        watching.push({ count: needed, told });
        if (count >= needed) told();
      }),
    letOne: () => waiting.shift()?.(),
    open: () => {
      isOpen = true;
      for (const pass of waiting) pass();
      waiting = [];
    },
    shut: () => {
      isOpen = false;
      count = 0;
      waiting = [];
      watching = [];
    },
  };
}
