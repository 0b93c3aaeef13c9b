import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** A disk of its own, which can be taken away and brought back, and can break. */
export type LoopDisk = {
  /** A folder on it. */
  folder: string;
  /** Away and back, as a USB disk or a network volume. Nobody may use it meanwhile. */
  remount(): void;
  /** It meets an error, and the system makes it read-only under those who write. */
  turnReadOnly(): void;
  unmount(): void;
};

/** @throws where this machine lets nobody mount; see `whyNoLoopDisk` */
export function mountLoopDisk(bytes: number): LoopDisk {
  const root = mkdtempSync(join(tmpdir(), "redeem-loop-"));
  const image = `${root}.img`;
  const mount = () => run("mount", ["-o", "loop,errors=remount-ro", image, root]);
  writeFileSync(image, "");
  truncateSync(image, bytes);
  try {
    run("mkfs.ext4", ["-q", image]);
    mount();
  } catch (error) {
    rmSync(image);
    rmdirSync(root);
    throw error;
  }
  mkdirSync(join(root, "data"));
  let mounted = true;
  const unmount = () => {
    if (!mounted) return;
    mounted = false;
    if (spawnSync("umount", [root]).status !== 0) spawnSync("umount", ["--lazy", root]);
    rmdirSync(root);
    rmSync(image);
    process.off("exit", unmount);
  };
  process.on("exit", unmount);
  return {
    folder: join(root, "data"),
    remount: () => {
      run("umount", [root]);
      mount();
    },
    turnReadOnly: () => {
      const device = basename(run("findmnt", ["-no", "SOURCE", root]).trim());
      try {
        writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, "1");
      } catch {
        // The write itself is answered with the error that it has caused.
      }
    },
    unmount,
  };
}

/** Why such a disk cannot be had here, if so: mounting is for root on Linux. */
export function whyNoLoopDisk(): string | undefined {
  try {
    mountLoopDisk(4 * 1024 * 1024).unmount();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function run(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
