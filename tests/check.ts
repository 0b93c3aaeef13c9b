/**
 * `bun run check`: everything that is looked at without running the tests. Runs each script of
 * package.json that is named `check:…`, says of each in a line how it ended, and shows the output of those
 * that failed.
 */
import { join } from "node:path";
import { scripts } from "../package.json";

const root = join(import.meta.dir, "..");
const parts = Object.entries(scripts).filter(([name]) => name.startsWith("check:"));
const failed: string[] = [];

for (const [name, command] of parts) {
  const start = performance.now();
  const { code, output } = await run(name);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const outcome = code === 0 ? "ok    " : "FAILED";
  process.stdout.write(`${outcome}  ${seconds.padStart(5)} s  ${name.padEnd(13)}  ${command}\n`);
  if (code === 0) continue;
  failed.push(name);
  process.stdout.write(`${output.trimEnd().replaceAll(/^/gm, "        ")}\n`);
}
process.stdout.write(failed.length === 0 ? "All clean.\n" : `Failed: ${failed.join(", ")}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** One at a time: most of them take every processor that there is. */
async function run(name: string): Promise<{ code: number; output: string }> {
  const child = Bun.spawn([process.execPath, "run", "--silent", name], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, output: out + err };
}
