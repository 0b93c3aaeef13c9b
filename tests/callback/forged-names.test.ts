import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isExtra, returnFor } from "../../src/callback/address.ts";
import { processorTime } from "../support/processor.ts";

/**
 * Words that are the server's own, forged: names of an uploader's that a backend reads as `photo_id`, or as a
 * parameter of return_url. On 502525b every one of them went through.
 */

const OWN = ["domain", "upload_token", "photo_id", "tree_id", "token", "error_message"];

const photo = { id: 7, treeId: 1, token: "t".repeat(32) };

/** The names that a callback has, one by one as they are sent, but for those of return_url itself. */
function namesSent(returnUrl: string, extra: Record<string, string>): string[] {
  const token = { returnUrl, extra, replaces: null };
  const returns = returnFor(token, "photos.example", "secret", { photo }, extra);
  if (!returns) throw new Error("no return");
  if (returns.method === "POST") return returns.fields.map(([name]) => name);
  const own = new URL(returnUrl).searchParams.size;
  return [...new URL(returns.url).searchParams.keys()].slice(own);
}

describe("a name that some backend reads as the server's own is dropped", () => {
  test.each([
    ["PHP", "photo.id"],
    ["PHP", "photo id"],
    ["PHP", " photo_id"],
    ["PHP", "photo[id"],
    ["PHP", "tree[id"],
    ["PHP", "upload.token"],
    ["PHP", "photo_id[]"],
    ["PHP", "photo.id[x][y]"],
    ["PHP", "photo_id[x"],
    ["PHP", "photo_id\0"],
    ["PHP", "photo_id\0x"],
    ["PHP", "tree[id\0x"],
    ["Rails", "token[]"],
    ["Rails", "token[a][b]"],
    ["Rails", "[token]"],
    ["Rails", "]token"],
    ["Rails", "token]"],
    ["Express (qs)", "[photo_id][0]"],
    ["Express (qs, allowDots)", "token.x"],
    ["ASP.NET", "Photo_ID"],
    ["ASP.NET", "DOMAIN"],
    ["ASP.NET", "to\u212aen"],
    ["ASP.NET", "to\u00adken"],
    ["ASP.NET", "photo_\u200bid"],
    ["ASP.NET", "doma\u0131n"],
    ["Spring", "_token"],
    ["Spring", "!token"],
    ["who normalises", "\uff54oken"],
    ["who trims", "token "],
    ["who trims", "token\n"],
  ])("%s: %j", (_who, name) => {
    expect(isExtra(name)).toBe(false);
    expect(namesSent("https://shop.example/", { [name]: "1" })).not.toContain(name);
  });

  test.each([
    "order",
    "photo",
    "id",
    "Title",
    "photo_ids",
    "my_token",
    "tokens",
    "photoId",
    "名前",
  ])("%j is no forgery", (name) => {
    expect(namesSent("https://shop.example/", { [name]: "1" })).toContain(name);
  });
});

describe("a name that some backend reads as one of return_url's is dropped", () => {
  const URLS: [url: string, name: string][] = [
    ["https://shop.example/?session=SECRET", "session"],
    ["https://shop.example/?session=SECRET", "Session"],
    ["https://shop.example/?session=SECRET", "session[]"],
    ["https://shop.example/?session=SECRET#end", "session\u00ad"],
    ["https://shop.example/?my.session=SECRET", "my_session"],
    ["https://shop.example/?my_session=SECRET", "my.session"],
    ["https://shop.example/?a[b]=1", "a"],
    ["https://shop.example/?a[b]=1", "a[c]"],
    ["https://shop.example/?a[]=1", "A"],
    ["https://shop.example/?a=1;b=2", "b"],
    ["https://shop.example/?_=2", "."],
    ["https://shop.example/?%C3%A9t%C3%A9=1", "\u00c9T\u00c9"],
  ];
  test.each(URLS)("%s and %j", (url, name) => {
    const sent = namesSent(url, { [name]: "forged", other: "1" });
    expect(sent.filter((of) => of === name)).toEqual([]);
    expect(sent).toContain("other");
    // In a form as well: PHP's $_REQUEST takes its word against the address's.
    const long = namesSent(url, { [name]: "forged", other: "y".repeat(2000) });
    expect(long.filter((of) => of === name)).toEqual([]);
    expect(long).toContain("other");
  });

  test("another's is not", () => {
    const sent = namesSent("https://shop.example/?session=1&a[b]=2", { b: "1", sess: "2" });
    expect(sent).toEqual(expect.arrayContaining(["b", "sess"]));
  });
});

/** The variable that PHP makes of a name (main/php_variables.c). */
function inPhp(name: string): string {
  const text = name.replace(/^ +/, "").replace(/\0.*/s, "");
  const bracket = text.indexOf("[");
  const nested = bracket > 0 && text.includes("]", bracket);
  const variable = nested ? text.slice(0, bracket) : text.replace("[", "_");
  return variable.replace(/[ .]/g, "_");
}

/** The parameter that Rack makes of a name (query_parser.rb). */
function inRack(name: string): string {
  return /^[[\]]*([^[\]]+)\]*/.exec(name.trimStart())?.[1] ?? "";
}

/** The first key that qs makes of a name, with dots allowed. */
function inQs(name: string): string {
  return /[^[\].]+/.exec(name)?.[0] ?? "";
}

const READERS = [inPhp, inRack, inQs];

test("whatever an uploader calls it: no backend reads it as what the server says", () => {
  const piece = fc.oneof(
    fc.constantFrom("photo", "tree", "upload", "error", "id", "token", "message", "domain", "mine"),
    fc.constantFrom("_", "_", ".", " ", "[", "]", "[]", "\0", "-", "\u00ad", "I", "T"),
  );
  const name = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(name, (forged) => {
      const sent = namesSent("https://shop.example/?mine=1&m.id=2", { [forged]: "1" });
      // Behind the server's own five.
      for (const of of sent.slice(5)) {
        for (const read of READERS) {
          expect([...OWN, "mine", "m_id"]).not.toContain(read(of).toLowerCase());
        }
      }
    }),
    { numRuns: 5000 },
  );
});

test("a name of brackets without end costs nothing", () => {
  const extra = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`${index}${"[.".repeat(500)}`, "1"]),
  );
  const begun = processorTime();
  namesSent(`https://shop.example/?${"[.".repeat(2000)}=1`, extra);
  expect(processorTime() - begun).toBeLessThan(500);
});
