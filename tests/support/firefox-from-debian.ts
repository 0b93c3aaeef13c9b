import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Debian's package, and the program in it. */
const PACKAGE = "firefox-esr";
const PROGRAM = "usr/lib/firefox-esr/firefox-esr";

export type Unpacked = {
  program: string;
  /** What the program needs to be found, on a machine where nothing of it is installed. */
  env: Record<string, string>;
};

/**
 * Debian's Firefox, and the libraries that this machine has not, unpacked into the user's cache. Nothing is
 * installed, and root is not needed: apt works with lists of its own, and dpkg-deb only unpacks. The
 * first time takes some seconds and 90 to 150 MB; later it is there. To have a newer one, delete the folder.
 * @throws where apt cannot fetch it, with what apt said
 */
export async function firefoxFromDebian(): Promise<Unpacked> {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const root = join(cache, "redeem-tests", PACKAGE);
  if (!existsSync(join(root, PROGRAM))) await fetchInto(root);
  return { program: join(root, PROGRAM), env: await environmentFor(root) };
}

/** Another test run may do the same at the same time: whoever is ready first has made it. */
async function fetchInto(root: string): Promise<void> {
  await mkdir(dirname(root), { recursive: true });
  const work = await mkdtemp(join(dirname(root), "fetching-"));
  try {
    const unpacked = join(work, "root");
    const debs = join(work, "debs");
    for (const folder of [unpacked, debs, join(work, "lists/partial"), join(work, "cache")])
      await mkdir(folder, { recursive: true });
    const apt = (...words: string[]) =>
      run(debs, [
        "apt-get",
        "--quiet=2",
        `--option=Dir::State::Lists=${join(work, "lists")}`,
        `--option=Dir::Cache=${join(work, "cache")}`,
        ...words,
      ]);
    await apt("update");
    const plan = await apt("--simulate", "--no-install-recommends", "install", PACKAGE);
    const missing = [...plan.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)];
    await apt("download", ...missing.map(([, name, version]) => `${name}=${version}`));
    for (const deb of await readdir(debs)) await run(debs, ["dpkg-deb", "-x", deb, unpacked]);
    if (!existsSync(join(unpacked, PROGRAM))) throw new Error(`${PACKAGE} has no ${PROGRAM}`);
    await rename(unpacked, root).catch((error: unknown) => {
      if (!existsSync(join(root, PROGRAM))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function run(cwd: string, command: string[]): Promise<string> {
  const child = Bun.spawn(command, {
    cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, LC_ALL: "C" },
  });
  const [said, complaint, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${complaint.trim()}`);
  return said;
}

async function environmentFor(root: string): Promise<Record<string, string>> {
  const libraries = [dirname(join(root, PROGRAM))];
  for (const parent of ["usr/lib", "lib"]) {
    const names = await readdir(join(root, parent)).catch(() => []);
    for (const name of names)
      if (name.includes("-linux-gnu")) libraries.push(join(root, parent, name));
  }
  const env: Record<string, string> = { LD_LIBRARY_PATH: libraries.join(":") };
  if (!existsSync("/etc/fonts/fonts.conf")) env["FONTCONFIG_FILE"] = await writeFonts(root);
  return env;
}

/** The package of Debian's configuration would write one when it is installed. */
async function writeFonts(root: string): Promise<string> {
  const file = join(root, "fonts.conf");
  const folders = [join(root, "usr/share/fonts"), "/usr/share/fonts"];
  await Bun.write(
    file,
    `<fontconfig>${folders.map((folder) => `<dir>${folder}</dir>`).join("")}<cachedir>${join(root, "font-cache")}</cachedir></fontconfig>\n`,
  );
  return file;
}
