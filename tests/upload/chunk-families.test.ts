import { describe, expect, test } from "bun:test";
import { readChunk, wrongLength, type Chunk } from "../../src/upload/chunk.ts";
import { parseContentRange } from "../../src/upload/content-range.ts";
import { filenameOf } from "../../src/upload/params.ts";
import { chunkFields } from "../support/chunks.ts";
import { dropzoneFields, flowFields } from "../support/families.ts";

/** Issue 7, 16: the table in protocol 4.2. */

const plan = { identifier: "250-apng", filename: "a.png", chunkSize: 100, totalSize: 250 };
const second = { number: 2, start: 100, end: 200 };
const range = parseContentRange("bytes 100-199/250");

const read = (fields: [string, string][], of?: typeof range) =>
  readChunk(new Map(fields), "a.png", of);

/** Without one of the fields, or with another value of it. */
function changed(fields: [string, string][], name: string, value?: string): [string, string][] {
  const others = fields.filter(([field]) => field !== name);
  return value === undefined ? others : [...others, [name, value]];
}

describe("each row of the table", () => {
  test("Resumable.js", () => {
    const expected: Chunk = {
      identity: plan,
      number: 2,
      start: 100,
      lengths: [100, 150],
      clientInfo: {},
    };
    expect(read(chunkFields(plan, 2))).toEqual(expected);
  });

  test("flow.js", () => {
    expect(read(flowFields(plan, second))).toEqual({
      identity: plan,
      number: 2,
      start: 100,
      lengths: [100, 150],
      statedLength: 100,
      clientInfo: { flowTotalChunks: "2", flowCurrentChunkSize: "100", flowRelativePath: "a.png" },
    });
  });

  test("Dropzone counts from 0, and its last chunk is the remainder", () => {
    const clientInfo = { dztotalchunkcount: "3", dzchunkbyteoffset: "100" };
    const chunk = { identity: plan, number: 2, start: 100, lengths: [100], clientInfo };
    expect(read(dropzoneFields(plan, second))).toEqual(chunk);
    const first = read(dropzoneFields(plan, { number: 1, start: 0, end: 100 }));
    expect(first).toMatchObject({ number: 1, start: 0, lengths: [100] });
    const last = read(dropzoneFields(plan, { number: 3, start: 200, end: 250 }));
    expect(last).toMatchObject({ number: 3, start: 200, lengths: [50] });
  });

  test("jQuery File Upload", () => {
    const chunk = read([], range);
    expect(chunk).toEqual({
      identity: { identifier: "250 a.png", filename: "a.png", chunkSize: 0, totalSize: 250 },
      start: 100,
      lengths: [100],
      ranged: true,
      clientInfo: {},
    });
    // Its range said how long it is: another length is a contradiction, not a wrong file.
    expect(wrongLength(chunk as Chunk, 99)).toMatchObject({
      code: "invalid_input",
      message:
        "The chunk at byte 100 has the wrong chunk size: 100 bytes were expected and 99 came.",
    });
  });

  test.each([
    [flowFields(plan, second), ["flowChunkNumber", "flowChunkSize", "flowTotalSize"]],
    [flowFields(plan, second), ["flowIdentifier"]],
    [dropzoneFields(plan, second), ["dzchunkindex", "dzchunksize", "dztotalfilesize", "dzuuid"]],
  ])("what is not complete is a whole file: %j", (fields, needed) => {
    for (const name of needed) {
      expect(read(changed(fields, name))).toBeUndefined();
      expect(read(changed(fields, name, ""))).toBeUndefined();
    }
  });

  test.each([
    ["flowChunkNumber", flowFields(plan, second)],
    ["flowTotalSize", flowFields(plan, second)],
    ["dzchunkindex", dropzoneFields(plan, second)],
    ["dzchunksize", dropzoneFields(plan, second)],
  ])("%s that is no number is refused", (name, fields) => {
    for (const value of ["one", "-1", "1.5", "1e3", "99999999999999999999"]) {
      expect(() => read(changed(fields, name, value))).toThrow(`${name} must be a whole number`);
    }
  });
});

describe("the first family that is complete counts", () => {
  const another = { ...plan, identifier: "another", chunkSize: 10 };
  test.each([
    ["Resumable.js before flow.js", [...flowFields(another, second), ...chunkFields(plan, 2)]],
    ["flow.js before Dropzone", [...dropzoneFields(another, second), ...flowFields(plan, second)]],
    [
      "flow.js where Resumable.js is not complete",
      [...chunkFields(another, 2).slice(1), ...flowFields(plan, second)],
    ],
  ])("%s", (_what, fields) => {
    expect(read(fields as [string, string][])?.identity).toEqual(plan);
  });

  test("a Content-Range says the same as the parameters, or is refused", () => {
    expect(read(flowFields(plan, second), range)).toMatchObject({ lengths: [100], ranged: true });
    const longer = parseContentRange("bytes 100-249/250");
    expect(read(flowFields(plan, second), longer)).toMatchObject({ lengths: [150], ranged: true });
    for (const text of ["bytes 100-198/250", "bytes 99-198/250", "bytes 100-199/251"]) {
      const other = parseContentRange(text);
      expect(() => read(flowFields(plan, second), other)).toThrow("contradicts");
      expect(() => read(dropzoneFields(plan, second), other)).toThrow("contradicts");
      expect(() => read(chunkFields(plan, 2), other)).toThrow("contradicts");
    }
    expect(() => read(dropzoneFields(plan, second), longer)).toThrow("contradicts");
  });
});

describe("Content-Range", () => {
  test.each([
    ["bytes 0-0/1", { start: 0, length: 1, totalSize: 1 }],
    ["bytes 100-199/250", { start: 100, length: 100, totalSize: 250 }],
    [" Bytes  5-9/10 ", { start: 5, length: 5, totalSize: 10 }],
  ])("%j", (text, expected) => {
    expect(parseContentRange(text)).toEqual(expected);
  });

  test.each([
    "",
    "bytes",
    "bytes */250",
    "bytes 0-99/*",
    "bytes 0-99",
    "bytes=0-99/250",
    "items 0-99/250",
    "bytes 5-4/250",
    "bytes 0-250/250",
    "bytes -5-10/250",
    "bytes 0-9999999999999998/9999999999999999",
    "bytes 0-99/250, bytes 100-199/250",
    "bytes 0x0-0x10/0xff",
  ])("%j is refused", (text) => {
    expect(() => parseContentRange(text)).toThrow('must be of the form "bytes start-end/total"');
  });
});

test("the file's name is the uploader's word for it, else the part's", () => {
  expect(filenameOf(new Map([["resumableFilename", "r.png"]]), "p.png")).toBe("r.png");
  expect(filenameOf(new Map([["flowFilename", "dir/f.png"]]), "p.png")).toBe("f.png");
  expect(filenameOf(new Map([["dzuuid", "x"]]), "p.png")).toBe("p.png");
  expect(filenameOf(new Map(), undefined)).toBe("");
});
