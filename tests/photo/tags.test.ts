import { expect, test } from "bun:test";
import fc from "fast-check";
import { isMachineTag, parseTags, readableTag, tagKey } from "../../src/photo/tags.ts";

test.each<[string, string[]]>([
  ["", []],
  ["  \t ", []],
  ["one two", ["one", "two"]],
  ['party "by the lake" 2026', ["party", "by the lake", "2026"]],
  ['"by  the\tlake"', ["by the lake"]],
  ['"never closed tag', ["never closed tag"]],
  ['"" " " x', ["x"]],
  ['people:"Santa Claus"', ["people:Santa Claus"]],
  ["Cat CAT cat", ["Cat"]],
  ["größe GRÖSSE Größe", ["größe", "GRÖSSE"]],
  ["ÉTÉ E\u0301te\u0301", ["ÉTÉ"]],
  ["東京 🎉", ["東京", "🎉"]],
  ["a,b", ["a,b"]],
])("the tags of %j are %j", (text, tags) => {
  expect(parseTags(text)).toEqual(tags);
});

test("whatever is typed, no tag is empty or has a quote, and no two have one key", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const tags = parseTags(text);
      expect(tags.every((tag) => tag !== "" && !tag.includes('"'))).toBe(true);
      expect(new Set(tags.map(tagKey)).size).toBe(tags.length);
      // Written with quotes they are the same again.
      const again = tags.map((tag) => `"${tag}"`).join(" ");
      expect(parseTags(again)).toEqual(tags);
    }),
  );
});

test.each<[string, boolean, string]>([
  ["geo:lat=55.6", true, "lat=55.6"],
  ["people:Santa-Claus", true, "Santa Claus"],
  ["10:30", true, "30"],
  ["by-the-lake", false, "by-the-lake"],
  [":smile:", false, ":smile:"],
  ["note:", false, "note:"],
])("%j is a machine tag: %p; people read %j", (tag, is, readable) => {
  expect([isMachineTag(tag), readableTag(tag)]).toEqual([is, readable]);
});
