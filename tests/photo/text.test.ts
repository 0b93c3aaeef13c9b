import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { plainText, safeDescription, textOfHtml } from "../../src/photo/text.ts";

/** Strings made of what HTML is made of, so that tags come up often, nested and half. */
const html = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<",
        ">",
        "</",
        "/>",
        "<b",
        "<b>",
        "</b>",
        "<script>",
        "</script>",
        "<a href=",
        "<!--",
        "-->",
        "&lt;",
        "&gt;",
        "&amp;",
        "&#60;",
        "&#27;",
        "\u0001",
        "\u202e",
        '"',
        "'",
        "javascript:x",
        "https://x.example",
        " onclick=y",
        "img src=x",
        "<svg/onload=z>",
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(""));

/** The beginning of a tag, a comment or a declaration, also where its end is missing. */
const TAG = /<\/?[a-z]|<[!?]/i;

describe("plainText", () => {
  test("never contains a tag", () => {
    fc.assert(
      fc.property(html, (text) => {
        expect(plainText(text)).not.toMatch(TAG);
        expect(plainText(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
      { numRuns: 500 },
    );
  });

  test("leaves text alone that has no markup in it", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[<&\0\r]/.test(text)),
        (text) => {
          expect(plainText(text)).toBe(text);
        },
      ),
    );
  });
});

describe("safeDescription", () => {
  const SAFE = /^<\/?(b|i|em|strong|p|br|a|ul|ol|li|blockquote|code)( href="[^"]*")? ?\/?>$/;

  test("has safe tags only, a link's address the only attribute", () => {
    fc.assert(
      fc.property(html, (text) => {
        const safe = safeDescription(text);
        expect(safe).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        for (const [tag] of safe.matchAll(/<[a-z/!?][^>]*>?/gi)) {
          expect(tag).toMatch(SAFE);
        }
        for (const [, href = ""] of safe.matchAll(/href="([^"]*)"/g)) {
          expect(href).toMatch(/^(https?|mailto):/i);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("is the same when it is cleaned again", () => {
    fc.assert(
      fc.property(html, (text) => {
        const once = safeDescription(text);
        if (once.includes("<")) expect(safeDescription(once)).toBe(once);
      }),
    );
  });
});

describe("the text of a safe description", () => {
  test.each([
    ["", ""],
    ["plain", "plain"],
    ["<b>bold</b>ly", "boldly"],
    ["<p>one</p><p>two</p>", "one two"],
    ["one<br>two<br />three", "one two three"],
    ["<ul><li>one</li><li>two</li></ul>end", "one two end"],
    ["one\n\n  two", "one two"],
    ["1 &lt; 2 &amp; 3", "1 < 2 & 3"],
    ["<blockquote>a</blockquote>b", "a b"],
  ])("%p is %p", (given, text) => {
    expect(textOfHtml(given)).toBe(text);
  });

  test("has no tag in it, whatever the description", () => {
    fc.assert(
      fc.property(html, (given) => {
        expect(textOfHtml(safeDescription(given))).not.toMatch(/<\/?[a-z!]/i);
      }),
    );
  });
});
