import { expect, test } from "bun:test";
import { judge, readRetryAfter, type Reply } from "../../../src/web/upload-page/transfer/answer.ts";
import {
  batchBytes,
  isBatchable,
  nextTogether,
  notCounted,
} from "../../../src/web/upload-page/transfer/batch.ts";
import { chunkSizeFor } from "../../../src/web/upload-page/transfer/chunk-size.ts";
import type { FileUpload } from "../../../src/web/upload-page/transfer/file-upload.ts";
import { LANES, mayStart } from "../../../src/web/upload-page/transfer/lanes.ts";
import {
  countNumbers,
  firstMissing,
  hasNumber,
  type Ranges,
  readRanges,
  withNumber,
} from "../../../src/web/upload-page/transfer/ranges.ts";
import { retryDelay } from "../../../src/web/upload-page/transfer/retry.ts";
import { createSpeedometer } from "../../../src/web/upload-page/transfer/speed.ts";
import { readStatus } from "../../../src/web/upload-page/transfer/token-status.ts";
import { worstTrouble } from "../../../src/web/upload-page/transfer/trouble.ts";
import type { Trouble } from "../../../src/web/upload-page/transfer/types.ts";

const MEBIBYTE = 1024 * 1024;

const reply = (
  status: number,
  body = "",
  code: string | null = null,
  retryAfter: string | null = null,
) => ({ status, body, code, retryAfter }) satisfies Reply;

test.each<[string, Reply, string]>([
  ["a chunk that is stored", reply(200, "ok"), "stored"],
  ["a file that is complete", reply(200, '{"status":"ok","return":null}'), "finished"],
  ["a hotel's sign-in page", reply(200, "<html>Welcome"), "again"],
  ["a chunk that is missing", reply(204), "missing"],
  ["a refusal with its code", reply(500, "No.", "file_not_supported"), "refused"],
  [
    "a refusal of an older server",
    reply(500, "The file type is not supported: text/plain."),
    "refused",
  ],
  ["a proxy whose disk is full", reply(500, "<html>500"), "again"],
  ["a proxy whose server is away", reply(404, "404 page not found"), "again"],
  ["a token that is used", reply(404, "The upload token has already been used."), "refused"],
  ["a body that a proxy finds too large", reply(413, "<html>"), "blocked"],
  ["a file that the server finds too large", reply(413, "Too large.", "file_too_large"), "refused"],
  ["a server that is busy", reply(503, "Busy."), "again"],
  ["a disk that is full", reply(507, "Full.", "insufficient_storage"), "again"],
  ["too many attempts", reply(429, "", "too_many_attempts"), "again"],
])("%s", (_, given, kind) => {
  expect(judge(given, 0).kind as string).toBe(kind);
});

test.each<[string, Reply, Trouble]>([
  ["a disk that is full", reply(507, "Full.", "insufficient_storage"), "full"],
  ["a server that is busy", reply(503, "Busy.", "temporarily_unavailable"), "busy"],
  [
    "the same in an envelope",
    reply(503, JSON.stringify({ status: "error", code: "temporarily_unavailable", message: "x" })),
    "busy",
  ],
  ["who asks too often", reply(429, "<html>"), "busy"],
  ["a proxy that does not reach its server", reply(503, "<html>"), "silent"],
  ["a proxy that waited in vain", reply(504), "silent"],
  ["a line through which nothing came", reply(408, "Nothing.", "request_timeout"), "silent"],
  ["a proxy whose server starts", reply(404, "404 page not found"), "silent"],
  ["a hotel's sign-in page", reply(200, "<html>Welcome"), "silent"],
])("%s is said to be that", (_, given, trouble) => {
  expect(judge(given, 0)).toEqual({ kind: "again", trouble });
});

test("what several have in their way is what the server says of itself, and nothing where one gets through", () => {
  expect(worstTrouble(["silent", "busy", "full"])).toBe("full");
  expect(worstTrouble(["silent", "busy"])).toBe("busy");
  expect(worstTrouble(["full", undefined])).toBeUndefined();
  expect(worstTrouble([])).toBeUndefined();
});

