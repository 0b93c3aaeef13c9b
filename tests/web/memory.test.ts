import { expect, test } from "bun:test";
import { fingerprint, identifierOf } from "../../src/web/upload-page/transfer/identity.ts";
import { readOutcome, readReason } from "../../src/web/upload-page/transfer/outcome.ts";
import { createMemory } from "../../src/web/upload-page/remember.ts";

test("a file is the same whenever it is chosen, and another one is not", () => {
  const file = { name: "Ünïcode & more.mp4", size: 10, lastModified: 5 };
  expect(identifierOf({ ...file })).toBe(identifierOf(file));
  expect(identifierOf({ ...file, lastModified: 6 })).not.toBe(identifierOf(file));
  expect(identifierOf({ ...file, size: 11 })).not.toBe(identifierOf(file));
  expect(identifierOf(file)).toMatch(/^[0-9A-Za-z_.-]+$/);
});

test("unfinished files are remembered without the token, and forgotten", () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
  const token = "T".repeat(64);
  const memory = createMemory(token, store);
  memory.keep({ id: "1", name: "a.mp4", size: 9 }, 0.1);
  memory.keep({ id: "1", name: "a.mp4", size: 9 }, 0.456);
  expect(memory.list()).toEqual([{ id: "1", name: "a.mp4", size: 9, percent: 45 }]);
  expect(JSON.stringify([...kept])).not.toContain("TTTT");
  expect(createMemory("another", store).list()).toEqual([]);
  memory.forget("1");
  expect(kept.size).toBe(0);
});

function refuse(): never {
  throw new Error("no");
}

test("a store that is missing, broken or full does no harm", () => {
  const full = { getItem: () => "{[", setItem: refuse, removeItem: refuse } as unknown as Storage;
  for (const store of [undefined, full]) {
    const memory = createMemory("t", store);
    memory.keep({ id: "1", name: "a", size: 1 }, 0);
    expect(memory.list()).toEqual([]);
  }
  expect(fingerprint("a")).not.toBe(fingerprint("b"));
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
