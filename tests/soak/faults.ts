import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What goes wrong in the server's machine while it runs (faults.c). */
export type Faults = {
  /** For the server's process. */
  env: Record<string, string>;
  /** One sync in so many fails with EIO; 0 is none. */
  failSyncs(oneIn: number): void;
  /** How far the wall clock is ahead of the real one; negative is behind. */
  setClock(seconds: number): void;
  end(): void;
};

/** @returns undefined where they cannot be had: there is no C compiler, or no LD_PRELOAD (Linux has it) */
export function prepareFaults(): Faults | undefined {
  if (process.platform !== "linux") return undefined;
  const folder = mkdtempSync(join(tmpdir(), "redeem-faults-"));
  const library = join(folder, "faults.so");
  const source = join(import.meta.dir, "faults.c");
  const end = () => rmSync(folder, { recursive: true, force: true });
  if (spawnSync("cc", ["-O1", "-shared", "-fPIC", "-o", library, source]).status !== 0) {
    end();
    return undefined;
  }
  const path = join(folder, "control");
  const control = new BigInt64Array(2);
  const write = () => {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT);
    writeSync(fd, new Uint8Array(control.buffer), 0, control.byteLength, 0);
    closeSync(fd);
  };
  write();
  return {
    env: { LD_PRELOAD: library, REDEEM_TEST_FAULTS: path },
    failSyncs: (oneIn) => {
      control[1] = BigInt(oneIn);
      write();
    },
    setClock: (seconds) => {
      control[0] = BigInt(Math.round(seconds) * 1000);
      write();
    },
    end,
  };
}