const codeOf = (given: Reply) => {
  const verdict = judge(given, 0);
  return verdict.kind === "refused" ? verdict.refusal.code : verdict.kind;
};

test("who forbids it between here and the server is told from the server", () => {
  expect(codeOf(reply(403, "<html>Forbidden"))).toBe("blocked");
  expect(codeOf(reply(403, "No.", "origin_refused"))).toBe("origin_refused");
});

test("a refusal in an envelope has its code and its words", () => {
  const envelope = (said: object) => reply(404, JSON.stringify({ status: "error", ...said }));
  const refusal = { code: "no_file", message: "The file is empty." };
  expect(judge(envelope(refusal), 0)).toEqual({ kind: "refused", refusal });
  expect(judge(envelope({ message: "from a proxy" }), 0).kind).toBe("again");
  expect(judge(reply(404, '{"status":"error", cut off'), 0).kind).toBe("again");
});

test("how long to wait is read in seconds and as a date, and is bounded", () => {
  expect(judge(reply(503, "", null, "7"), 0)).toEqual({
    kind: "again",
    trouble: "silent",
    afterMs: 7000,
  });
  const now = Date.parse("2026-11-27T10:00:00Z");
  expect(readRetryAfter("Fri, 27 Nov 2026 10:00:30 GMT", now)).toBe(30_000);
  expect(readRetryAfter("999999", now)).toBe(300_000);
  expect(readRetryAfter("soon", now)).toBeUndefined();
});

test("attempts grow rarer, each a quarter more or less", () => {
  expect([1, 2, 3, 4, 5, 60].map((failed) => retryDelay(failed, 0.5))).toEqual([
    1000, 2000, 4000, 8000, 16_000, 20_000,
  ]);
  expect([retryDelay(1, 0), retryDelay(1, 1)]).toEqual([750, 1250]);
});

test("chunks are as large as what goes out in a second, from 1 to 16 MiB", () => {
  const large = 1000 * MEBIBYTE;
  const sizeAt = (speed: number | undefined, most = Number.POSITIVE_INFINITY) =>
    chunkSizeFor(large, speed, most) / MEBIBYTE;
  expect([undefined, 1, 100_000, 3e6, 9e6, 1e9].map((speed) => sizeAt(speed))).toEqual([
    2, 1, 1, 2, 8, 16,
  ]);
  expect(sizeAt(1e9, MEBIBYTE)).toBe(1);
  // Found again at any visit, whatever the line was.
  expect([1e9, undefined].map((speed) => chunkSizeFor(MEBIBYTE, speed, 1e9))).toEqual([
    MEBIBYTE,
    MEBIBYTE,
  ]);
});

const flight = (large: number, others: number) => ({ large, small: others, batches: 0, bytes: 0 });

