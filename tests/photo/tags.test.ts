import { expect, test } from "bun:test";
import fc from "fast-check";
import { changeTags, isMachineTag, parseTags, readableTag, tagKey } from "../../src/photo/tags.ts";

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

test.each([
  ["cat dog", "Fish", "dog", "cat Fish"],
  // A text in which nothing changes stays as it was written, and what was never closed is closed before more follow.
  ['cat,  "a  b"', "A", "dog", 'cat,  "a  b" A'],
  ['cat  "big dog', "CAT", "fish", 'cat  "big dog'],
  ['cat "big dog', "fish", "", 'cat "big dog" fish'],
  ["cat", "cat", "cat", "cat"],
  ["", '"a b" c', "", '"a b" c'],
  ["cat", "", "CAT", ""],
])("%j with %j and without %j is %j", (text, add, remove, wanted) => {
  const changed = changeTags(text, { add, remove });
  expect(parseTags(changed)).toEqual(parseTags(wanted));
  expect(changeTags(changed, { add, remove: "" })).toBe(changed);
});
