import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { lastSegment, readHeaderValue } from "../../src/http/header-values.ts";

const read = (text: string) => {
  const found = readHeaderValue(text);
  return found && [found.value, Object.fromEntries(found.params)];
};

describe("a header with parameters", () => {
  // Each as a known client writes it, or as busboy read it before.
  test.each<[text: string, value: string, params: Record<string, string>]>([
    ['form-data; name="file"; filename="a.png"', "form-data", { name: "file", filename: "a.png" }],
    ["form-data; name=file; filename=a.png", "form-data", { name: "file", filename: "a.png" }],
    ["Form-Data;NAME=x", "form-data", { name: "x" }],
    ["form-data \t;\t name=x  ", "form-data", { name: "x" }],
    ['form-data; name="a"; name="b"', "form-data", { name: "a" }],
    ['form-data; name=""', "form-data", { name: "" }],
    ['form-data; name="a;b=c"', "form-data", { name: "a;b=c" }],
    ['form-data; name="a\\"b\\\\c"', "form-data", { name: 'a"b\\c' }],
    ['form-data; filename="C:\\cats\\a.png"', "form-data", { filename: "C:\\cats\\a.png" }],
    ['form-data; filename="a%22b.png"', "form-data", { filename: "a%22b.png" }],
    ["attachment; filename*=UTF-8''c%C3%A4t%20%E6%BC%A2", "attachment", { "filename*": "cät 漢" }],
    ["attachment; filename*=iso-8859-1'en'c%E4t", "attachment", { "filename*": "cät" }],
    ["multipart/form-data; boundary=----x1", "multipart/form-data", { boundary: "----x1" }],
    ['form-data; filename="a\u0007\tb"', "form-data", { filename: "a\u0007\tb" }],
    ['multipart/form-data; boundary="a b"', "multipart/form-data", { boundary: "a b" }],
    ["Application/Octet-Stream", "application/octet-stream", {}],
  ])("%s", (text, value, params) => {
    expect(read(text)).toEqual([value, params]);
  });

  test("has its text as UTF-8, which headers hold as bytes", () => {
    const bytes = Buffer.from('form-data; name="Grüße"; filename="漢.png"').toString("latin1");
    expect(read(bytes)).toEqual(["form-data", { name: "Grüße", filename: "漢.png" }]);
  });

  test.each([
    "",
    ";name=x",
    "form-data; name",
    "form-data; name=",
    "form-data; =x",
    "form-data;",
    'form-data; name="open',
    'form-data; name="end\\"',
    'form-data; name="a\u0000b"',
    'form-data; name="a\rb"',
    "form-data; name=a b",
    'form-data; name="a"filename="b"',
    "form-data; filename*=UTF-8''%zz",
    "form-data; filename*=nothing''a",
    "form-data; filename*=a.png",
  ])("%p is malformed", (text) => {
    expect(readHeaderValue(text)).toBeUndefined();
  });

  test("gives back any text that was quoted", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        fc.pre(!/[\0\r\n]/.test(name) && name.isWellFormed());
        const quoted = name.replace(/["\\]/g, "\\$&");
        const text = Buffer.from(`form-data; name="${quoted}"; x=y`).toString("latin1");
        expect(read(text)).toEqual(["form-data", { name, x: "y" }]);
      }),
    );
  });
});

test.each([
  ["a.png", "a.png"],
  ["/etc/passwd", "passwd"],
  ["C:\\cats\\a.png", "a.png"],
  ["../..", ""],
  ["a/", ""],
  [".", ""],
])("of the path %p the last segment is %p", (path, name) => {
  expect(lastSegment(path)).toBe(name);
});
