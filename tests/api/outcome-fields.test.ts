import { describe, expect, test } from "bun:test";
import { pieces, type Plan } from "../support/chunks.ts";
import { png, textFile } from "../support/media.ts";
import { fileForm, formOf, redeem, redeemPath } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();

const file = png(300);

async function callbackOf(
  parameters: Record<string, string>,
  fields: Record<string, string> = {},
  query = "",
): Promise<URL> {
  const token = await site.token({ return_url: "https://shop.example/done", ...parameters });
  const response = await redeem(site, fileForm(token, file, "a.png", fields), { query });
  expect(response.status).toBe(301);
  return new URL(response.headers.get("location") ?? "");
}

describe("return_url keeps what it has", () => {
  test.each([
    ["https://shop.example/done", "https://shop.example/done?domain="],
    ["https://shop.example", "https://shop.example?domain="],
    ["https://shop.example/?a=1&b=%20x", "https://shop.example/?a=1&b=%20x&domain="],
    ["https://shop.example/?", "https://shop.example/?domain="],
    ["https://shop.example/?a=1&", "https://shop.example/?a=1&domain="],
    ["https://shop.example/x#end", "https://shop.example/x?domain="],
  ])("%s", async (url, start) => {
    const token = await site.token({ return_url: url });
    const response = await redeem(site, fileForm(token, file));
    const location = response.headers.get("location") ?? "";
    expect(location).toStartWith(start);
    if (url.endsWith("#end")) expect(location).toEndWith("#end");
  });

  test("its fragment comes last, once", async () => {
    const token = await site.token({ return_url: "https://shop.example/x?a=1#/route?b=2" });
    const location = (await redeem(site, fileForm(token, file))).headers.get("location") ?? "";
    expect(location).toMatch(
      /^https:\/\/shop\.example\/x\?a=1&domain=[^#]*token=\w{32}#\/route\?b=2$/,
    );
  });

  test("a name of its own that is also ours stays, and ours is added", async () => {
    const url = await callbackOf({ return_url: "https://shop.example/?token=mine" });
    expect(url.searchParams.getAll("token")).toEqual(["mine", expect.stringMatching(/^\w{32}$/)]);
  });
});

describe("extra parameters", () => {
  test("of get-upload-token, then those of redeeming, which win", async () => {
    const url = await callbackOf(
      { order: "17", who: "Jürgen & Co" },
      { who: "Ann", colour: "red", note: "a+b c/漢" },
    );
    const extra = [...url.searchParams].slice(5);
    expect(Object.fromEntries(extra)).toEqual({
      order: "17",
      who: "Ann",
      colour: "red",
      note: "a+b c/漢",
    });
    expect(url.search).toContain("note=a%2Bb+c%2F%E6%BC%A2");
  });

  test("stand in the query of redeeming as well, and before and behind the file", async () => {
    const token = await site.token({ return_url: "https://shop.example/" });
    const form = formOf([
      ["before", "1"],
      ["upload_token", token],
      ["file", file],
      ["behind", "2"],
    ]);
    const response = await redeem(site, form, { query: "asked=3&before=0" });
    const url = new URL(response.headers.get("location") ?? "");
    expect(Object.fromEntries([...url.searchParams].slice(5))).toEqual({
      asked: "3",
      before: "1",
      behind: "2",
    });
  });

  test("never replace the server's own names", async () => {
    const own = ["domain", "photo_id", "tree_id", "token", "error_message"];
    const fake = Object.fromEntries(own.map((name) => [name, "fake"]));
    const url = await callbackOf(fake, { ...fake });
    expect(url.search).not.toContain("fake");
    expect([...url.searchParams.keys()].toSorted()).toEqual(
      ["domain", "upload_token", "photo_id", "tree_id", "token"].toSorted(),
    );
  });

  test("nor is error_message replaced where the upload failed", async () => {
    const token = await site.token({ return_url: "https://shop.example/", photo_id: "1" });
    const form = fileForm(token, textFile(), "a.txt", { error_message: "fine", token: "x" });
    const url = new URL((await redeem(site, form)).headers.get("location") ?? "");
    expect(url.searchParams.getAll("error_message")).toHaveLength(1);
    expect(url.searchParams.get("error_message")).not.toBe("fine");
    expect(url.searchParams.has("photo_id")).toBe(false);
    expect(url.searchParams.has("token")).toBe(false);
  });

  test("are not resumable*, nor those of the call, nor get-upload-token's own", async () => {
    const call = {
      format: "json",
      raw: "1",
      varname: "x",
      callback: "f",
      fields: "a",
      resumableFilename: "b.png",
      resumableAnything: "1",
    };
    const { callback: _none, ...asked } = { ...call, fields: "upload_token" };
    const url = await callbackOf({ ...asked, title: "Cats", max_uploads: "2" }, call);
    expect([...url.searchParams.keys()]).toHaveLength(5);
  });

  test("that the language knows too are only words", async () => {
    const names = { __proto__x: "1", constructor: "2", toString: "3" };
    const url = await callbackOf({}, names);
    for (const [name, value] of Object.entries(names)) {
      expect(url.searchParams.get(name)).toBe(value);
    }
    const query = "__proto__=4";
    expect((await callbackOf({}, {}, query)).searchParams.get("__proto__")).toBe("4");
  });

  test("of every chunk are repeated, the later ones win", async () => {
    const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 100, totalSize: 300 };
    const token = await site.token({ return_url: "https://shop.example/", a: "token" });
    let location = "";
    for (const { number, start, end } of pieces(plan)) {
      const form = formOf([
        ["upload_token", token],
        ["resumableChunkNumber", String(number)],
        ["resumableChunkSize", "100"],
        ["resumableTotalSize", "300"],
        ["resumableIdentifier", "i"],
        ["resumableFilename", "a.png"],
        [`only${number}`, "yes"],
        ["last", String(number)],
        ["file", file.slice(start, end), "a.png"],
      ]);
      const response = await redeem(site, form);
      location = response.headers.get("location") ?? "";
    }
    const { searchParams } = new URL(location);
    expect(Object.fromEntries([...searchParams].slice(5))).toEqual({
      a: "token",
      only1: "yes",
      only2: "yes",
      only3: "yes",
      last: "3",
    });
  });

  test("cannot break the header", async () => {
    const url = await callbackOf({}, { a: "x\r\nSet-Cookie: y=1", "b\r\nc": "d" });
    expect(url.searchParams.get("a")).toBe("x\r\nSet-Cookie: y=1");
  });
});

test("the method's own address has no part in it", async () => {
  const url = await callbackOf({}, {}, "upload_token=other");
  expect(url.searchParams.getAll("upload_token")).toHaveLength(1);
  expect(url.href).not.toContain(redeemPath());
});
