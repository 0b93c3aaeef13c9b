import { expect, test } from "bun:test";
import fc from "fast-check";
import { searchWords, wordsOf } from "../../src/photo/words.ts";

test.each<[string, string[]]>([
  ["", []],
  ["Summer  party, summer!", ["summer", "party"]],
  ["Été à Ærø ﬁlm", ["ete", "a", "ærø", "film"]],
  ["<b>Bold</b>text<br>line &amp; 1 &lt; 2", ["bold", "text", "line", "1", "2"]],
  ["IMG_0042.JPG", ["img", "0042", "jpg"]],
  ["東京タワー2", ["東", "京", "タ", "ワ", "ー", "2"]],
  ["東京、大阪。", ["東", "京", "大", "阪"]],
  ["Москва Αθήνα", ["москва", "αθηνα"]],
  ['" OR * NEAR( ) -x:y ^', ["or", "near", "x", "y"]],
  ["x".repeat(100), ["x".repeat(64)]],
])("the words of %j are %j", (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test("a word has letters and digits alone, whatever is typed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const word of wordsOf(text)) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
    }),
  );
});

test("of a search the last word may be a beginning", () => {
  expect(searchWords("Summer par")).toEqual({ whole: ["summer"], beginning: "par" });
  expect(searchWords(" !? ")).toEqual({ whole: [], beginning: undefined });
});
