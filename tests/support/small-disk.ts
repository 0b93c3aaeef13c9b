import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own, small enough to be filled. */
export type SmallDisk = {
  /** A folder on it, not its root: that one cannot be removed while it is mounted. */
  folder: string;
  /** Bytes that can still be written. */
  free(): number;
  /** Takes all of the space but so many bytes, rounded to pages. */
  fill(leaving?: number): void;
  /** Gives back what `fill` has taken. */
  empty(): void;
  unmount(): void;
};

const PAGE = 4096;

/** @throws where this machine lets nobody mount; see `whyNotMounted` */
export function mountSmallDisk(size: string): SmallDisk {
  const root = mkdtempSync(join(tmpdir(), "redeem-small-"));
  const { status, stderr, error } = spawnSync(
    "mount",
    ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", root],
    { encoding: "utf8" },
  );
  if (status !== 0) {
    rmdirSync(root);
    throw new Error(`mount: ${error?.message ?? stderr.trim()}`);
  }
  const dummy = join(root, "dummy");
  const free = () => {
    const { bavail, bsize } = statfsSync(root);
    return bavail * bsize;
  };
  let mounted = true;
  const unmount = () => {
    if (!mounted) return;
    mounted = false;
    // Lazily where a process that was killed has not let go of it yet.
    if (spawnSync("umount", [root]).status !== 0) spawnSync("umount", ["--lazy", root]);
    rmdirSync(root);
    process.off("exit", unmount);
  };
  // A test that is broken off leaves no mount behind.
  process.on("exit", unmount);
  return {
    folder: join(root, "data"),
    free,
    fill: (leaving = 0) => {
      // Most of it at once where the machine can (util-linux): gigabytes that are written hold up who fills it.
      const most = free() - leaving - 16 * PAGE;
      if (most > 64 * 1024 * 1024) spawnSync("fallocate", ["--length", String(most), dummy]);
      const file = openSync(dummy, "a");
      try {
        for (let left = free() - leaving; left >= PAGE; left = free() - leaving) {
          const part = Math.min(left - (left % PAGE), 1024 * 1024);
          writeSync(file, new Uint8Array(part));
        }
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(dummy, { force: true }),
    unmount,
  };
}

/** Why a small disk cannot be had here, if so: mounting is for root on Linux. */
export function whyNotMounted(): string | undefined {
  try {
    mountSmallDisk("64k").unmount();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
