import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { hashSecret } from "../../src/random.ts";
import { chunkFields, chunkForm, pieces, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import {
  fileForm,
  formOf,
  photoCount,
  photoIn,
  redeem,
  redeemPath,
  type Part,
} from "../support/redeem.ts";

/** Protocol 4.7: a token with a passphrase does nothing for who does not know it. */

const site = siteForEach();
const WORDS = "midsummer night";
const file = png(2500);
const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
const locked = (more: Record<string, string | number> = {}) =>
  site.token({ passphrase: WORDS, ...more });

type Answer = { status: number; code: string; data: Record<string, unknown> };

async function call(method: string, fields: Record<string, string>): Promise<Answer> {
  const body = new URLSearchParams(fields);
  const answer = await site.call(`/api/2/photo/${method}`, { method: "POST", body });
  const { code = "", data = {} } = (await answer.json()) as Partial<Answer>;
  return { status: answer.status, code, data };
}

const statusOf = (upload_token: string, more: Record<string, string> = {}) =>
  call("upload-token-status", { upload_token, ...more });

async function grantOf(token: string): Promise<string> {
  const { data } = await statusOf(token, { passphrase: WORDS });
  return data["upload_grant"] as string;
}

describe("get-upload-token", () => {
  test("keeps it hashed, and answers it to nobody", async () => {
    const answer = await site.callWithKey(
      `/api/2/photo/get-upload-token?passphrase=${encodeURIComponent(WORDS)}&sender=Ann+%3Cb%3E&ask=note,name`,
    );
    const text = await answer.text();
    expect(text).not.toContain("midsummer");
    expect((JSON.parse(text) as Answer).data).toMatchObject({
      passphrase_p: true,
      sender: "Ann <b>",
      ask: "name,note",
    });
    const [row] = rowsOf<Record<string, string>>(site, "select * from upload_tokens");
    expect(JSON.stringify(row)).not.toContain("midsummer");
    expect(row?.["passphrase_hash"]).toStartWith("$argon2id$");
    const log = await Array.fromAsync(new Bun.Glob("**/*").scan(site.folder));
    for (const name of log) {
      expect(await Bun.file(join(site.folder, name)).text()).not.toContain("midsummer");
    }
  });

  test("says nothing of what was not asked for", async () => {
    const answer = await site.callWithKey("/api/2/photo/get-upload-token");
    const { data } = (await answer.json()) as Answer;
    for (const name of ["passphrase_p", "sender", "ask"]) expect(data).not.toHaveProperty(name);
  });

  test.each([
    ["passphrase=abc", "passphrase must have 4 to 200 characters, without spaces around it."],
    ["passphrase=+++ab+", "passphrase must have 4 to 200 characters, without spaces around it."],
    [`passphrase=${"a".repeat(201)}`, "passphrase must have 4 to 200 characters"],
    ["ask=name,age", 'ask must be name or note, or both, comma separated, not "name,age".'],
    [`sender=${"a".repeat(201)}`, "sender must be text of at most 200 characters"],
  ])("%s is refused", async (query, words) => {
    const answer = await site.callWithKey(`/api/2/photo/get-upload-token?${query}`);
    expect(answer.status).toBe(400);
    const { message } = (await answer.json()) as { message: string };
    expect(message).toStartWith(words);
  });
});

const refused = async (answer: Response) => {
  expect([answer.status, answer.headers.get("redeem-code")]).toEqual([403, "passphrase_required"]);
  expect(answer.headers.get("content-type")).toStartWith("text/plain");
  expect(await answer.text()).toBe(
    "The upload token needs its passphrase as well: send it in the parameter 'passphrase'.",
  );
};

describe("without the passphrase", () => {
  test("no file is taken, whole or in chunks, and none is asked for", async () => {
    const token = await locked();
    await refused(await redeem(site, fileForm(token, file)));
    await refused(await redeem(site, chunkForm(token, plan, pieces(plan)[0] as never, file)));
    const late = formOf([
      ["file", file, "a.png"],
      ["upload_token", token],
    ]);
    await refused(await redeem(site, late));
    const octets = await site.call(`${redeemPath()}?upload_token=${token}`, {
      method: "PUT",
      body: file,
      headers: { "content-type": "image/png" },
    });
    await refused(octets);
    const query = new URLSearchParams([...chunkFields(plan, 1), ["upload_token", token]]);
    await refused(await site.call(`${redeemPath()}?${query}`));
    expect(rowsOf(site, "select * from uploads")).toEqual([]);
  });

  test("nothing is changed, deleted, cancelled or replaced", async () => {
    const token = await locked();
    const grant = await grantOf(token);
    const { photo_id: id } = await photoIn(
      await redeem(site, fileForm(token, file, "a.png", { upload_grant: grant })),
    );
    const names = {
      resumableIdentifier: "i",
      resumableTotalSize: "2500",
      resumableChunkSize: "1000",
      resumableFilename: "a.png",
    };
    const calls: [string, Record<string, string>][] = [
      ["update-upload-token", { title: "Mine" }],
      ["delete-upload-token", { photo_id: String(id) }],
      ["cancel-upload", names],
    ];
    for (const [method, fields] of calls) {
      expect(await call(method, { upload_token: token, ...fields })).toMatchObject({
        status: 403,
        code: "passphrase_required",
      });
    }
    const form = formOf([
      ["upload_token", token],
      ["photo_id", String(id)],
      ["file", file],
    ]);
    const replaced = await site.call("/api/2/photo/replace", { method: "POST", body: form });
    expect([replaced.status, await replaced.json()]).toMatchObject([
      403,
      { code: "passphrase_required" },
    ]);
    form.append("upload_grant", grant);
    const opened = formOf([
      ["upload_token", token],
      ["photo_id", String(id)],
      ["upload_grant", grant],
      ["file", png(300)],
    ]);
    const done = await site.call("/api/2/photo/replace", { method: "POST", body: opened });
    expect(done.status).toBe(200);
    for (const [method, fields] of calls.toReversed()) {
      // Its bytes came with another token since.
      const known = method === "delete-upload-token" ? 404 : 200;
      const answer = await call(method, { upload_token: token, upload_grant: grant, ...fields });
      expect([method, answer.status]).toEqual([method, known]);
    }
  });

  test("status says that there is one, and nothing else of the token's", async () => {
    const token = await locked({ ask: "name", types: "image/*" });
    const { status, data } = await statusOf(token);
    expect(status).toBe(200);
    expect(data).toMatchObject({ state: "open", passphrase_p: true, unlocked_p: false });
    for (const name of ["upload_grant", "types", "ask", "max_size"]) {
      expect(data).not.toHaveProperty(name);
    }
  });
});

describe("with it", () => {
  test("status answers a grant, which opens the token from then on, after a restart too", async () => {
    const token = await locked({ max_uploads: 3 });
    const grant = await grantOf(token);
    expect(await statusOf(token, { upload_grant: grant })).toMatchObject({
      data: { unlocked_p: true, upload_grant: grant },
    });
    await site.restart();
    const fields = { upload_grant: grant };
    await photoIn(await redeem(site, fileForm(token, file, "a.png", fields)));
    for (const piece of pieces(plan)) {
      const form = chunkForm(token, plan, piece, file);
      const answer = await redeem(site, form, { query: `upload_grant=${grant}` });
      expect(answer.status).toBe(200);
    }
    expect(await photoCount(site, token)).toBe(2);
  });

  test("a file may come with the passphrase itself, before it and behind it", async () => {
    const token = await locked({ max_uploads: 3 });
    const before: Part[] = [
      ["passphrase", WORDS],
      ["upload_token", token],
      ["file", file],
    ];
    await photoIn(await redeem(site, formOf(before)));
    await photoIn(await redeem(site, formOf(before.toReversed())));
  });

  test.each([
    ["a space behind it", `${WORDS} `],
    ["an accent of its own", "e\u0301te\u0301 9"],
  ])("%s makes no difference", async (_, said) => {
    const token = await site.token({ passphrase: said.normalize("NFC").trim() });
    expect((await statusOf(token, { passphrase: said })).data["unlocked_p"]).toBe(true);
  });

  test("a grant is of one token, and neither it nor the passphrase is given back to the backend", async () => {
    const token = await locked({ return_url: "https://www.example.com/" });
    const other = await locked();
    const grant = await grantOf(token);
    expect((await statusOf(other, { upload_grant: grant })).data["unlocked_p"]).toBe(false);
    const fields = { upload_grant: grant, passphrase: WORDS, guest_name: "Bo" };
    const answer = await redeem(site, fileForm(token, file, "a.png", fields));
    const location = new URL(answer.headers.get("location") ?? "");
    expect([...location.searchParams.keys()].toSorted()).toEqual([
      "domain",
      "guest_name",
      "photo_id",
      "token",
      "tree_id",
      "upload_token",
    ]);
  });

  test("a token without a passphrase does not look at what is said", async () => {
    const token = await site.token();
    const { data } = await statusOf(token, { passphrase: "x", upload_grant: "y" });
    expect(data).toMatchObject({ passphrase_p: false, unlocked_p: true, upload_grant: "" });
    await photoIn(await redeem(site, fileForm(token, file, "a.png", { passphrase: "x" })));
  });
});

const tries = async (token: string, count: number, said = "wrong one") => {
  const codes: string[] = [];
  for (let n = 0; n < count; n += 1) codes.push((await statusOf(token, { passphrase: said })).code);
  return codes;
};

describe("wrong passphrases", () => {
  test("are refused, and after some tries no other is looked at for a while", async () => {
    const token = await locked();
    expect(await tries(token, 8)).toEqual(Array(8).fill("wrong_passphrase"));
    const body = new URLSearchParams({ upload_token: token, passphrase: WORDS });
    const answer = await site.call("/api/2/photo/upload-token-status", { method: "POST", body });
    expect(answer.status).toBe(429);
    const wait = Number(answer.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(10);
    expect(wait).toBeLessThanOrEqual(15);
    expect(await answer.json()).toMatchObject({ code: "too_many_attempts" });
    site.advance(wait * 1000);
    expect((await statusOf(token, { passphrase: WORDS })).status).toBe(200);
  });

  test("do not keep out who has a grant, nor count against another token", async () => {
    const [token, other] = [await locked(), await locked()];
    const grant = await grantOf(token);
    await tries(token, 9);
    expect((await statusOf(token, { upload_grant: grant })).data["unlocked_p"]).toBe(true);
    await photoIn(await redeem(site, fileForm(token, file, "a.png", { upload_grant: grant })));
    expect((await statusOf(other, { passphrase: WORDS })).data["unlocked_p"]).toBe(true);
  });

  test("many at once are no way around it", async () => {
    const token = await locked();
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => statusOf(token, { passphrase: `guess ${n}` })),
    );
    const compared = answers.filter(({ code }) => code === "wrong_passphrase");
    expect(compared.length).toBe(8);
    expect(answers.filter(({ status }) => status === 429).length).toBe(52);
  });

  test("right ones cost no attempt, however many there are", async () => {
    const token = await locked();
    for (let n = 0; n < 30; n += 1) {
      expect((await statusOf(token, { passphrase: WORDS })).status).toBe(200);
    }
  });

  test("a chunk is told so in a line, with its code and when to come again", async () => {
    const token = await locked();
    await tries(token, 7);
    const form = () => chunkForm(token, plan, pieces(plan)[0] as never, file);
    const wrong = await redeem(site, form(), { query: "passphrase=wrong" });
    expect([wrong.status, wrong.headers.get("redeem-code")]).toEqual([403, "wrong_passphrase"]);
    const many = await redeem(site, form(), { query: "passphrase=wrong" });
    expect([many.status, many.headers.get("redeem-code")]).toEqual([429, "too_many_attempts"]);
    expect(Number(many.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("very long ones are not even compared", async () => {
    const token = await locked();
    expect(await tries(token, 1, "x".repeat(100_000))).toEqual(["wrong_passphrase"]);
  });
});

test("a guest's name and note are extra parameters, within limits", async () => {
  const token = await site.token({ return_url: "https://www.example.com/" });
  const long = fileForm(token, file, "a.png", { guest_note: "x".repeat(2001) });
  const tooLong = await redeem(site, long);
  expect([tooLong.status, await tooLong.text()]).toEqual([
    400,
    expect.stringContaining("guest_note must be text of at most 2000 characters"),
  ]);
  const behind = formOf([
    ["upload_token", token],
    ["file", file],
    ["guest_name", "x".repeat(201)],
  ]);
  expect((await redeem(site, behind)).status).toBe(400);
  const fields = { guest_name: "Bo <b>", guest_note: "From the lake." };
  const answer = await redeem(site, fileForm(token, file, "a.png", fields));
  const { searchParams } = new URL(answer.headers.get("location") ?? "");
  expect([searchParams.get("guest_name"), searchParams.get("guest_note")]).toEqual([
    "Bo <b>",
    "From the lake.",
  ]);
  const known = await site.site.records.tokens.byHash(hashSecret(token));
  expect(known?.consumed).toBe(1);
});
