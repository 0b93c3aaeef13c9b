import { describe, expect, test } from "bun:test";
import type { Photo, Upload, UploadToken, UploadView } from "../../src/records/records.ts";
import { LAPSE_MS } from "../../src/records/uploads.ts";
import {
  decideAdmission,
  decideChunk,
  decideQuestion,
  type AdmissionLimits,
} from "../../src/upload/chunk-rules.ts";
import type { Chunk } from "../../src/upload/chunk.ts";
import { decideUndecided, holdsUse, next, tokenState, useState } from "../../src/upload/rules.ts";
import {
  decideCancel,
  decideKeptEnd,
  decideRefusal,
  LONGEST_KEPT_MS,
} from "../../src/upload/end-rules.ts";
import {
  decideFinalizing,
  decidePhoto,
  decideReopening,
  decideRollBack,
} from "../../src/upload/finalize-rules.ts";
import { decideRenewal, decideReservation, decideUndo } from "../../src/upload/upload-rules.ts";

/** The tables 4.1 and 4.2 of the protocol, row by row, against the pure functions that decide. */

const NOW = 1_800_000_000_000;
const HOUR = 60 * 60_000;
const GRACE = 24 * HOUR;

const token = {
  id: 1,
  maxUploads: 2,
  consumed: 0,
  validUntil: NOW + HOUR,
  revokedAt: null,
  replaces: null,
  direct: false,
} as UploadToken;

const upload: Upload = {
  id: 7,
  tokenId: 1,
  identity: { identifier: "i", filename: "a.png", chunkSize: 100, totalSize: 250 },
  filename: "a.png",
  file: "f".repeat(24),
  replaces: null,
  state: "receiving",
  received: 100,
  lease: null,
  sealedToken: null,
  createdAt: NOW - HOUR,
  lastByteAt: NOW,
  keptUntil: null,
  clientInfo: {},
  failure: null,
};

/** It was cancelled, and its bytes are kept for two seconds. */
const kept: Upload = { ...upload, lastByteAt: NOW - LAPSE_MS, keptUntil: NOW + 2000 };
/** The same by a clock that was put back since. */
const backThen: Upload = { ...kept, lastByteAt: NOW };
const CANCELLED = { code: "upload_cancelled", message: "The upload was cancelled." };
const cancelled: Upload = { ...upload, state: "failed", received: 0, failure: CANCELLED };

const view = (change: Partial<UploadView> = {}): UploadView => ({
  upload,
  photo: undefined,
  token,
  replaced: undefined,
  reserved: 0,
  unfinished: 0,
  ...change,
});

const chunk: Chunk = {
  identity: { identifier: "i", filename: "a.png", chunkSize: 100, totalSize: 250 },
  number: 2,
  start: 100,
  lengths: [100, 150],
  clientInfo: {},
};

