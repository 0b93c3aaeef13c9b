import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const AS_USER = join(import.meta.dir, "../support/as-user.ts");

export type Ran = { code: number; out: string; err: string };

/** Runs `redeem` as a process of its own on a data folder. `unread`: nobody reads what it prints. */
export async function run(
  folder: string,
  words: readonly string[],
  env: Record<string, string> = {},
  { cwd = tmpdir(), user, unread }: { cwd?: string; user?: number; unread?: boolean } = {},
): Promise<Ran> {
  const preload = user === undefined ? [] : ["--preload", AS_USER];
  const child = Bun.spawn([process.execPath, ...preload, MAIN, ...words], {
    cwd,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      REDEEM_HOST: "127.0.0.1",
      REDEEM_PORT: "0",
      REDEEM_DATA: folder,
      ...(user !== undefined && { TEST_USER: String(user) }),
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    unread ? child.stdout.cancel().then(() => "") : new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

/** A data folder for a test, removed behind it. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "redeem-commands-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same for a command line that is not understood: exit code 2. */
export function isMisuse(ran: Ran): boolean {
  return ran.code === 2 && isFailure({ ...ran, code: 1 });
}

/** One line on standard error, nothing else, and exit code 1. */
export function isFailure({ code, out, err }: Ran): boolean {
  return code === 1 && out === "" && /^redeem: [^\n]+\n$/.test(err);
}
