import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExportProgress, sizeOf } from "../../src/commands/export-progress.ts";

const PROGRESS = { photos: 3, copied: 2, bytes: 5_000_000, updated: 0, failed: 0, gone: 0 };

/** What was written to a stream like standard error. */
function stream(isTTY: boolean) {
  let text = "";
  return {
    isTTY,
    columns: 200,
    write: (more: string) => {
      text += more;
      return true;
    },
    text: () => text,
  };
}

test("on a terminal a bar, with what is being copied at this moment; problems have their own lines", async () => {
  const root = await mkdtemp(join(tmpdir(), "redeem-progress-"));
  await mkdir(join(root, ".redeem-export"));
  await writeFile(join(root, ".redeem-export", "9.part"), new Uint8Array(1_000_000));
  const terminal = stream(true);
  const bar = createExportProgress(root, 12, terminal);
  bar.show(PROGRESS);
  bar.say("Photo 4: lost");
  bar.end();
  expect(terminal.text()).toContain("\r\u001b[2KPhoto 4: lost\n");
  const last = terminal.text().split("\r\u001b[2K").at(-1);
  expect(last).toMatch(/^\[######-{18}\] 25 % 3 of 12 photos, 6\.0 MB copied, \S+ \wB\/s\n$/);
  await rm(root, { recursive: true });
});

test("elsewhere nothing but what is to be said, unless it takes long", () => {
  const file = stream(false);
  const bar = createExportProgress("/nowhere", undefined, file);
  bar.show(PROGRESS);
  bar.say("Photo 4: lost");
  bar.end();
  expect(file.text()).toBe("Photo 4: lost\n");
});

test("sizes in units that stay", () => {
  expect([0, 9999, 10_000, 12_345_678, 2_500_000_000].map(sizeOf)).toEqual([
    "0 bytes",
    "9999 bytes",
    "0.0 MB",
    "12.3 MB",
    "2.50 GB",
  ]);
});