describe("protocol 4.1: the token", () => {
  test.each([
    ["before its end", {}, NOW, "open"],
    ["at its end", {}, NOW + HOUR, "open"],
    ["within the grace", {}, NOW + HOUR + 1, "grace"],
    ["behind the grace", {}, NOW + HOUR + GRACE + 1, "expired"],
    ["revoked", { revokedAt: NOW - 1 }, NOW, "revoked"],
    ["revoked and too late", { revokedAt: NOW - 1 }, NOW + 2 * GRACE, "revoked"],
  ] as const)("%s", (_, change, now, state) => {
    expect(tokenState({ ...token, ...change }, now, GRACE)).toBe(state);
  });

  test.each([
    ["nothing taken", 0, 0, "free"],
    ["one of two reserved", 0, 1, "free"],
    ["one a photo, one reserved", 1, 1, "held"],
    ["two reserved", 0, 2, "held"],
    ["two photos", 2, 0, "used"],
    ["two photos, and one more under way", 2, 1, "used"],
  ] as const)("uses: %s", (_, consumed, reserved, use) => {
    expect(useState({ maxUploads: 2, consumed }, reserved)).toBe(use);
  });

  test.each([
    ["receiving, a byte now", "receiving", 0, true],
    ["finalizing, alive now", "finalizing", 0, true],
    ["receiving, silent for just less than the lapse", "receiving", -LAPSE_MS + 1, true],
    ["receiving, silent for the lapse", "receiving", -LAPSE_MS, false],
    ["finalizing, silent for the lapse", "finalizing", -LAPSE_MS, false],
    ["a last byte of a clock that was ahead", "receiving", LAPSE_MS, false],
    ["a photo", "finished", 0, false],
    ["failed", "failed", 0, false],
  ] as const)("a reservation: %s", (_, state, ago, holds) => {
    expect(holdsUse({ state, lastByteAt: NOW + ago }, NOW)).toBe(holds);
  });

  test.each([
    ["a use is free", { free: 1 }, {}, "keep"],
    ["an upload in chunks is unfinished", { unfinishedChunked: true }, {}, "keep"],
    ["the same, within the grace", { unfinishedChunked: true }, { late: 1 }, "keep"],
    ["the same, behind it", { unfinishedChunked: true }, { late: GRACE + 1 }, "expired"],
    ["one has just finished", { finishedChunked: true }, { consumed: 2 }, "parameters only"],
    ["a use is free, but too late", { free: 1 }, { late: 1 }, "expired"],
    ["every use is a photo", {}, { consumed: 2 }, "used"],
    ["the last uses are reserved", {}, { consumed: 1 }, "held"],
  ] as [string, object, { late?: number; consumed?: number }, string][])(
    "an undecided body: %s",
    (_, prospects, { late = 0, consumed = 0 }, decided) => {
      const all = { free: 0, unfinishedChunked: false, finishedChunked: false, ...prospects };
      const now = late === 0 ? NOW : token.validUntil + late;
      expect(decideUndecided({ ...token, consumed }, all, now, GRACE)).toBe(decided as never);
    },
  );
});

