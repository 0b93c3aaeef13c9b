import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isExtra, returnFor } from "../../src/callback/address.ts";

const photo = { id: 7, treeId: 1, token: "t".repeat(32) };
const own = (uploadToken: string) => ({
  domain: "photos.example",
  upload_token: uploadToken,
  photo_id: "7",
  tree_id: "1",
  token: photo.token,
});

const back = (
  returnUrl: string,
  extra: Record<string, string> = {},
  tokenExtra: Record<string, string> = {},
) => {
  const token = { returnUrl, extra: tokenExtra, replaces: null };
  return returnFor(token, "photos.example", "secret", { photo }, extra);
};

/** Anything that may stand in a form, of whole letters: others have no UTF-8. */
const word = fc.string({ unit: "binary", maxLength: 40 }).filter((text) => text.isWellFormed());
/** None is a name that an address below has in its own query. */
const extraName = word.map((text) => `y${text}`).filter(isExtra);
const extras = fc.dictionary(extraName, word, { maxKeys: 5 });
const address = fc
  .tuple(
    fc.constantFrom("https://shop.example", "http://shop.example:81/a/b", "https://x.example/"),
    fc.constantFrom("", "?", "?a=1", "?a=1&b=%20&", "?token=mine&&x", "?%zz"),
    fc.constantFrom("", "#", "#end", "#/route?x=1", "#a#b"),
  )
  .map((parts) => parts.join(""));

describe("returnFor", () => {
  test("what was added is what is read back, behind what was there", () => {
    fc.assert(
      fc.property(address, extras, extras, (url, tokenExtra, extra) => {
        const returns = back(url, extra, tokenExtra);
        if (!returns) throw new Error("no return");
        const expected = { ...own("secret"), ...tokenExtra, ...extra };
        if (returns.method === "POST") {
          expect(returns.url).toBe(url);
          expect(Object.fromEntries(returns.fields)).toEqual(expected);
          expect(String(new URLSearchParams(returns.fields)).length).toBeGreaterThanOrEqual(1500);
          return;
        }
        const [before = "", ...fragment] = url.split("#");
        expect(returns.url).toStartWith(before);
        const [query = "", ...after] = returns.url.slice(before.length).split("#");
        // Nothing that a header or a second parser could stumble over.
        expect(query).toMatch(/^[?&]?[\w.*%+=&-]+$/);
        expect(after.join("#")).toBe(fragment.join("#"));
        const added = query.replace(/^[?&]/, "");
        expect(added.length).toBeLessThan(1500);
        expect(Object.fromEntries(new URLSearchParams(added))).toEqual(expected);
        const all = [...new URL(returns.url).searchParams];
        expect(all.slice(-Object.keys(expected).length)).toEqual([...new URLSearchParams(added)]);
      }),
      { numRuns: 300 },
    );
  });

  test("the server's own names come first and are never replaced", () => {
    const names = fc.constantFrom("domain", "upload_token", "photo_id", "tree_id", "token", "x");
    fc.assert(
      fc.property(fc.dictionary(names, word), (extra) => {
        const returns = back("https://shop.example/", extra, extra);
        const fields =
          returns?.method === "POST"
            ? returns.fields
            : [...new URL(returns?.url ?? "").searchParams];
        expect(fields.slice(0, 5)).toEqual(Object.entries(own("secret")));
        for (const [name] of fields.slice(5)) expect(name).toBe("x");
      }),
    );
  });

  test("1499 characters are an address, 1500 a form", () => {
    const base = new URL(back("https://shop.example/")?.url ?? "").search.length - 1;
    const room = 1499 - base - "&x=".length;
    expect(back("https://shop.example/", { x: "y".repeat(room) })?.method).toBe("GET");
    expect(back("https://shop.example/", { x: "y".repeat(room + 1) })?.method).toBe("POST");
    // return_url's own length does not count.
    const long = `https://shop.example/?${"z".repeat(3000)}`;
    expect(back(long, { x: "y".repeat(room) })?.method).toBe("GET");
  });

  test("no return_url, no return", () => {
    expect(back("")).toBeNull();
  });

  test("a failure says why and names no photo", () => {
    const token = { returnUrl: "https://shop.example/", extra: {}, replaces: null };
    const outcome = { errorMessage: "Too large & more" };
    const returns = returnFor(token, "photos.example", "secret", outcome, { token: "x" });
    expect(Object.fromEntries(new URL(returns?.url ?? "").searchParams)).toEqual({
      domain: "photos.example",
      upload_token: "secret",
      error_message: "Too large & more",
    });
  });
});

test.each([
  ["order", true],
  ["Title", true],
  ["resumableChunkNumber", false],
  ["resumable", false],
  ["format", false],
  ["raw", false],
  ["varname", false],
  ["callback", false],
  ["fields", false],
  ["domain", false],
  ["upload_token", false],
  ["photo_id", false],
  ["tree_id", false],
  ["token", false],
  ["error_message", false],
  ["oauth_nonce", false],
  ["file", false],
  ["", false],
  ["flower", true],
  ["flow", true],
  ["flowChunkNumber", false],
  ["flowIdentifier", false],
  ["dzuuid", false],
  ["dzchunkbyteoffset", false],
  ["dzong", true],
])("isExtra(%p) is %p", (name, extra) => {
  expect(isExtra(name)).toBe(extra);
});
