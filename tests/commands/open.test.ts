import { describe, expect, test } from "bun:test";
import { startServer } from "../support/server.ts";
import { isFailure, isMisuse, run, withFolder } from "./run.ts";

const linkIn = (text: string) => /^ {2}(http\S+\/archive\/open\/\w{40})$/m.exec(text)?.[1] ?? "";

/** As a browser does it: the page, then its button. @returns the page that it ends on, and its address */
async function open(link: string): Promise<{ signIn: Response; cookie: string; page: string }> {
  expect((await fetch(link)).status).toBe(200);
  const signIn = await fetch(link, {
    method: "POST",
    headers: { origin: new URL(link).origin },
    redirect: "manual",
  });
  const [cookie = ""] = (signIn.headers.get("set-cookie") ?? "").split(";");
  const page = await fetch(new URL("/archive", link), { headers: { cookie } });
  return { signIn, cookie, page: await page.text() };
}

test("beside a running server it prints a link that signs in there, once; no log has it", async () => {
  await withFolder(async (folder) => {
    const server = await startServer({ folder });
    const { code, out, err } = await run(folder, ["open"]);
    expect([code, err]).toEqual([0, ""]);
    const link = linkIn(out);
    expect(link).toStartWith(`${server.url}/archive/open/`);
    const { signIn, page, cookie } = await open(link);
    expect(signIn.status).toBe(303);
    expect(page).toContain('"level":"super"');
    expect((await fetch(link, { method: "POST" })).status).toBe(404);

    // The command and the server see each other's writes at once.
    const signedIn = async () =>
      (await (await fetch(`${server.url}/archive`, { headers: { cookie } })).text()).includes(
        "archive-info",
      );
    expect(await signedIn()).toBe(true);
    await server.kill();
    const secret = link.split("/").at(-1) ?? "";
    expect(server.log()).toContain("/archive/open/:secret");
    expect(server.log() + server.output).not.toContain(secret);
    expect(server.log()).not.toContain(cookie.split("=")[1] ?? "?");
  });
});

test("with --key it signs in as that key, and revoking the key by a command ends that at once", async () => {
  await withFolder(async (folder) => {
    const server = await startServer({ folder });
    await run(folder, ["key", "create", "--level", "read", "--name", "Ann"]);
    const { out } = await run(folder, ["open", "--key", "1"]);
    expect(out).toContain("as API key 1, with level read");
    const { page, cookie } = await open(linkIn(out));
    expect(page).toContain('"level":"read","userId":1');
    const later = linkIn((await run(folder, ["open", "--key", "1"])).out);
    await run(folder, ["key", "revoke", "1"]);
    const after = await fetch(`${server.url}/archive`, { headers: { cookie } });
    expect(await after.text()).not.toContain("archive-info");
    expect((await fetch(later, { method: "POST" })).status).toBe(404);
    expect(isFailure(await run(folder, ["open", "--key", "1"]))).toBe(true);
    await server.kill();
  });
});

describe("what is asked for wrongly", () => {
  test("is answered in a line", async () => {
    await withFolder(async (folder) => {
      // Nothing is made where there is no data: it is the wrong folder.
      const nowhere = await run(folder, ["open"]);
      expect(isFailure(nowhere)).toBe(true);
      expect(nowhere.err).toContain("There is no data in");
      await run(folder, ["key", "create"]);
      expect(isFailure(await run(folder, ["open", "--key", "9"]))).toBe(true);
      for (const words of [["--key", "x"], ["--what", "1"], ["now"]]) {
        expect(isMisuse(await run(folder, ["open", ...words]))).toBe(true);
      }
      expect((await run(folder, ["open", "--help"])).out).toContain("once, within 15 minutes");
    });
  });

  test("the address may be said", async () => {
    await withFolder(async (folder) => {
      await run(folder, ["key", "create"]);
      const { out } = await run(folder, ["open", "--public-url", "https://a.example/b/"]);
      expect(linkIn(out)).toStartWith("https://a.example/b/archive/open/");
    });
  });
});