describe("protocol 4.2: a chunk that comes", () => {
  const limits: AdmissionLimits = {
    maxSize: 1000,
    graceMs: GRACE,
    freshMs: LAPSE_MS / 2,
    lostPhoto: false,
  };
  const failed = {
    ...upload,
    state: "failed" as const,
    failure: { code: "file_not_supported", message: "no photo" },
  };
  const late = { ...token, validUntil: NOW - 1 };

  test.each([
    ["of a file that is a photo", token, { ...upload, state: "finished" }, chunk, "answer"],
    [
      "of a photo, with a token that is too late",
      late,
      { ...upload, state: "finished" },
      chunk,
      "answer",
    ],
    ["of a new file", token, undefined, chunk, "reserve"],
    ["of an upload that holds its use", token, upload, chunk, "go on"],
    [
      "the same, while its photo is made",
      token,
      { ...upload, state: "finalizing" },
      chunk,
      "go on",
    ],
    [
      "of one whose reservation needs renewal",
      token,
      { ...upload, lastByteAt: NOW - LAPSE_MS / 2 },
      chunk,
      "reserve",
    ],
    ["of a new file, too late", late, undefined, chunk, "expired"],
    ["of one that has begun, within the grace", late, upload, chunk, "go on"],
    ["of one that was cancelled, and whose bytes are kept", token, kept, chunk, "reserve"],
    ["of one like it that seems to hold its use still", token, backThen, chunk, "reserve"],
    ["of one that was cancelled, whose bytes are gone", token, cancelled, chunk, "repeat refusal"],
    ["of one that has failed, within the grace", late, failed, chunk, "expired"],
    ["of a file refused for its type", token, failed, chunk, "repeat refusal"],
    [
      "the first one of it: it may be another file",
      token,
      failed,
      { ...chunk, start: 0 },
      "reserve",
    ],
    [
      "of a file that is too large",
      token,
      undefined,
      { ...chunk, identity: { ...chunk.identity, totalSize: 1001 } },
      "refuse",
    ],
    ["beyond the end of its file", token, undefined, { ...chunk, lengths: [] }, "refuse"],
  ] as [string, UploadToken, Upload | undefined, Chunk, string][])(
    "%s",
    (_, of, known, one, what) => {
      expect(decideAdmission(of, known, one, limits, NOW).do).toBe(what as never);
    },
  );

  test("for a photo that has gone: its upload is refused, unless it is a photo already, or too late", () => {
    const gone = { ...limits, lostPhoto: true };
    const refused = decideAdmission(token, upload, chunk, gone, NOW);
    expect(refused).toMatchObject({ do: "refuse", scope: "upload" });
    expect(refused.do === "refuse" && refused.problem.code).toBe("no_such_photo");
    expect(decideAdmission(token, undefined, chunk, gone, NOW).do).toBe("refuse");
    const finished = { ...upload, state: "finished" as const };
    expect(decideAdmission(token, finished, chunk, gone, NOW).do).toBe("answer");
    expect(decideAdmission(late, undefined, chunk, gone, NOW).do).toBe("expired");
  });

  test.each([
    ["nothing is there", upload, undefined, true, { do: "write" }],
    ["its neighbour is", upload, { start: 0, length: 100 }, true, { do: "write" }],
    ["it is being received", upload, undefined, false, { do: "retry" }],
    [
      "it is stored, and may be longer",
      upload,
      { start: 100, length: 150 },
      true,
      { do: "count", stored: 150 },
    ],
    [
      "the same, and it is being received",
      upload,
      { start: 100, length: 100 },
      false,
      { do: "count", stored: 100 },
    ],
    [
      "its upload is a photo by now",
      { ...upload, state: "finished" },
      undefined,
      false,
      { do: "answer" },
    ],
    [
      "its upload has failed by now",
      { ...upload, state: "failed" },
      undefined,
      true,
      { do: "begin anew" },
    ],
    ["its upload has gone by now", undefined, undefined, true, { do: "begin anew" }],
  ] as const)("%s", (_, now, before, locked, plan) => {
    expect(decideChunk(now as Upload, before, locked, chunk)).toEqual(plan);
  });

  test("stored in its only length it is answered unread", () => {
    const only = { ...chunk, lengths: [100] };
    expect(decideChunk(upload, { start: 100, length: 100 }, true, only)).toEqual({ do: "answer" });
  });

  test.each([
    ["a chunk that reaches into it", { start: 50, length: 100 }],
    ["one at its place of a length it cannot have", { start: 100, length: 120 }],
    ["one inside it", { start: 150, length: 10 }],
  ])("two plans for one byte are refused: %s", (_, before) => {
    const plan = decideChunk(upload, before, true, chunk);
    expect(plan.do === "refuse" && plan.problem.message).toContain("overlaps");
  });

  test.each([
    ["of a photo", { ...upload, state: "finished" }, true, 0, token, "answer"],
    ["of a file that has not begun", undefined, false, 1, token, "missing"],
    ["the same, where no use is free", undefined, false, 0, token, "used"],
    ["of a failed file", { ...upload, state: "failed" }, false, 1, token, "missing"],
    ["of one whose bytes are all there", { ...upload, received: 250 }, true, 0, token, "finalize"],
    ["of one under way", upload, true, 0, token, "look up"],
    ["of a lapsed one whose use is taken", upload, false, 0, token, "used"],
    ["of a lapsed one whose use is free", upload, false, 1, token, "look up"],
    ["too late, within the grace", upload, true, 0, late, "look up"],
    ["too late for a new one", undefined, false, 1, late, "expired"],
  ] as [string, Upload | undefined, boolean, number, UploadToken, string][])(
    "GET: %s",
    (_, known, holds, free, of, what) => {
      expect(decideQuestion(of, known, { holds, free }, chunk, GRACE, NOW).do).toBe(what as never);
    },
  );

  test("GET looks for the length that the client says, where it is one of two", () => {
    expect(asked(150)).toEqual({ do: "look up", lengths: [150] });
    expect(asked(99)).toEqual({ do: "look up", lengths: [100, 150] });
  });
});

