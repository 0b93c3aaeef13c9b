import { isAbsolute, join, relative } from "node:path";

/** What a process knows of how it was started. */
export type Started = {
  /** The first word of its command line, as it was typed: "./dist/redeem", "bun". */
  argv0: string;
  /** Path of main.ts; undefined where the program was built, and is one file. */
  main: string | undefined;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
};

/**
 * The words that start this program, as somebody types them in the folder that the server was started in: "./dist/redeem",
 * "bun src/main.ts", "npx --yes bun@1.4.5 src/main.ts".
 */
export function programWords(started: Started = thisProcess()): string[] {
  const { argv0, main, cwd } = started;
  if (main === undefined) return [argv0];
  const near = relative(cwd, main);
  const path = near.startsWith("..") ? main : near;
  return isByNpm(started) ? ["npx", "--yes", `bun@${Bun.version}`, path] : [argv0, path];
}

/** Bun that came by npx is there for npx alone. Bun's own `run` says that it is Bun. */
function isByNpm({ env }: Started): boolean {
  return env["npm_config_user_agent"]?.startsWith("npm/") === true;
}

/**
 * The same for a page, which everybody may read: paths of this machine are not said there, but "redeem", which the README
 * uses for the program.
 */
export function publicProgram(words: readonly string[] = programWords()): string {
  return words.some((word) => isAbsolute(word)) ? "redeem" : inShell(words);
}

/** A command line, with quotes where a shell needs them. */
export function inShell(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}

function thisProcess(): Started {
  return {
    argv0: process.argv0,
    main: Bun.isStandaloneExecutable ? undefined : join(import.meta.dir, "main.ts"),
    cwd: process.cwd(),
    env: process.env,
  };
}
