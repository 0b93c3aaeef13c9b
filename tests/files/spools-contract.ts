import { describe, expect, test } from "bun:test";
import { png } from "../support/media.ts";
import { opened, type Opened } from "./contract.ts";

const exists = (path: string) => Bun.file(path).exists();

/** What every implementation of Spools must do. */
export function spoolsContract(of: string, open: () => Promise<Opened>): void {
  const bytes = png(300_000);

  describe(`${of}: a spool`, () => {
    const { files, reopen } = opened(open);

    test("can be read from its beginning, piece by piece, more than once", async () => {
      await using spool = await files().spools.create();
      const large = Buffer.alloc(3_000_000, bytes);
      await spool.write(large);
      await spool.flush();
      for (let round = 0; round < 2; round += 1) {
        const pieces = [];
        for await (const piece of spool.read()) pieces.push(Buffer.from(piece));
        expect(pieces.length).toBeGreaterThan(1);
        expect(Buffer.concat(pieces).equals(large)).toBe(true);
      }
    });

    test("is nobody else's", async () => {
      await using one = await files().spools.create();
      await using other = await files().spools.create();
      await one.write(png(100, 1));
      await other.write(png(200, 2));
      for (const [spool, content] of [[one, png(100, 1)] as const, [other, png(200, 2)] as const]) {
        await spool.flush();
        const pieces = [];
        for await (const piece of spool.read()) pieces.push(Buffer.from(piece));
        expect(new Uint8Array(Buffer.concat(pieces))).toEqual(content);
      }
    });

    test("that is deleted leaves nothing, twice neither", async () => {
      const spool = await files().spools.create();
      await spool.write(bytes);
      expect(await exists(spool.path)).toBe(true);
      await spool.delete();
      await spool.delete();
      expect(await exists(spool.path)).toBe(false);
      expect(await files().staging.names()).toEqual([]);
    });

    test("is deleted at the end of the block that uses it, also by an error", async () => {
      let path = "";
      const using = async () => {
        await using spool = await files().spools.create();
        ({ path } = spool);
        await spool.write(bytes);
        expect(await exists(path)).toBe(true);
        throw new Error("thrown in the block");
      };
      await expect(using()).rejects.toThrow("thrown in the block");
      expect(await exists(path)).toBe(false);
    });

    test("of a process that is gone is deleted by the next one", async () => {
      const spool = await files().spools.create();
      await spool.write(bytes);
      await spool.flush();
      await reopen();
      await files().spools.deleteAll();
      expect(await exists(spool.path)).toBe(false);
      await spool.close();
    });
  });
}
