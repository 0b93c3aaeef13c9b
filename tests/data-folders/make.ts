import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackDataFolder, type DataFolder } from "../support/data-folder.ts";
import { fill } from "./fill.ts";

/**
 * `bun tests/data-folders/make.ts COMMIT` lets the program of a commit make two data folders, and packs
 * them into tests/data-folders/COMMIT/: one that it left when it was told to stop, one by being killed.
 * A second word, `stopped` or `killed`, makes that one only. Needs Linux, root and strace.
 */

const ROOT = join(import.meta.dir, "../..");

const [commit = "HEAD", only] = process.argv.slice(2);
const source = await mkdtemp(join(tmpdir(), "redeem-source-"));
git("worktree", "add", "--detach", "--force", source, commit);
try {
  await symlink(join(ROOT, "node_modules"), join(source, "node_modules"));
  for (const ended of ["stopped", "killed"] as const) {
    if (only !== undefined && only !== ended) continue;
    const folder = await mkdtemp(join(tmpdir(), "redeem-data-"));
    // A mount that never comes again, on this machine too: what was not synced is trusted nowhere.
    run(["mount", "-t", "tmpfs", "-o", "mode=700", "redeem", folder]);
    try {
      const made = await fill({ main: join(source, "src/main.ts"), folder, commit, ended });
      await refuseTraces(folder, [folder, source, ROOT, tmpdir()]);
      await pack(folder, made);
    } finally {
      run(["umount", "--lazy", folder]);
      await rm(folder, { recursive: true });
    }
  }
} finally {
  git("worktree", "remove", "--force", source);
}

/** Nothing of the machine that made it is wanted in the repository. */
async function refuseTraces(folder: string, traces: readonly string[]): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const content = await readFile(join(entry.parentPath, entry.name));
    const found = traces.find((trace) => content.includes(trace));
    if (found !== undefined) throw new Error(`${entry.name} has ${found} in it`);
  }
}

async function pack(folder: string, made: DataFolder): Promise<void> {
  const place = join(import.meta.dir, made.commit);
  await mkdir(place, { recursive: true });
  const path = join(place, made.ended);
  const tar = run([
    "tar",
    "--create",
    "--sort=name",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${Math.floor(made.madeAt / 1000)}`,
    `--directory=${folder}`,
    ".",
  ]);
  // The log of a killed program's database says the same again and again: gzip would not see that.
  await Bun.write(`${path}.tar.zst`, Bun.zstdCompressSync(tar, { level: 22 }));
  await Bun.write(`${path}.json`, `${JSON.stringify(made, null, 2)}\n`);
  run([process.execPath, "fmt", `${path}.json`]);
  await requireSame(path, folder);
}

/** What is unpacked, by the same means as the test has, is what was packed. */
async function requireSame(path: string, folder: string): Promise<void> {
  const copy = `${folder}-unpacked`;
  await unpackDataFolder(path, copy);
  run(["diff", "--recursive", folder, copy]);
  await rm(copy, { recursive: true });
}

function git(...words: string[]): void {
  run(["git", "-C", ROOT, ...words]);
}

function run(command: string[]): Buffer {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command);
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
  return stdout;
}
