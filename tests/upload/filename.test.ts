import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cleanFilename } from "../../src/upload/filename.ts";

describe("cleanFilename", () => {
  test.each([
    [undefined, ""],
    ["", ""],
    ["cat.png", "cat.png"],
    [" cat .png ", "cat .png"],
    ["a/b/cat.png", "cat.png"],
    ["C:\\fakepath\\cat.png", "cat.png"],
    ["a\\b/c\\cat.png", "cat.png"],
    ["folder/", ""],
    ["a\tb\nc\u0000d\u007fe.png", "abcde.png"],
    ["photo\u202egnp.exe", "photognp.exe"],
    ["Grüße 漢字 😀.png", "Grüße 漢字 😀.png"],
  ])("%p -> %p", (name, clean) => {
    expect(cleanFilename(name)).toBe(clean);
  });

  test("never has a slash, a control character or half a letter, and is not too long", () => {
    const name = fc.oneof(
      fc.string({ unit: "binary", maxLength: 600 }),
      fc
        .array(fc.constantFrom("/", "\\", "..", "a", "\u0000", "\u202e", "\ud800", " "), {
          maxLength: 30,
        })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(name, (text) => {
        const clean = cleanFilename(text);
        expect(clean).not.toMatch(/[/\\]/);
        expect(clean).not.toMatch(/\p{Cc}/u);
        expect(clean.isWellFormed()).toBe(true);
        expect([...clean].length).toBeLessThanOrEqual(255);
        expect(clean).toBe(clean.trimStart());
        expect(cleanFilename(clean)).toBe(clean);
      }),
    );
  });
});
