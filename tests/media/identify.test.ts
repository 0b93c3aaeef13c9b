import { describe, expect, test } from "bun:test";
import { identify } from "../../src/media/identify.ts";
import { isRecognizable, rangeMeets, typeIsIn } from "../../src/media/types.ts";
import { mp4, png, textFile } from "../support/media.ts";

describe("identify", () => {
  test("names what is known, also from few bytes", async () => {
    expect(await identify(png(70), true)).toEqual({ known: true, type: "image/png" });
    expect(await identify(png(5000), false)).toEqual({ known: true, type: "image/png" });
    expect(await identify(mp4(64), false)).toEqual({ known: true, type: "video/mp4" });
  });

  test("waits where it cannot say yet", async () => {
    expect(await identify(png().slice(0, 8), false)).toBeUndefined();
    expect(await identify(textFile(100), false)).toBeUndefined();
  });

  test("says no where no more comes, or enough has come", async () => {
    expect(await identify(textFile(100), true)).toEqual({ known: false });
    expect(await identify(textFile(512), false)).toEqual({ known: false });
    expect(await identify(new Uint8Array(), true)).toEqual({ known: false });
  });

  test("bytes of the middle of a file are no file", async () => {
    const middle = png(10_000, 5).slice(3000, 8000);
    expect((await identify(middle, false))?.known).not.toBe(true);
  });
});

test("what begins as an archive is not named before enough of it has come", async () => {
  const zip = new Uint8Array(5000);
  zip.set(Buffer.from("504b0304140000000000", "hex"));
  expect(await identify(zip.slice(0, 1000), false)).toBeUndefined();
  expect(await identify(zip.slice(0, 1000), true)).toMatchObject({ known: true });
  expect(await identify(zip, false)).toMatchObject({ known: true });
});

test.each([
  ["application/pdf", true],
  ["audio/*", true],
  ["*/*", true],
  ["application/octet-stream", true],
  ["image/whatever", true],
  ["text/html", false],
  ["text/csv", false],
  ["nonsense/*", false],
])("content can show %s: %p", (type, expected) => {
  expect(isRecognizable(type)).toBe(expected);
});

describe("typeIsIn", () => {
  test.each([
    ["image/png", ["image/png"], true],
    ["image/png", ["image/*"], true],
    ["IMAGE/PNG", ["image/png"], true],
    ["image/png", ["video/*", "image/jpeg"], false],
    ["video/mp4", ["image/*"], false],
    ["image/svg+xml", ["image/*"], false],
    ["image/jpeg", ["image/jpg"], true],
    ["video/matroska", ["video/x-matroska"], true],
    ["imagex/png", ["image/*"], false],
    ["image/png", [], false],
    ["image/png", ["*/*"], true],
    ["application/octet-stream", ["*/*"], true],
    ["application/octet-stream", ["application/pdf"], false],
  ])("%s in %p: %p", (type, list, expected) => {
    expect(typeIsIn(type, list)).toBe(expected);
  });
});

describe("rangeMeets", () => {
  test.each([
    ["image/*", ["image/png"], true],
    ["image/*", ["image/*"], true],
    ["video/*", ["image/*"], false],
    ["image/png", ["image/*"], true],
    ["image/svg+xml", ["image/*"], false],
    ["IMAGE/*", ["image/png"], true],
    ["image/*", ["*/*"], true],
    ["application/pdf", ["*/*"], true],
    ["*/*", ["*/*"], true],
    ["*/*", ["image/*"], false],
  ])("%s and %p: %p", (range, list, expected) => {
    expect(rangeMeets(range, list)).toBe(expected);
  });
});
