import { expect, test } from "bun:test";
import { identifierOf } from "../../src/web/upload-page/transfer/identity.ts";
import { readOutcome, readReason } from "../../src/web/upload-page/transfer/outcome.ts";

test("a file is the same whenever it is chosen, and another one is not", () => {
  const file = { name: "Ünïcode & more.mp4", size: 10, lastModified: 5 };
  expect(identifierOf({ ...file })).toBe(identifierOf(file));
  expect(identifierOf({ ...file, lastModified: 6 })).not.toBe(identifierOf(file));
  expect(identifierOf({ ...file, size: 11 })).not.toBe(identifierOf(file));
  expect(identifierOf(file)).toMatch(/^[0-9A-Za-z_.-]+$/);
});

test("an outcome is told from other answers, and leads only to web addresses", () => {
  expect(readOutcome("ok")).toBeUndefined();
  expect(readOutcome("")).toBeUndefined();
  expect(readOutcome('{"status":"error"}')).toBeUndefined();
  expect(readOutcome('{"status":"ok","return":null}')).toEqual({ return: null });
  const get = { method: "GET", url: "https://a.example/?x=1" };
  expect(readOutcome(JSON.stringify({ status: "ok", return: get }))?.return).toEqual(get as never);
  const post = { method: "POST", url: "https://a.example/", fields: [["a", "b"]] };
  expect(readOutcome(JSON.stringify({ status: "ok", return: post }))?.return).toEqual(
    post as never,
  );
  const script = { method: "GET", url: "javascript:alert(1)" };
  expect(readOutcome(JSON.stringify({ status: "ok", return: script }))?.return).toBeNull();
});

test("a reason is passed on if it is a sentence", () => {
  expect(readReason("The file is empty.\n")).toBe("The file is empty.");
  expect(readReason("<html>502")).toBe("The server could not accept this file.");
  expect(readReason("")).toBe("The server could not accept this file.");
});
