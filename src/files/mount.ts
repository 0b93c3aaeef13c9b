import { dlopen, FFIType, ptr } from "bun:ffi";
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

/** From statx(2): what is asked for, and where in its answer the mount's id lies. */
const AT_FDCWD = -100;
const STATX_MNT_ID_UNIQUE = 0x4000;
const MASK_AT = 0;
const MOUNT_ID_AT = 0x90;

/**
 * Names the mount that a folder lies on: a disk that was away and came back has another one, though
 * the machine has not booted. Linux from 6.8 on numbers its mounts, and no number comes twice while it
 * runs; elsewhere it is what the system says of the mount, which tells most others apart.
 */
export async function readMountId(folder: string): Promise<string> {
  const unique = uniqueMountId(folder);
  if (unique !== undefined) return `mount ${unique}`;
  const { dev, ino } = statSync(folder);
  const line = mountLine(await readFile("/proc/self/mountinfo", "utf8").catch(() => ""), dev);
  return `device ${dev} folder ${ino} ${line}`.trimEnd();
}

function uniqueMountId(folder: string): bigint | undefined {
  if (process.platform !== "linux") return undefined;
  // The C library that this process runs on: glibc's or musl's, where the loader is the library.
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  for (const name of ["libc.so.6", `libc.musl-${machine}.so.1`, `ld-musl-${machine}.so.1`]) {
    try {
      const library = dlopen(name, {
        statx: {
          args: [FFIType.i32, FFIType.ptr, FFIType.i32, FFIType.u32, FFIType.ptr],
          returns: FFIType.i32,
        },
      });
      const path = Buffer.from(`${resolve(folder)}\0`);
      const answer = new Uint8Array(256);
      const failed = library.symbols.statx(
        AT_FDCWD,
        ptr(path),
        0,
        STATX_MNT_ID_UNIQUE,
        ptr(answer),
      );
      library.close();
      const view = new DataView(answer.buffer);
      const known = (view.getUint32(MASK_AT, true) & STATX_MNT_ID_UNIQUE) !== 0;
      return failed === 0 && known ? view.getBigUint64(MOUNT_ID_AT, true) : undefined;
    } catch {
      // Not this library; or none at all, and the other way is taken.
    }
  }
  return undefined;
}

/** The lines of proc(5)'s mountinfo for a device, without the options that a remount changes. */
function mountLine(mountinfo: string, dev: number): string {
  const major = ((dev >> 8) & 0xfff) >>> 0;
  const minor = ((dev & 0xff) | ((dev >> 12) & 0xfff00)) >>> 0;
  return mountinfo
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , device]) => device === `${major}:${minor}`)
    .map((fields) => [fields[0], fields[2], fields[3], fields[4]].join(" "))
    .join(", ");
}
