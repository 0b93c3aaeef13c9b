import { mkdtempSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rowsOf } from "../support/database.ts";
import { sha256 } from "../support/over-http.ts";
import type { Living } from "./living.ts";
import type { Random } from "./random.ts";

/** Commands beside the server: `redeem export`, killed and begun again, and `redeem verify`. */

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** @returns a command of this server's data folder, without the faults of its machine */
function start(living: Living, words: string[]) {
  return Bun.spawn([process.execPath, MAIN, ...words, "--data", living.folder], {
    cwd: tmpdir(),
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function outcomeOf(child: ReturnType<typeof start>) {
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, error, code };
}

export type Exporter = {
  counts: { begun: number; killed: number; whole: number };
  /** Begins none more; resolves when none is at work. */
  end(): Promise<void>;
  /** Exports once more, whole. What is in the folder against what is there, in words: none is none. */
  verdict(): Promise<string[]>;
  /** Removes the folder. */
  remove(): Promise<void>;
};

/** Somebody who exports all photos, again and again into the same folder, and whose computer dies in the middle of it. */
export function startExporter(living: Living, random: Random): Exporter {
  const root = mkdtempSync(join(tmpdir(), "redeem-export-"));
  const counts = { begun: 0, killed: 0, whole: 0 };
  const ending = new AbortController();
  const working = (async () => {
    while (!ending.signal.aborted) {
      counts.begun += 1;
      const child = start(living, ["export", root]);
      const done = outcomeOf(child);
      const killing = setTimeout(() => child.kill("SIGKILL"), random.between(100, 4000));
      const { code } = await done;
      clearTimeout(killing);
      if (child.signalCode === "SIGKILL") counts.killed += 1;
      // Others end by themselves: the disk of the data folder is full, or a photo was removed as it was copied.
      else if (code === 0) counts.whole += 1;
      await Bun.sleep(random.between(100, 3000));
    }
  })();
  return {
    counts,
    end: async () => {
      ending.abort();
      await working;
    },
    verdict: async () => {
      const { code, error } = await outcomeOf(start(living, ["export", root]));
      if (code !== 0) return [`export: ended with ${code}: ${error.slice(-300)}`];
      return exportedAsStored(living, root);
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/**
 * Every photo is there as it is now, once. What was exported of photos that are gone by now stays: twice, where one got another
 * name and was deleted before an export that was killed had come to the end of it.
 */
async function exportedAsStored(living: Living, root: string): Promise<string[]> {
  const found: string[] = [];
  const exported = new Map<number, string[]>();
  for (const name of await readdir(root, { recursive: true })) {
    if (name.endsWith(".part")) found.push(`export: left ${name}`);
    if (name.startsWith(".redeem-export") || !name.endsWith(".json")) continue;
    const { photo_id: id } = (await Bun.file(join(root, name)).json()) as { photo_id: number };
    exported.set(id, [...(exported.get(id) ?? []), name.slice(0, -".json".length)]);
  }
  const photos = rowsOf<{ id: number; size: number; sha256: string | null }>(
    living,
    `select p.id, o.size, o.sha256 from photos p
       join originals o on o.photo_id = p.id
      where p.deleted_at is null
        and o.version = (select max(version) from originals where photo_id = p.id)`,
  );
  for (const { id, sha256: hash } of photos) {
    const [path, ...others] = exported.get(id) ?? [];
    if (path === undefined) found.push(`export: photo ${id} is not there`);
    else if (others.length > 0) found.push(`export: photo ${id} is at ${path} and ${others}`);
    else if (hash === null) found.push(`photo ${id} was verified, and has no hash`);
    else if (sha256(await Bun.file(join(root, path)).bytes()) !== hash) {
      found.push(`export: ${path} has not the bytes of photo ${id}`);
    }
  }
  return found;
}

/** `redeem verify` finds nothing: every original is there, whole, and no file that no record knows. */
export async function verified(living: Living): Promise<string[]> {
  const { code, out, error } = await outcomeOf(start(living, ["verify", "--json"]));
  if (code !== 0) return [`verify: ended with ${code}: ${error.slice(-300)} ${out.slice(0, 600)}`];
  const { findings } = JSON.parse(out) as { findings: object[] };
  return findings.map((finding) => `verify: ${JSON.stringify(finding)}`);
}
