import { describe, expect, test } from "bun:test";
import { serverForAll } from "../support/lifetime.ts";
import { isFailure, isMisuse, run, withFolder } from "./run.ts";
import { oauthHeader } from "../support/oauth.ts";

const server = serverForAll();

const redeem = (...words: string[]) => run(server.folder, words);
const address = () => `${server.url}/api/2/photo/get-upload-token`;
const statusWith = async (authorization: string) =>
  (await fetch(address(), { headers: { authorization } })).status;

async function create(...options: string[]) {
  const ran = await redeem("key", "create", ...options);
  expect(ran).toMatchObject({ code: 0, err: "" });
  const [, id = "", level = ""] = /^API key (\d+), level (\w+)\./.exec(ran.out) ?? [];
  const [, secret = ""] = /^ {2}(\w{40})$/m.exec(ran.out) ?? [];
  return { id, level, secret, out: ran.out };
}

describe("redeem key, while the server runs", () => {
  test("create: a key that is taken at once and shown this once", async () => {
    const { id, level, secret } = await create("--level", "write", "--name", "my shop");
    expect(level).toBe("write");
    expect(await statusWith(`Bearer ${secret}`)).toBe(200);
    const { out } = await redeem("key", "list");
    expect(out).toMatch(
      new RegExp(`^${id} +write +my shop +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d$`, "m"),
    );
    expect(out).not.toContain(secret);
  });

  test("create: its OAuth secrets sign requests", async () => {
    const { id, out } = await create();
    const [, consumerSecret = ""] = /consumer secret (\w{40})/.exec(out) ?? [];
    const [, tokenSecret = ""] = /token secret +(\w{40})/.exec(out) ?? [];
    const signing = { key: id, token: id, consumerSecret, tokenSecret };
    expect(await statusWith(oauthHeader({ method: "GET", url: address() }, signing))).toBe(200);
  });

  test("a level is no more than that", async () => {
    const { secret } = await create("--level", "read");
    expect(await statusWith(`Bearer ${secret}`)).toBe(403);
  });

  test("revoke: it is refused from then on", async () => {
    const { id, secret } = await create();
    const revoked = await redeem("key", "revoke", id);
    expect(revoked).toEqual({ code: 0, out: `API key ${id} is revoked.\n`, err: "" });
    expect(await statusWith(`Bearer ${secret}`)).toBe(401);
    expect(isFailure(await redeem("key", "revoke", id))).toBe(true);
  });

  test.each([
    ["token", "key", "There is no API key yet.\n"],
    ["token", "deliveries", "There is no delivery yet.\n"],
    ["key", "token", "There is no upload token yet.\n"],
  ])("in a folder that `%s create` has made, `%s list` says %p", async (made, command, err) => {
    await withFolder(async (folder) => {
      expect((await run(folder, [made, "create"])).code).toBe(0);
      const listed = await run(folder, [command, "list"]);
      expect(listed).toEqual({ code: 0, out: expect.stringMatching(/^ID [^\n]*\n$/), err });
    });
  });

  test.each([
    [["key", "create", "--level", "king"], "--level must be one of read, write, admin, super"],
    [["key", "create", "--level", "anonymous"], "--level must be one of"],
    [["key", "revoke", "999999"], "no API key 999999"],
  ])("%p is one line and exit code 1", async (words, message) => {
    const ran = await redeem(...words);
    expect(ran.err).toContain(message);
    expect(isFailure(ran)).toBe(true);
  });

  test.each([
    [["key", "create", "--colour", "red"], "--colour"],
    [["key", "revoke", "x"], "Usage"],
    [["key", "list", "all"], '"all"'],
    [["key", "melt"], "create, list and revoke"],
    [["secret", "now"], '"now"'],
  ])("%p is one line and exit code 2", async (words, message) => {
    const ran = await redeem(...words);
    expect(ran.err).toContain(message);
    expect(isMisuse(ran)).toBe(true);
  });
});

test("redeem secret: the one that signs callbacks, the same each time", async () => {
  const one = await redeem("secret");
  expect(one).toEqual({ code: 0, out: expect.stringMatching(/^[0-9a-f]{64}\n$/), err: "" });
  expect(await redeem("secret")).toEqual(one);
  await withFolder(async (folder) => {
    await run(folder, ["key", "create"]);
    expect((await run(folder, ["secret"])).out).not.toBe(one.out);
  });
});
