import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { BunPlugin } from "bun";
import { programPath } from "./program-path.ts";

/**
 * `bun run build [--target linux-arm64] [--outfile dist/redeem]`: one program that needs nothing
 * beside it. The names of targets are those of better-sqlite3's prebuilt addons.
 */
const TARGETS: Record<string, Bun.Build.CompileTarget> = {
  "linux-x64": "bun-linux-x64",
  "linux-arm64": "bun-linux-arm64",
  "linuxmusl-x64": "bun-linux-x64-musl",
  "linuxmusl-arm64": "bun-linux-arm64-musl",
  "darwin-x64": "bun-darwin-x64",
  "darwin-arm64": "bun-darwin-arm64",
  "win32-x64": "bun-windows-x64",
};

const root = join(import.meta.dir, "..");
const { values } = parseArgs({
  options: { target: { type: "string" }, outfile: { type: "string" } },
});
const target = values.target ?? `${process.platform}-${process.arch}`;
const compileTarget = TARGETS[target];
if (!compileTarget) {
  process.stderr.write(
    `--target must be one of ${Object.keys(TARGETS).join(", ")}, not ${target}\n`,
  );
  process.exit(1);
}
const named = values.outfile
  ? resolve(values.outfile)
  : join(root, "dist", values.target ? `redeem-${target}` : "redeem");
const outfile = programPath(named, target);

/** The addon of the platform that is built for, instead of a look-up at run time that would fail. */
const addon: BunPlugin = {
  name: "sqlite-addon",
  setup: (build) => {
    build.onResolve({ filter: /^better-sqlite3$/ }, () => ({
      path: Bun.resolveSync(`better-sqlite3/${target}`, root),
    }));
  },
};

const result = await Bun.build({
  entrypoints: [join(root, "src/main.ts")],
  target: "bun",
  format: "esm",
  minify: true,
  bytecode: true,
  plugins: [addon],
  define: { "process.env.NODE_ENV": '"production"' },
  compile: {
    target: compileTarget,
    outfile,
    assets: [join(root, "drizzle")],
    autoloadDotenv: false,
    autoloadBunfig: false,
  },
});
if (!result.success) {
  for (const line of result.logs) process.stderr.write(`${line}\n`);
  process.exit(1);
}
process.stdout.write(`${outfile}\n`);