test("a large file leaves a lane to others, and two more to small ones that wait", () => {
  const chunk = { large: true, bytes: MEBIBYTE };
  const small = { large: false, bytes: 200_000 };
  const fast = 100e6;
  expect([0, 1, 2, 3, 4].map((large) => mayStart(chunk, flight(large, 0), fast, false))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect([1, 2].map((large) => mayStart(chunk, flight(large, 0), fast, true))).toEqual([
    true,
    false,
  ]);
  expect(mayStart(small, flight(4, 0), fast, true)).toBe(true);
  expect(mayStart(small, flight(0, LANES), fast, true)).toBe(false);
});

test("on a slow line one chunk is on its way, and a small file beside it", () => {
  const slow = 50_000;
  const one = { large: 1, small: 0, batches: 0, bytes: MEBIBYTE };
  expect(mayStart({ large: true, bytes: MEBIBYTE }, one, slow, false)).toBe(false);
  expect(mayStart({ large: false, bytes: 200_000 }, one, slow, true)).toBe(true);
  expect(mayStart({ large: true, bytes: MEBIBYTE }, one, 10e6, false)).toBe(true);
});

test("chunk numbers are kept as ranges, in whatever order they come", () => {
  const numbers = [3, 1, 7, 2, 5, 6, 3];
  const ranges = numbers.reduce<Ranges>(withNumber, []);
  expect(ranges).toEqual([
    [1, 3],
    [5, 7],
  ]);
  expect(countNumbers(ranges)).toBe(6);
  expect([1, 4, 8].map((number) => hasNumber(ranges, number))).toEqual([true, false, false]);
  expect([1, 4, 5].map((from) => firstMissing(ranges, from))).toEqual([4, 4, 8]);
  expect(readRanges(JSON.parse(JSON.stringify(ranges)), 7)).toEqual(ranges);
  for (const broken of [
    undefined,
    "x",
    [[2, 1]],
    [
      [1, 2],
      [2, 3],
    ],
    [[0, 1]],
    [[1, 8]],
    [[1, 1.5]],
  ]) {
    expect(readRanges(broken, 7)).toEqual([]);
  }
});

test("the speed of many small files is that of their bytes together", () => {
  const meter = createSpeedometer();
  for (let at = 0; at <= 2000; at += 5) meter.record(at * 100, at);
  expect(meter.speed()).toBeCloseTo(100_000, -4);
});

test("a status is read with its times on this device's clock", () => {
  const data = {
    state: "busy",
    max_uploads: 3,
    remaining: 2,
    free: 0,
    valid_until: 1060,
    grace_until: 1120,
    now: 1000,
  };
  expect(readStatus({ data }, 5_000_000)).toEqual({
    state: "busy",
    maxUploads: 3,
    remaining: 2,
    free: 0,
    validUntil: 5_060_000,
    graceUntil: 5_120_000,
  });
  expect(readStatus({ code: "invalid_upload_token" }, 0)?.state).toBe("invalid");
  expect(readStatus({ data: { state: "open?" } }, 0)).toBeUndefined();
  expect(readStatus("<html>", 0)).toBeUndefined();
});

/** Files as far as it matters which of them go together. */
const small = (size: number, state: Partial<FileUpload> = {}) =>
  ({
    identity: { identifier: "i", name: "n", path: "", size, chunkSize: MEBIBYTE },
    picked: { file: { size } },
    jobs: new Set(),
    stored: [],
    doubtful: new Set(),
    asks: 0,
    check: undefined,
    anew: false,
    ...state,
  }) as unknown as FileUpload;

test("small files of which nothing is known on the server go together", () => {
  expect(isBatchable(small(200_000))).toBe(true);
  const others: FileUpload[] = [
    small(0),
    small(MEBIBYTE + 1),
    small(9, { asks: 1 }),
    small(9, { check: 1 }),
    small(9, { doubtful: new Set([1]) }),
    small(9, { anew: true }),
    small(9, { identity: undefined }),
    small(9, { jobs: new Set([{} as never]) }),
  ];
  expect(others.map(isBatchable)).toEqual(others.map(() => false));
});

/** How many of so many files of 200 KB go in the next request. */
function together(count: number, speed: number | undefined, most = Number.POSITIVE_INFINITY) {
  const files = Array.from({ length: count }, () => small(200_000));
  return nextTogether(files, batchBytes(speed, most)).length;
}

test("as many go together as the line takes in a second, shared among the requests", () => {
  expect([1, 3, 4, 9, 30, 500].map((count) => together(count, 50e6))).toEqual([1, 1, 2, 3, 10, 16]);
  expect([1e6, 300_000, 20_000].map((speed) => together(500, speed))).toEqual([5, 1, 0]);
  expect(together(500, undefined)).toBe(10);
  // What a proxy lets through, the form's own bytes with them.
  expect(together(500, 50e6, MEBIBYTE)).toBe(4);
});

test("a status that was asked for while a batch was under way gives its files' uses to nobody else", () => {
  // Of 100 uses 48 were taken by files in batches, of which the server knows 30; then it knows all; then others have taken 20.
  expect([70, 52, 32].map((free) => notCounted(52, free, 48))).toEqual([18, 0, 0]);
  // Nothing was under way: uses have become free.
  expect(notCounted(52, 60, 0)).toBe(0);
});
