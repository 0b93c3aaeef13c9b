import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import Database from "better-sqlite3";
import { png } from "../support/media.ts";
import { serverForAll } from "../support/lifetime.ts";
import { API_KEY } from "../support/site.ts";
import { isFailure, isMisuse, run } from "./run.ts";

const server = serverForAll();

const redeem = (...words: string[]) => run(server.folder, words, { REDEEM_PUBLIC_URL: server.url });

async function create(...options: string[]) {
  const ran = await redeem("token", "create", ...options);
  expect(ran).toMatchObject({ code: 0, err: "" });
  const [, id = ""] = /^Upload token (\d+),/.exec(ran.out) ?? [];
  const [, token = ""] = /^ {2}(\w{64})$/m.exec(ran.out) ?? [];
  return { id, token, out: ran.out };
}

async function upload(token: string): Promise<Response> {
  const form = new FormData();
  form.append("upload_token", token);
  form.append("file", new Blob([png(300)]), "a.png");
  return fetch(`${server.url}/api/2/photo/redeem-upload-token`, {
    method: "POST",
    body: form,
    redirect: "manual",
  });
}

/** What is listed, without the headings. */
const rows = (out: string) => out.trim().split("\n").slice(1);

describe("redeem token, while the server runs", () => {
  test("create: a token that can be redeemed, its page and a curl line", async () => {
    const { token, out } = await create("--title", "Cats & dogs", "--max-uploads", "2");
    expect(out).toContain("for 2 files");
    expect(out).toContain(`${server.url}/upload/${token}`);
    expect(out).toContain(`curl -F upload_token=${token} -F file=@photo.jpg`);
    expect((await upload(token)).status).toBe(200);
    expect((await upload(token)).status).toBe(200);
    expect((await upload(token)).status).toBe(404);
    const { out: listed } = await redeem("token", "list");
    expect(listed).toMatch(/^ID +TITLE +USED +VALID UNTIL \(UTC\) +STATE$/m);
    expect(listed).toMatch(/Cats & dogs +2\/2 .* used up$/m);
    expect(listed).not.toContain(token);
  });

  test("create with a passphrase: the link needs it, and show says so and not which", async () => {
    const words = ["--sender", "Ann", "--ask", "note,name", "--passphrase", "blue heron"];
    const { id, token, out } = await create(...words);
    expect((await upload(token)).status).toBe(403);
    const { out: shown } = await redeem("token", "show", id);
    expect(shown).toMatch(/^ {2}Asked by +Ann$/m);
    expect(shown).toMatch(/^ {2}Asks for +name, note$/m);
    expect(shown).toMatch(/^ {2}Passphrase +needed$/m);
    expect(out + shown).not.toContain("heron");
    // The line for a terminal does it, and no passphrase is in it.
    const line = / {2}(curl .*)\n/
      .exec(out)?.[1]
      ?.replace("curl", "curl -s")
      ?.replace("photo.jpg", "-");
    const sent = Bun.spawn(["sh", "-c", line ?? ""], {
      env: { ...process.env, PASSPHRASE: "blue heron" },
      stdin: png(),
    });
    expect(await new Response(sent.stdout).text()).toContain('"status":"ok"');
  });

  test("a passphrase that is too short is refused, and not repeated", async () => {
    const ran = await redeem("token", "create", "--passphrase", "xyz");
    expect(ran.err).toBe(
      "redeem: --passphrase must have 4 to 200 characters, without spaces around it.\n",
    );
    expect(isFailure(ran)).toBe(true);
  });

  // On 502525b `token list` wrote the ESC of a title to the terminal.
  test("list writes no control characters, whatever is in the database", async () => {
    const client = new Database(join(server.folder, "redeem.db"));
    const { id } = await create("--title", "Plain");
    const hidden = "a\u001b[31mb\u009b31m\u0007\u202ec\u0000d\ne";
    client.prepare("update upload_tokens set title = ? where id = ?").run(hidden, Number(id));
    client.close();
    const { out } = await redeem("token", "list");
    expect(out).toContain("a\ufffd[31mb\ufffd31m\ufffd\ufffdc\ufffdd e");
    expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  test("create takes what get-upload-token takes", async () => {
    const { token } = await create(
      "--return-url",
      "https://shop.example/done",
      "--valid",
      "2h",
      "--types",
      "image/png",
    );
    const response = await upload(token);
    expect(response.status).toBe(301);
    expect(response.headers.get("location")).toStartWith("https://shop.example/done?");
  });

  // Issue 8, 3.5: it was `max_size must be a whole number`.
  test.each([
    ["1MB", "1 MB (1000000 bytes)"],
    ["1 MiB", "1 MiB (1048576 bytes)"],
    ["1500", "1.5 kB (1500 bytes)"],
  ])("create: --max-size %s", async (size, words) => {
    const { token } = await create("--max-size", size);
    const form = new FormData();
    form.append("upload_token", token);
    form.append("file", new Blob([png(1_100_000)]), "a.png");
    const url = `${server.url}/api/2/photo/redeem-upload-token`;
    const answer = await fetch(url, { method: "POST", body: form });
    expect(await answer.text()).toContain(`at most ${words}`);
  });

  // Issue 8, 3.7: a link could be valid for a day, and was shown this once.
  test("a link of 14 days, and show: how it stands, and its address again", async () => {
    const { id, token } = await create(
      "--valid",
      "14d",
      "--title",
      "Wedding",
      "--max-uploads",
      "2",
    );
    const end = (await redeem("token", "list")).out.match(
      new RegExp(`^${id} .* (\\S+ \\S+) +valid$`, "m"),
    );
    expect(Math.abs(Date.parse(`${end?.[1]}Z`) - (Date.now() + 14 * 86_400_000))).toBeLessThan(
      120_000,
    );
    expect((await upload(token)).status).toBe(200);
    const { out, err, code } = await redeem("token", "show", id);
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(out).toContain("Title         Wedding\n");
    expect(out).toMatch(/^ {2}State {9}valid$/m);
    expect(out).toMatch(/^ {2}Used {10}1 of 2$/m);
    expect(out).toMatch(/^ {2}Photos {8}private: listed for API keys alone/m);
    expect(out).toContain(`  Page          ${server.url}/upload/${token}\n`);
  });

  test("show says what is over: expired, used up, revoked", async () => {
    const { id, token } = await create();
    expect((await upload(token)).status).toBe(200);
    expect((await redeem("token", "show", id)).out).toMatch(/^ {2}State +used up$/m);
    const client = new Database(join(server.folder, "redeem.db"));
    const [expired, revoked] = [await create(), await create()];
    client
      .prepare("update upload_tokens set valid_until = 1, title = ? where id = ?")
      .run("a\u001b[31m", Number(expired.id));
    const { out } = await redeem("token", "show", expired.id);
    expect(out).toMatch(/^ {2}State +expired$/m);
    expect(out).toContain("a\ufffd[31m\n");
    expect((await redeem("token", "list")).out).toMatch(
      new RegExp(`^${expired.id} .* expired$`, "m"),
    );
    await redeem("token", "revoke", revoked.id);
    expect((await redeem("token", "show", revoked.id)).out).toMatch(
      /^ {2}State +revoked on \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m,
    );
    client.close();
  });

  test("a replace token is listed by its photo, and has no page; what comes with a key is not listed", async () => {
    const headers = { authorization: `Bearer ${API_KEY}` };
    const form = new FormData();
    form.append("file", new Blob([png(300)]), "a.png");
    const before = rows((await redeem("token", "list", "--all")).out).length;
    const sent = await fetch(`${server.url}/api/2/photo/upload`, {
      method: "POST",
      body: form,
      headers,
    });
    const { photo_id: photo } = (await sent.json()) as { photo_id: number };
    const url = `${server.url}/api/2/photo/get-replace-token?photo_id=${photo}`;
    expect((await fetch(url, { headers })).status).toBe(200);
    const listed = rows((await redeem("token", "list", "--all")).out);
    expect(listed).toHaveLength(before + 1);
    const [id = ""] = listed[0]?.split(/\s/) ?? [];
    expect(listed[0]).toMatch(new RegExp(`^${id} +\\(replaces photo ${photo}\\) +0/1 .* valid$`));
    const { out } = await redeem("token", "show", id);
    expect(out).toContain(`  Replaces      the bytes of photo ${photo}\n`);
    expect(out).not.toMatch(/^ {2}(Page|Photos)/m);
    const client = new Database(join(server.folder, "redeem.db"), { readonly: true });
    const direct = client.prepare("select id from upload_tokens where direct = 1").pluck().get();
    client.close();
    expect(isFailure(await redeem("token", "show", String(direct)))).toBe(true);
  });

  test("a token that a backend has asked for is shown too, and is in no file of the folder", async () => {
    const token = await server.token();
    const { out: listed } = await redeem("token", "list");
    const id = listed.split("\n")[1]?.split(" ")[0] ?? "";
    expect((await redeem("token", "show", id)).out).toContain(`/upload/${token}\n`);
    for (const name of ["redeem.db", "redeem.db-wal"]) {
      const bytes = await Bun.file(join(server.folder, name)).text();
      expect(bytes).not.toContain(token);
    }
    expect(server.log()).not.toContain(token);
  });

  test("show says why there is no address to show", async () => {
    const { id } = await create();
    const client = new Database(join(server.folder, "redeem.db"));
    const set = (sealed: string | null) =>
      client
        .prepare("update upload_tokens set sealed_token = ? where id = ?")
        .run(sealed, Number(id));
    // As every token was before there was such a column.
    set(null);
    const before = await redeem("token", "show", id);
    expect(before).toMatchObject({ code: 0, err: "" });
    expect(before.out).toMatch(/^ {2}Page +cannot be shown: .* earlier version/m);
    set("c2VhbGVkIHdpdGggYW5vdGhlciBzZWNyZXQ");
    const other = await redeem("token", "show", id);
    expect(other).toMatchObject({ code: 0, err: "" });
    expect(other.out).toMatch(/^ {2}Page +cannot be shown: .* another secret/m);
    client.close();
  });

  // A link for a year was buried under the tokens that a backend asks for.
  test("list shows the newest, says how many more there are, and shows them", async () => {
    const { id } = await create("--title", "For a year", "--valid", "365d");
    const client = new Database(join(server.folder, "redeem.db"));
    const columns = (client.pragma("table_info(upload_tokens)") as { name: string }[])
      .map(({ name }) => name)
      .filter((name) => name !== "id" && name !== "hash");
    const more = client.prepare(
      `insert into upload_tokens (hash, ${columns.join(", ")}) select ?, ${columns.join(", ")} from upload_tokens where id = ?`,
    );
    for (let made = 0; made < 120; made += 1) more.run(`hash ${made}`, Number(id));
    const { total } = client
      .prepare("select count(*) as total from upload_tokens where direct is null")
      .get() as {
      total: number;
    };
    client
      .prepare("update upload_tokens set title = 'A backend''s' where hash like 'hash %'")
      .run();
    client.close();
    const some = await redeem("token", "list");
    expect(rows(some.out)).toHaveLength(100);
    expect(some.out).not.toContain("For a year");
    expect(some.err).toBe(
      `These are the newest 100 of ${total}: ${total - 100} more are not shown. See them with --limit N, or --all.\n`,
    );
    const all = await redeem("token", "list", "--all");
    expect([rows(all.out).length, all.err]).toEqual([total, ""]);
    expect(all.out).toContain("For a year");
    const most = await redeem("token", "list", "--limit", String(total - 1));
    expect(rows(most.out)).toEqual(rows(all.out).slice(0, -1));
    expect(most.err).toContain(`${total}: 1 more is not shown`);
    // Without `list` it is `list`.
    expect((await redeem("token", "--limit", "121")).out).toContain("For a year");
  });

  test("revoke: it is refused from then on", async () => {
    const { id, token } = await create();
    const revoked = await redeem("token", "revoke", id);
    expect(revoked).toEqual({ code: 0, out: `Upload token ${id} is revoked.\n`, err: "" });
    expect((await upload(token)).status).toBe(404);
    expect(isFailure(await redeem("token", "revoke", id))).toBe(true);
    expect((await redeem("token", "list")).out).toMatch(new RegExp(`^${id} .* revoked$`, "m"));
  });

  test.each([
    [["token", "create", "--max-uploads", "0"], "--max-uploads must be a whole number from 1"],
    // Issue 8, 3.5: the message named "5", which nobody had typed.
    [["token", "create", "--valid", "5m"], "--valid must be a duration from 15m to 365d"],
    [["token", "create", "--valid", "366d"], 'not "366d"'],
    [["token", "show", "999999"], "no upload token 999999"],
    [["token", "create", "--valid", "5m"], 'not "5m"'],
    [["token", "create", "--valid", "5"], 'not "5"'],
    [["token", "create", "--valid", "soon"], 'not "soon"'],
    [["token", "create", "--max-size", "2TiB"], 'at most 100 GiB (REDEEM_MAX_SIZE), not "2TiB"'],
    [["token", "create", "--max-size", "big"], 'not "big"'],
    [["token", "create", "--max-size", "0"], 'not "0"'],
    [["token", "create", "--return-url", "ftp://x"], "--return-url must be an http or https"],
    [["token", "create", "--types", "text/plain"], "--types must be"],
    [["token", "revoke", "999999"], "no upload token 999999"],
  ])("%p is one line and exit code 1", async (words, message) => {
    const ran = await redeem(...words);
    expect(ran.err).toContain(message);
    expect(isFailure(ran)).toBe(true);
  });

  test.each([
    [["token", "create", "--nonsense", "1"], "--nonsense"],
    [["token", "create", "extra"], "extra"],
    [["token", "revoke"], "Usage"],
    [["token", "revoke", "1", "2"], '"2"'],
    [["token", "show"], "Usage"],
    [["token", "list", "--limit", "0"], '--limit must be a whole number from 1, not "0"'],
    [["token", "list", "--limit", "many"], 'not "many"'],
    [["token", "list", "--limit", "5", "--all"], "not both"],
    [["token", "list", "--all=yes"], "--all"],
    [["token", "melt"], "create, list, show and revoke"],
  ])("%p is one line and exit code 2", async (words, message) => {
    const ran = await redeem(...words);
    expect(ran.err).toContain(message);
    expect(isMisuse(ran)).toBe(true);
  });
});