function asked(statedLength: number) {
  return decideQuestion(
    token,
    upload,
    { holds: true, free: 0 },
    { ...chunk, statedLength },
    GRACE,
    NOW,
  );
}

describe("a use is reserved", () => {
  const beginning = {
    identity: upload.identity,
    filename: "a.png",
    file: upload.file,
    clientInfo: {},
    sealedToken: null,
  };
  test.each([
    ["for a new upload", view({ upload: undefined }), "reserved", ["begin"]],
    [
      "for one that has failed: another one begins",
      view({ upload: { ...upload, state: "failed" } }),
      "reserved",
      ["begin"],
    ],
    ["for one that goes on", view(), "reserved", ["update"]],
    ["not for a photo", view({ upload: { ...upload, state: "finished" } }), "finished", []],
    ["not where others hold the last", view({ reserved: 2 }), "held", []],
    ["not where all are photos", view({ token: { ...token, consumed: 2 } }), "used", []],
    ["not for a token that has gone", view({ token: undefined }), "used", []],
    [
      "not where too many are unfinished",
      view({ upload: undefined, unfinished: 1002 }),
      "too many",
      [],
    ],
    ["but for one that goes on then", view({ unfinished: 1002 }), "reserved", ["update"]],
    [
      "nor a sign of life for the process that makes its photo",
      view({ upload: { ...upload, state: "finalizing", lease: "other" } }),
      "reserved",
      [],
    ],
  ] as const)("%s", (_, of, value, kinds) => {
    const decided = decideReservation(of, beginning, NOW);
    expect(decided.value).toBe(value);
    expect(decided.changes.map(({ kind }) => kind as string)).toEqual([...kinds]);
  });

  const silent = { ...upload, lastByteAt: NOW - LAPSE_MS };
  test.each([
    ["is renewed by a sign of life", view(), true],
    ["that has lapsed, where a use is free", view({ upload: silent, reserved: 1 }), true],
    ["not where others hold the last one by then", view({ upload: silent, reserved: 2 }), false],
    ["not of a photo", view({ upload: { ...upload, state: "finished" } }), false],
    ["not of one that was cancelled meanwhile", view({ upload: kept }), false],
    ["not of one that has gone", view({ upload: undefined }), false],
  ] as const)("a reservation %s", (_, of, value) => {
    const renewed = [{ kind: "update" as const, set: { lastByteAt: NOW } }];
    expect(decideRenewal(of, NOW)).toEqual({ value, changes: value ? renewed : [] });
  });

  test("a whole file that is all there begins as one that is being finalized", () => {
    const whole = { size: 5, lease: "me", extra: { a: "1" } };
    const { changes } = decideReservation(
      view({ upload: undefined }),
      { ...beginning, whole },
      NOW,
    );
    expect(changes).toMatchObject([
      { kind: "begin", upload: { state: "finalizing", received: 5, lease: "me" } },
      { kind: "extra", extra: { a: "1" } },
    ]);
  });
});

