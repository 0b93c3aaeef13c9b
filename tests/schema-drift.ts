import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** Part of `bun run check`: the migrations in drizzle/ make exactly the schema in the source. */
const root = join(import.meta.dir, "..");
const copy = await mkdtemp(join(tmpdir(), "redeem-drift-"));
try {
  await cp(join(root, "drizzle"), copy, { recursive: true });
  const before = await list(copy);
  const generate = Bun.spawn(
    [
      process.execPath,
      "--bun",
      "drizzle-kit",
      "generate",
      "--dialect=sqlite",
      "--schema=src/records/sqlite/schema.ts",
      // drizzle-kit reads snapshots relative to the folder it is started in.
      `--out=${relative(root, copy)}`,
      "--casing=snake_case",
    ],
    { cwd: root, stdout: "pipe", stderr: "inherit" },
  );
  const output = await new Response(generate.stdout).text();
  const code = await generate.exited;
  const added = (await list(copy)).filter((name) => !before.includes(name));
  if (code !== 0 || added.length > 0 || !output.includes("No schema changes")) {
    process.stderr.write(
      `${output}\nThe schema has changed: run \`bun run migrations\` (new: ${added.join(", ") || "none"})\n`,
    );
    process.exitCode = 1;
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder, { recursive: true });
}
