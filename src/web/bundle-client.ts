/**
 * The script of a page, bundled with its libraries into one string. Runs as a Bun macro: at
 * start-up from source, and inside `bun build --compile`, so that the binary carries the result.
 *
 * A process of its own, because Bun.build inside a macro would wait for the bundler that waits
 * for the macro (Bun refuses it). `import.meta.dir` is that of the source here, in both cases.
 *
 * @param entry path of the script, from this folder
 */
export function bundleClient(entry: string): string {
  const bundle = Bun.spawnSync(
    [
      process.execPath,
      "build",
      `${import.meta.dir}/${entry}`,
      "--target=browser",
      "--format=iife",
      "--minify",
      "--production",
    ],
    { cwd: `${import.meta.dir}/../..` },
  );
  if (!bundle.success) {
    throw new Error(`${entry} cannot be bundled: ${bundle.stderr.toString()}`);
  }
  return bundle.stdout.toString();
}