describe("a photo is made", () => {
  const request = { size: 250, lease: "me", extra: {}, othersLive: true };
  const whole = { ...upload, received: 250 };
  const anothers = { ...whole, state: "finalizing" as const, lease: "other" };
  test.each([
    ["every byte is there", view({ upload: whole }), {}, "mine"],
    ["it is made already", view({ upload: { ...whole, state: "finished" } }), {}, "finished"],
    ["a byte is missing", view(), {}, "incomplete"],
    ["it has failed", view({ upload: { ...whole, state: "failed" } }), {}, "incomplete"],
    ["another process is at it", view({ upload: anothers }), {}, "another's"],
    [
      "the other has shown no life",
      view({ upload: { ...anothers, lastByteAt: NOW - LAPSE_MS } }),
      {},
      "mine",
    ],
    ["the other cannot be alive", view({ upload: anothers }), { othersLive: false }, "mine"],
    [
      "its token was revoked",
      view({ upload: whole, token: { ...token, revokedAt: 1 } }),
      {},
      "revoked",
    ],
    ["its use was given to others", view({ upload: whole, reserved: 2 }), {}, "held"],
    [
      "its use has become another photo",
      view({ upload: whole, token: { ...token, consumed: 2 } }),
      {},
      "used",
    ],
  ] as const)("entering: %s", (_, of, change, value) => {
    expect(decideFinalizing(of, { ...request, ...change }, NOW).value).toBe(value);
  });

  test("of one that a process has left with chunks that were forgotten, what is missing may come again", () => {
    const left = { ...anothers, received: 100 };
    const goesOn = { kind: "update", set: { state: "receiving", lease: null } } as const;
    const gone = { ...request, othersLive: false };
    expect(decideFinalizing(view({ upload: left }), gone, NOW)).toEqual({
      changes: [goesOn],
      value: "incomplete",
    });
    expect(decideFinalizing(view({ upload: left }), request, NOW).changes).toEqual([]);
  });

  const making = {
    lease: "me",
    type: "image/png",
    size: 250,
    photo: () => ({ token: "t", treeId: 1 }),
    delivery: () => null,
  };
  const mine = { ...anothers, lease: "me" };
  test.each([
    ["by who holds the lease", view({ upload: mine }), "made"],
    ["not by who lost it", view({ upload: anothers }), "incomplete"],
    ["not of one that went back to receiving", view({ upload: whole }), "incomplete"],
    [
      "once: the second reads the first one's",
      view({ upload: { ...mine, state: "finished" } }),
      "finished",
    ],
    [
      "not with a token revoked meanwhile",
      view({ upload: mine, token: { ...token, revokedAt: 1 } }),
      "revoked",
    ],
  ] as const)("making: %s", (_, of, value) => {
    const decided = decidePhoto(of, making);
    expect(decided.value).toBe(value);
    expect(decided.changes).toHaveLength(value === "made" ? 1 : 0);
  });

  const back = { kind: "update" as const, set: { state: "receiving" as const, lease: null } };
  const lost = { ...anothers, received: 100 };
  test("one that has lost chunks meanwhile takes chunks again, whoever finds it", () => {
    const gone = { ...request, othersLive: false };
    expect(decideFinalizing(view({ upload: lost }), gone, NOW).changes).toEqual([back]);
    expect(decideFinalizing(view(), request, NOW).changes).toEqual([]);
  });

  test.each([
    ["its own process has left", view({ upload: { ...lost, lease: "me" } }), [back]],
    ["another has, which shows no life", view({ upload: { ...lost, lastByteAt: 1 } }), [back]],
    ["not of another that is alive", view({ upload: lost }), []],
    ["not where all bytes are there", view({ upload: mine }), []],
    ["not of one that is receiving", view(), []],
    ["not of one that has gone", view({ upload: undefined }), []],
  ] as const)("reopening what %s", (_, of, changes) => {
    expect(decideReopening(of, request, NOW).changes).toEqual([...changes]);
  });

  test("rolling back is for who holds the lease", () => {
    expect(decideRollBack(view({ upload: mine }), "me").changes).toEqual([
      { kind: "update", set: { state: "receiving", lease: null } },
    ]);
    expect(decideRollBack(view({ upload: anothers }), "me").changes).toEqual([]);
    expect(decideRollBack(view({ upload: { ...mine, state: "finished" } }), "me").changes).toEqual(
      [],
    );
  });
});

