import { expect, test } from "bun:test";
import {
  checkConditions,
  httpDate,
  rangeCounts,
  type Validators,
} from "../../../src/http/serving/conditions.ts";

const AT = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";
/** In the middle of its second: dates know whole ones. */
const FILE: Validators = { etag: '"7-100"', lastModified: Date.parse(AT) + 600 };

test.each<[Record<string, string>, string]>([
  [{}, "go on"],
  // If-None-Match compares weakly.
  [{ "if-none-match": '"7-100"' }, "not modified"],
  [{ "if-none-match": 'W/"7-100"' }, "not modified"],
  [{ "if-none-match": "*" }, "not modified"],
  [{ "if-none-match": ' "a" , W/"b",, "7-100" ' }, "not modified"],
  [{ "if-none-match": '"a,b","7-100"' }, "not modified"],
  [{ "if-none-match": '"7-10"' }, "go on"],
  [{ "if-none-match": '"a", "b"' }, "go on"],
  [{ "if-none-match": "7-100" }, "go on"],
  [{ "if-none-match": "" }, "go on"],
  [{ "if-none-match": 'w/"7-100"' }, "go on"],
  // If-Modified-Since, in the three ways that dates were ever written; others count as none.
  [{ "if-modified-since": AT }, "not modified"],
  [{ "if-modified-since": AFTER }, "not modified"],
  [{ "if-modified-since": BEFORE }, "go on"],
  [{ "if-modified-since": "Sunday, 06-Nov-94 08:49:37 GMT" }, "not modified"],
  [{ "if-modified-since": "Sunday, 06-Nov-94 08:49:36 GMT" }, "go on"],
  [{ "if-modified-since": "Sun Nov  6 08:49:37 1994" }, "not modified"],
  [{ "if-modified-since": "Sun Nov  6 08:49:36 1994" }, "go on"],
  [{ "if-modified-since": "2030-01-01" }, "go on"],
  [{ "if-modified-since": "Sun, 99 Nov 2030 08:49:37 GMT" }, "go on"],
  [{ "if-modified-since": "0" }, "go on"],
  // A tag is more exact: the date does not count beside it.
  [{ "if-none-match": '"other"', "if-modified-since": AFTER }, "go on"],
  [{ "if-none-match": '"7-100"', "if-modified-since": BEFORE }, "not modified"],
  // If-Match compares strongly.
  [{ "if-match": '"7-100"' }, "go on"],
  [{ "if-match": "*" }, "go on"],
  [{ "if-match": '"x", "7-100"' }, "go on"],
  [{ "if-match": '"x"' }, "failed"],
  [{ "if-match": 'W/"7-100"' }, "failed"],
  [{ "if-match": "" }, "failed"],
  [{ "if-unmodified-since": AT }, "go on"],
  [{ "if-unmodified-since": AFTER }, "go on"],
  [{ "if-unmodified-since": BEFORE }, "failed"],
  [{ "if-unmodified-since": "yesterday" }, "go on"],
  [{ "if-match": '"7-100"', "if-unmodified-since": BEFORE }, "go on"],
  [{ "if-match": '"x"', "if-unmodified-since": AFTER }, "failed"],
  // 412 comes before 304.
  [{ "if-match": '"x"', "if-none-match": '"7-100"' }, "failed"],
  [{ "if-match": '"7-100"', "if-none-match": '"7-100"' }, "not modified"],
  [{ "if-unmodified-since": BEFORE, "if-none-match": "*" }, "failed"],
])("%p: %s", (headers, outcome) => {
  expect(checkConditions(new Headers(headers), FILE)).toBe(outcome as "go on");
});

test.each([
  [undefined, true],
  ['"7-100"', true],
  [' "7-100" ', true],
  [AT, true],
  ['"x"', false],
  ['W/"7-100"', false],
  ['"7-100", "x"', false],
  ["*", false],
  [BEFORE, false],
  // Not "since": the very date.
  [AFTER, false],
  ["tomorrow", false],
])("If-Range %p: the range counts: %p", (value, counts) => {
  expect(rangeCounts(new Headers(value === undefined ? {} : { "if-range": value }), FILE)).toBe(
    counts,
  );
});

test("Last-Modified is written as HTTP writes dates", () => {
  expect(httpDate(FILE.lastModified)).toBe(AT);
});
