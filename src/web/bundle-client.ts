/**
 * The upload page's script, bundled with Resumable.js into one string. Runs as a Bun macro: at
 * start-up from source, and inside `bun build --compile`, so that the binary carries the result.
 *
 * A process of its own, because Bun.build inside a macro would wait for the bundler that waits
 * for the macro (Bun refuses it). `import.meta.dir` is that of the source here, in both cases.
 */
export function bundleClient(): string {
  const bundle = Bun.spawnSync([
    process.execPath,
    "build",
    `${import.meta.dir}/upload-page/main.ts`,
    "--target=browser",
    "--format=iife",
    "--minify",
  ]);
  if (!bundle.success) {
    throw new Error(`The upload page's script cannot be bundled: ${bundle.stderr.toString()}`);
  }
  return bundle.stdout.toString();
}