describe("a refusal", () => {
  const delivery = { id: "d", method: "GET" as const, host: "h", url: "u", body: "" };
  const failure = { code: "error_processing_upload", message: "no" };
  const begun = { identity: upload.identity, filename: "a.png", file: "g".repeat(24) };
  const empty = { ...upload, received: 0 };
  test.each([
    [
      "of a whole upload ends it",
      view(),
      "upload",
      false,
      "failed",
      ["update", "failure callback"],
    ],
    ["of a chunk: others go on", view(), "chunk", true, "goes on", ["failure callback"]],
    [
      "of the only chunk of an upload ends it",
      view({ upload: empty }),
      "chunk",
      true,
      "failed",
      ["update", "failure callback"],
    ],
    [
      "of a chunk beside another one: that goes on",
      view({ upload: empty }),
      "chunk",
      false,
      "goes on",
      ["failure callback"],
    ],
    [
      "before anything began is recorded",
      view({ upload: undefined }),
      "chunk",
      false,
      "over before",
      ["begin", "failure callback"],
    ],
    [
      "is its token's affair where no use is free",
      view({ upload: undefined, reserved: 2 }),
      "chunk",
      false,
      "used",
      [],
    ],
    [
      "fills no database",
      view({ upload: undefined, unfinished: 1002 }),
      "chunk",
      false,
      "too many",
      [],
    ],
    [
      "of a photo changes nothing",
      view({ upload: { ...upload, state: "finished" } }),
      "upload",
      true,
      "over before",
      [],
    ],
    [
      "of a failed one is told once",
      view({ upload: { ...upload, state: "failed" } }),
      "upload",
      true,
      "over before",
      ["failure callback"],
    ],
  ] as const)("%s", (_, of, scope, alone, value, kinds) => {
    const decided = decideRefusal(of, { failure, delivery, scope, alone }, begun, NOW);
    expect(decided.value).toBe(value);
    expect(decided.changes.map(({ kind }) => kind as string)).toEqual([...kinds]);
  });
});

test("states: nothing leaves finished and failed, and a photo comes from finalizing alone", () => {
  const events = ["go on", "finalize", "roll back", "make", "fail"] as const;
  const states = ["receiving", "finalizing", "finished", "failed"] as const;
  const table = states.map((state) => events.map((event) => next(state, event) ?? "-").join(" "));
  expect(table).toEqual([
    "receiving finalizing - - failed",
    "finalizing finalizing receiving finished failed",
    "- - - - -",
    "- - - - -",
  ]);
});

