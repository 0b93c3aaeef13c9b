import { expect, test } from "bun:test";
import { chmod, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/remains.ts";
import { startServer } from "../support/server.ts";
import { run, withFolder } from "./run.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const env = { REDEEM_API_KEY: "" };

async function statusWith(url: string, key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  return (await fetch(`${url}/api/2/photo/get-upload-token`, { headers })).status;
}

/** Issue 8, 3.9: it went into the log of the service, for everybody who may read that and for as long as it is kept. */
test("without a terminal the first key is in a file of its own, and the log says where", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "first-key");
    const first = await startServer({ folder, env });
    const key = (await Bun.file(file).text()).trim();
    expect(key).toMatch(/^\w{40}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await statusWith(first.url, key)).toBe(200);
    expect(first.output + first.log()).not.toContain(key);
    expect(first.output).toContain(`API key        in ${file}\n`);
    await until("the file is named", () => first.log().includes(`"file":"${file}"`));
    // What a service prints is kept: no link is in it, but the way to one.
    expect(first.output).toContain(`Archive        ${first.url}/archive\n`);
    expect(first.output + first.log()).not.toContain("/archive/open/");
    const [, open = ""] = /For a link that signs in: (.+)/.exec(first.output) ?? [];
    const shell = Bun.spawn(["sh", "-c", open], { stdout: "pipe" });
    expect(await new Response(shell.stdout).text()).toContain(`${first.url}/archive/open/`);
    await first.kill();

    // Opened by somebody, and still there: closed again, and said so.
    await chmod(file, 0o644);
    const second = await startServer({ folder, env });
    expect(second.output).not.toMatch(/^ +API key /m);
    await until("that it is still there", () =>
      second.log().includes("the first API key is still in this file"),
    );
    expect((await Bun.file(file).text()).trim()).toBe(key);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await second.kill();

    await rm(file);
    const third = await startServer({ folder, env });
    expect(third.log()).not.toContain("first API key");
    expect(await Bun.file(file).exists()).toBe(false);
    expect(await statusWith(third.url, key)).toBe(200);
    await third.kill();
    const { out } = await run(folder, ["key", "list"]);
    expect(out.trim().split("\n")).toHaveLength(2);
    expect(out).toMatch(/ write +first /);
  });
});

test("one that a start left which was cut off is replaced by one that works", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "first-key");
    await Bun.write(file, "a key that was never made\n");
    await chmod(file, 0o666);
    const server = await startServer({ folder, env });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await statusWith(server.url, (await Bun.file(file).text()).trim())).toBe(200);
    await server.kill();
  });
});

test("the lines that are printed make a token with the key in the file, where a shell runs them", async () => {
  await withFolder(async (folder) => {
    const data = join(folder, "it's mine");
    const server = await startServer({ folder: data, cwd: folder, env });
    const [, line = ""] = /(TOKEN=\$\(curl [^]*?\/'\))/.exec(server.output) ?? [];
    const shell = Bun.spawn(["sh", "-c", `${line}\nprintf %s "$TOKEN"`], { stdout: "pipe" });
    expect(await new Response(shell.stdout).text()).toMatch(/^\w{64}$/);
    await server.kill();
  });
});

test("who sits at a terminal is shown it, and no file is made", async () => {
  await withFolder(async (folder) => {
    let shown = "";
    const ready = Promise.withResolvers<void>();
    const child = Bun.spawn([process.execPath, MAIN, "serve"], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: process.env["HOME"] ?? "",
        REDEEM_HOST: "127.0.0.1",
        REDEEM_PORT: "0",
        REDEEM_DATA: folder,
      },
      terminal: {
        cols: 200,
        rows: 50,
        data: (_terminal, bytes) => {
          shown += new TextDecoder().decode(bytes);
          if (/redeem-upload-token\s/.test(shown)) ready.resolve();
        },
      },
    });
    await Promise.race([ready.promise, child.exited]);
    const [, key = ""] = /API key +(\w{40})\s/.exec(shown) ?? [];
    const [, url = ""] = /ready at (\S+) /.exec(shown) ?? [];
    expect(await statusWith(url, key)).toBe(200);
    const [, link = ""] = /Archive +(\S+\/archive\/open\/\w{40})\s/.exec(shown) ?? [];
    expect(link).toStartWith(url);
    const signIn = await fetch(link, { method: "POST", redirect: "manual" });
    expect(signIn.headers.get("set-cookie")).toStartWith("redeem_session=");
    expect(await Bun.file(join(folder, "first-key")).exists()).toBe(false);
    child.kill();
    await child.exited;
  });
});
