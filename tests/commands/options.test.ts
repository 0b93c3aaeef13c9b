import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseEnvFile } from "../../src/env-file.ts";
import { settings } from "../../src/settings.ts";
import { startServer } from "../support/server.ts";
import { isFailure, isMisuse, run, withFolder } from "./run.ts";

/** Issue 8, 3.1: `redeem serve` ignored its arguments, and every command needed the settings again. */

const MAIN = join(import.meta.dir, "../../src/main.ts");
const unset = { REDEEM_DATA: "", REDEEM_PUBLIC_URL: "" };

describe("options of redeem serve", () => {
  test("win over the environment, which wins over redeem.env in the working folder", async () => {
    await withFolder(async (folder) => {
      await Bun.write(
        join(folder, "redeem.env"),
        "REDEEM_DATA=in-file\nREDEEM_SITE_NAME='From # file'\nREDEEM_PUBLIC_URL=http://file.test\n",
      );
      const command = [process.execPath, MAIN, "--public-url", "http://option.test"];
      const server = await startServer({
        command,
        folder,
        env: { REDEEM_DATA: "", REDEEM_PUBLIC_URL: "http://variable.test" },
      });
      try {
        expect(server.url).toBe("http://option.test");
        expect(server.output).toContain(`Data folder    ${join(folder, "in-file")}`);
        const page = await fetch(`http://127.0.0.1:${server.port}/upload/none`);
        expect(await page.text()).toContain("From # file");
        // The other commands find the same data, with nothing said again.
        const made = await run("", ["token", "create"], unset, { cwd: folder });
        expect(made).toMatchObject({ code: 0, err: "" });
        expect(made.out).toContain("http://file.test/upload/");
        const listed = await run("", ["token", "list"], unset, { cwd: folder });
        expect(listed.out.trim().split("\n")).toHaveLength(2);
      } finally {
        await server.kill("SIGKILL");
      }
    });
  });

  test("a wrong one is named as it was given", async () => {
    await withFolder(async (folder) => {
      const ran = await run(folder, ["serve", "--port", "http"]);
      expect(ran.err).toContain('--port is "http"; allowed: a whole number');
      expect(isFailure(ran)).toBe(true);
    });
  });

  test.each([
    [["serve", "--colour", "red"], "--colour"],
    [["--colour", "red"], "--colour"],
    [["serve", "2500"], '"2500"'],
    [["serve", "--port"], "--port"],
    [["serve", "--port", ""], "--port needs a value"],
    [["help", "melt"], '"melt"'],
  ])("%p is one line and exit code 2", async (words, message) => {
    await withFolder(async (folder) => {
      const ran = await run(folder, words);
      expect(ran.err).toContain(message);
      expect(isMisuse(ran)).toBe(true);
    });
  });
});

test("--help of each command says what it takes, and makes nothing", async () => {
  await withFolder(async (parent) => {
    const folder = join(parent, "data");
    const [serve, token, key, secret] = await Promise.all(
      ["serve", "token", "key", "secret"].map((name) => run(folder, [name, "--help"])),
    );
    for (const name of Object.keys(settings.properties)) {
      const option = `--${name.replace("REDEEM_", "").toLowerCase().replaceAll("_", "-")} `;
      expect(serve?.out).toContain(option);
    }
    expect(token?.out).toContain("--return-url");
    expect(key?.out).toContain("--level");
    expect(secret?.out).toContain("--data");
    for (const ran of [serve, token, key, secret]) expect(ran).toMatchObject({ code: 0, err: "" });
    expect(await Bun.file(join(folder, "redeem.db")).exists()).toBe(false);
  });
});

test("--version is that of package.json", async () => {
  const { version } = await Bun.file(join(import.meta.dir, "../../package.json")).json();
  expect(await run("", ["--version"])).toEqual({ code: 0, out: `redeem ${version}\n`, err: "" });
});

describe("redeem.env", () => {
  test("takes names and values, quotes and comments", () => {
    const text = [
      "\ufeff# all of it",
      "A=plain words # and why",
      "B='single # quoted' # c",
      'C="double \\"quoted\\" \\\\ #"',
      "  D = spaced  ",
      "E=",
      "F=a#b",
      "",
    ].join("\r\n");
    const values = [...parseEnvFile(text, "f")].map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(values)).toEqual({
      A: "plain words",
      B: "single # quoted",
      C: 'double "quoted" \\ #',
      D: "spaced",
      E: "",
      F: "a#b",
    });
  });

  test.each([
    ["\nREDEEM_PORT 2500", "line 2: this is not NAME=value"],
    ["REDEEM_PORT='2500", "line 1: this is not NAME=value"],
    ["REDEEM_PORT=1\n\nREDEEM_PORT=2", "line 3: REDEEM_PORT is set already, in line 1"],
    ["REDEEM_PROT=1", "line 1: there is no setting REDEEM_PROT"],
    ["# port\nREDEEM_STALL=x", 'REDEEM_STALL (my.env, line 2) is "x"; allowed: '],
  ])("%p is one line that names file and line", async (text, message) => {
    await withFolder(async (folder) => {
      await Bun.write(join(folder, "my.env"), text);
      const ran = await run(folder, ["key", "list", "--config", "my.env"], {}, { cwd: folder });
      expect(ran.err).toContain("my.env");
      expect(ran.err).toContain(message);
      expect(isFailure(ran)).toBe(true);
    });
  });

  test("one that is named must be there", async () => {
    const ran = await run("", ["key", "list", "--config", "/nowhere/redeem.env"]);
    expect(ran.err).toContain("/nowhere/redeem.env is not there");
    expect(isFailure(ran)).toBe(true);
  });
});