describe("protocol 6: a photo is replaced", () => {
  const replacing = { ...token, replaces: 5 };
  const photo = { id: 5, deletedAt: null } as Photo;
  const inTrash = { ...photo, deletedAt: NOW };
  const whole = {
    ...upload,
    replaces: 5,
    received: 250,
    state: "finalizing" as const,
    lease: "me",
  };
  const finalizing = { size: 250, lease: "me", extra: {}, othersLive: true };
  const making = {
    lease: "me",
    type: "image/png",
    size: 250,
    photo: () => ({ token: "t", treeId: 1 }),
    delivery: () => null,
  };

  test.each([
    ["of a replace token is for its photo", replacing, photo, 5],
    // It is refused when its bytes are there; the row cannot name a photo that is not there.
    ["whose photo was removed is for none", replacing, undefined, null],
    ["of an upload token is for none", token, undefined, null],
  ] as const)("an upload %s", (_, of, replaced, replaces) => {
    const beginning = {
      identity: upload.identity,
      filename: "a.png",
      file: "f",
      clientInfo: {},
      sealedToken: null,
    };
    const begun = view({ upload: undefined, token: of, replaced });
    const [change] = decideReservation(begun, beginning, NOW).changes;
    expect(change).toMatchObject({ kind: "begin", upload: { replaces } });
    const refusal = {
      failure: { code: "x", message: "y" },
      delivery: null,
      scope: "chunk" as const,
      alone: true,
    };
    const [failed] = decideRefusal(begun, refusal, beginning, NOW).changes;
    expect(failed).toMatchObject({ kind: "begin", upload: { state: "failed", replaces } });
  });

  const finished = { ...upload, replaces: 5, state: "finished" as const };
  const current = { ...photo, original: { uploadId: finished.id } } as Photo;
  const replacedSince = { ...photo, original: { uploadId: finished.id + 1 } } as Photo;

  test.each([
    ["which has its bytes", finished, current, "finished", "over before"],
    ["which has other bytes since", finished, replacedSince, "reserved", "begun"],
    // It is deleted, and not asked about by a file that is to replace it.
    ["in the trash", finished, { ...replacedSince, deletedAt: NOW }, "finished", "over before"],
    ["which was removed", { ...finished, replaces: null }, undefined, "finished", "over before"],
    [
      "which it made itself",
      { ...finished, replaces: null },
      replacedSince,
      "finished",
      "over before",
    ],
  ] as const)("a file that comes again, of a photo %s", (_, known, of, reserved, refused) => {
    const seen = view({ upload: known, photo: of, token: replacing, replaced: of });
    const beginning = {
      identity: upload.identity,
      filename: "a.png",
      file: "f",
      clientInfo: {},
      sealedToken: null,
    };
    const reservation = decideReservation(seen, beginning, NOW);
    expect(reservation.value).toBe(reserved);
    expect(reservation.changes.map(({ kind }) => kind)).toEqual(
      reserved === "reserved" ? ["begin"] : [],
    );
    const failure = { code: "x", message: "y" };
    const refusal = { failure, delivery: null, scope: "chunk" as const, alone: true };
    const isBegun = refused === "begun";
    expect(decideRefusal(seen, refusal, beginning, NOW).changes).toHaveLength(isBegun ? 1 : 0);
    // Of an upload that was joined while it was under way nothing begins.
    expect(decideRefusal(seen, refusal, null, NOW)).toEqual({ changes: [], value: "over before" });
  });

  test.each([
    [
      "while its photo is there",
      view({ upload: whole, token: replacing, replaced: photo }),
      "mine",
      "made",
    ],
    [
      "not where it is in the trash",
      view({ upload: whole, token: replacing, replaced: inTrash }),
      "no photo",
      "no photo",
    ],
    [
      "not where it was removed",
      view({ upload: { ...whole, replaces: null }, token: replacing }),
      "no photo",
      "no photo",
    ],
    [
      "not where its upload failed with it",
      view({ upload: { ...whole, replaces: null, state: "failed" }, token: replacing }),
      "no photo",
      "no photo",
    ],
    [
      "nor again, whatever became of the photo",
      view({ upload: { ...whole, state: "finished" }, token: replacing }),
      "finished",
      "finished",
    ],
  ] as const)("%s", (_, of, finalized, made) => {
    expect(decideFinalizing(of, finalizing, NOW).value).toBe(finalized);
    const decided = decidePhoto(of, making);
    expect(decided.value).toBe(made);
    expect(decided.changes).toHaveLength(made === "made" ? 1 : 0);
  });
});

const cancelling = (change: Partial<UploadView>, keepMs = 0) =>
  decideCancel(view(change), { lease: "mine", keepMs }, NOW);

const changedTo = (set: object) => [{ kind: "update", set }] as never;

