import { expect, test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");

type Package = {
  packageManager: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** The rows of the table under a heading, as package.json writes them. */
function listed(text: string, heading: string): string[] {
  const section = text.split(`### ${heading}\n`)[1]?.split("\n#")[0] ?? "";
  return [...section.matchAll(/^\| (\S+) +\| (\S+) +\| (\S.*?) +\|$/gm)]
    .map(([, name, version]) => `${name} ${version}`)
    .filter((row) => row !== "package version" && !row.startsWith("-"))
    .toSorted();
}

/** An alias is listed by the version that it stands for. */
function declared(packages: Record<string, string>): string[] {
  return Object.entries(packages)
    .map(([name, version]) => `${name} ${version.replace(/^npm:.*@/, "")}`)
    .toSorted();
}

test("SECURITY.md lists every dependency, with its version and what it is for", async () => {
  const text = await Bun.file(join(ROOT, ".github/SECURITY.md")).text();
  const own = (await Bun.file(join(ROOT, "package.json")).json()) as Package;
  const [, bun = ""] = own.packageManager.split("@");
  expect(listed(text, "At run time")).toEqual(declared({ bun, ...own.dependencies }));
  expect(listed(text, "For development and tests")).toEqual(declared(own.devDependencies));
});
