import { expect, test } from "bun:test";
import { inShell, programWords, publicProgram } from "../src/command-line.ts";

/** What whoever started the server types for another command of it. */

const npm = { npm_config_user_agent: "npm/11.0.0 node/v24.0.0 linux x64" };
const bun = { npm_config_user_agent: `bun/${Bun.version} npm/? node/v24.0.0 linux x64` };
const main = "/home/ann/redeem/src/main.ts";
const cwd = "/home/ann/redeem";

test.each([
  ["built", { argv0: "./dist/redeem", main: undefined }, "./dist/redeem", "./dist/redeem"],
  ["built, on the PATH", { argv0: "redeem", main: undefined }, "redeem", "redeem"],
  [
    "built, by a service",
    { argv0: "/usr/local/bin/redeem", main: undefined },
    "/usr/local/bin/redeem",
    "redeem",
  ],
  [
    "built, below a folder with a space",
    { argv0: "./my tools/redeem", main: undefined },
    "'./my tools/redeem'",
    "'./my tools/redeem'",
  ],
  ["from source", { argv0: "bun", main }, "bun src/main.ts", "bun src/main.ts"],
  ["bun start", { argv0: "bun", main, env: bun }, "bun src/main.ts", "bun src/main.ts"],
  [
    "npx bun start",
    { argv0: "bun", main, env: npm },
    `npx --yes bun@${Bun.version} src/main.ts`,
    `npx --yes bun@${Bun.version} src/main.ts`,
  ],
  ["from another folder", { argv0: "bun", main, cwd: "/srv" }, `bun ${main}`, "redeem"],
])("%s", (_, started, typed, shownToAll) => {
  const words = programWords({ cwd, env: {}, ...started });
  expect(inShell(words)).toBe(typed);
  expect(publicProgram(words)).toBe(shownToAll);
});