describe("4.8, cancelling", () => {
  const failed = {
    state: "failed",
    failure: CANCELLED,
    sealedToken: null,
    lease: null,
    lastByteAt: NOW,
  } as const;

  test("an upload that is receiving fails with its bytes and its use", () => {
    expect(cancelling({})).toEqual({ changes: changedTo(failed), value: "cancelled" });
  });

  test("it may be kept: it holds no use then, and any chunk of it reserves one anew", () => {
    const set = {
      state: "receiving",
      lease: null,
      lastByteAt: NOW - LAPSE_MS,
      keptUntil: NOW + 9000,
    };
    expect(cancelling({}, 9000)).toEqual({ changes: changedTo(set), value: "kept" });
    expect(holdsUse({ ...upload, lastByteAt: NOW - LAPSE_MS }, NOW)).toBe(false);
    const mine = { ...upload, state: "finalizing", lease: "mine" } as const;
    expect(cancelling({ upload: mine }, 9000)).toEqual({ changes: changedTo(set), value: "kept" });
    const beginning = {
      identity: upload.identity,
      filename: "a.png",
      file: upload.file,
      clientInfo: {},
      sealedToken: "seal",
    };
    expect(decideReservation(view({ upload: kept }), beginning, NOW)).toEqual({
      changes: changedTo({ lastByteAt: NOW, sealedToken: "seal", keptUntil: null }),
      value: "reserved",
    });
    expect(decideReservation(view({ upload: kept, reserved: 2 }), beginning, NOW)).toEqual({
      changes: [],
      value: "held",
    });
  });

  test("one without a byte is not kept, and asking again keeps none for longer", () => {
    expect(cancelling({ upload: { ...upload, received: 0 } }, 9000).value).toBe("cancelled");
    expect(cancelling({ upload: kept }, 9000)).toEqual({ changes: [], value: "kept before" });
    expect(cancelling({ upload: kept })).toEqual({
      changes: changedTo(failed),
      value: "cancelled",
    });
  });

  test.each([
    ["not before its time", NOW + 1, false],
    ["at its time", NOW, true],
    ["behind it", NOW - 1, true],
    ["where a clock that was ahead has written it", NOW + LONGEST_KEPT_MS + 1, true],
    ["not where that was undone", null, false],
  ])("a kept one ends %s", (_, keptUntil, value) => {
    const ended = decideKeptEnd(view({ upload: { ...kept, keptUntil } }), NOW);
    expect(ended).toEqual({ changes: value ? changedTo(failed) : [], value });
  });

  test("it is undone where a use is free, while it is kept", () => {
    const changes = changedTo({ lastByteAt: NOW, keptUntil: null });
    expect(decideUndo(view({ upload: kept, reserved: 1 }), NOW)).toEqual({ changes, value: true });
    for (const of of [
      { upload: kept, reserved: 2 },
      { upload: cancelled },
      { upload: undefined },
    ]) {
      expect(decideUndo(view(of), NOW)).toEqual({ changes: [], value: false });
    }
  });

  test("nothing of a kept one makes its photo, and what came before refuses its chunks", () => {
    const whole = { ...kept, received: 250 };
    const request = { size: 250, lease: "mine", extra: {}, othersLive: true };
    expect(decideFinalizing(view({ upload: whole }), request, NOW)).toEqual({
      changes: [],
      value: "cancelled",
    });
    const identity = { identifier: "i", filename: "a.png", chunkSize: 100, totalSize: 250 };
    const one = { identity, start: 0, lengths: [100], clientInfo: {} };
    expect(decideChunk(kept, undefined, true, one)).toMatchObject({
      do: "refuse",
      problem: { code: "upload_cancelled" },
    });
  });

  test.each([
    ["finished", "finished"],
    ["failed", "over before"],
  ] as const)("one that is %s stays as it is", (state, value) => {
    expect(cancelling({ upload: { ...upload, state } })).toEqual({ changes: [], value });
  });

  test("where there is none, nothing is done", () => {
    expect(cancelling({ upload: undefined })).toEqual({ changes: [], value: "over before" });
  });

  test("one that is finalizing is its process's, as long as that lives", () => {
    const finalizing = { ...upload, state: "finalizing" as const, lease: "another's" };
    expect(cancelling({ upload: finalizing })).toEqual({ changes: [], value: "another's" });
    const lapsed = { ...finalizing, lastByteAt: NOW - LAPSE_MS };
    expect(cancelling({ upload: lapsed }).value).toBe("cancelled");
    expect(cancelling({ upload: { ...finalizing, lease: "mine" } }).value).toBe("cancelled");
  });
});
