import { describe, expect, test } from "bun:test";
import { chmod, chown, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isFailure, run, withFolder } from "./run.ts";

/** Issue 8, 3.2: whose data folder it is, and that who only reads makes none. */

test.each([[["secret"]], [["token", "list"]], [["key"]], [["token", "revoke", "1"]]])(
  "%p makes nothing where there is no data",
  async (words) => {
    await withFolder(async (parent) => {
      const ran = await run(join(parent, "data"), words);
      expect(ran.err).toContain(`There is no data in ${join(parent, "data")}`);
      expect(isFailure(ran)).toBe(true);
      await Bun.write(join(parent, "beside"), "");
      expect(isFailure(await run(parent, words))).toBe(true);
      expect(await readdir(parent)).toEqual(["beside"]);
    });
  },
);

test("a secret that is gone is not made anew by who reads it", async () => {
  await withFolder(async (folder) => {
    await run(folder, ["key", "create"]);
    await Bun.file(join(folder, "secret")).delete();
    const ran = await run(folder, ["secret"]);
    expect(ran.err).toContain("put it back from a backup");
    expect(isFailure(ran)).toBe(true);
    expect(await readdir(folder)).not.toContain("secret");
  });
});

test("whoever reads what is printed may stop reading", async () => {
  await withFolder(async (folder) => {
    await run(folder, ["key", "create"]);
    const { code, err } = await run(folder, ["secret"], {}, { unread: true });
    expect([code, err]).toEqual([0, ""]);
  });
});

const isRoot = process.geteuid?.() === 0;
const OWNER = 12_345;
const OTHER = 23_456;
const suffix = isRoot ? "" : " (skipped: only root can be several users)";

describe.skipIf(!isRoot)(`several users${suffix}`, () => {
  test("what root's command makes belongs to the folder's owner", async () => {
    await withFolder(async (folder) => {
      await chown(folder, OWNER, OWNER);
      const ran = await run(folder, ["key", "create"]);
      expect(ran.code).toBe(0);
      const made = await readdir(folder);
      expect(made).toContain("redeem.db");
      expect(made).toContain("secret");
      for (const name of made) expect((await stat(join(folder, name))).uid).toBe(OWNER);
      expect((await run(folder, ["key", "list"], {}, { user: OWNER })).code).toBe(0);
    });
  });

  test("root's server on another user's folder is refused, with the line to use", async () => {
    await withFolder(async (folder) => {
      await chown(folder, OWNER, OWNER);
      const ran = await run(folder, ["serve"]);
      expect(ran.err).toContain(`use: sudo -u '#${OWNER}' redeem serve --data ${folder}`);
      expect(isFailure(ran)).toBe(true);
      expect(await readdir(folder)).toEqual([]);
    });
  });

  test.each([[["secret"]], [["token", "list"]], [["key", "create", "--name", "a"]], [["serve"]]])(
    "%p as another user: one line that says whose it is",
    async (words) => {
      await withFolder(async (folder) => {
        await chown(folder, OWNER, OWNER);
        await chmod(folder, 0o700);
        await run(folder, ["key", "create"]);
        const ran = await run(folder, words, {}, { user: OTHER });
        expect(ran.err).toContain(`belongs to the user #${OWNER}, and is closed to #${OTHER}`);
        expect(ran.err).not.toContain("EACCES");
        expect(isFailure(ran)).toBe(true);
      });
    },
  );
});
