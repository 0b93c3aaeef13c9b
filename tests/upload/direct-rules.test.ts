import { describe, expect, test } from "bun:test";
import type {
  DirectView,
  NewUploadToken,
  Photo,
  Upload,
  UploadToken,
} from "../../src/records/records.ts";
import { LAPSE_MS } from "../../src/records/uploads.ts";
import { decideDirect, isAskedAbout } from "../../src/upload/direct-rules.ts";
import { AGAIN_MS } from "../../src/upload/rules.ts";

/** Protocol 6, upload: which chunks without a token are one file, row by row. */

const NOW = 1_800_000_000_000;
const DAY = 24 * 60 * 60_000;

const token = {
  id: 1,
  title: "Old",
  tags: "a",
  createdAt: NOW,
  validUntil: NOW + DAY,
} as UploadToken;
const wanted = { title: "New", createdAt: NOW, validUntil: NOW + DAY } as NewUploadToken;
const upload = { id: 7, state: "receiving", replaces: null, lastByteAt: NOW } as Upload;
const finished: Upload = { ...upload, state: "finished" };
const photo = { id: 5, deletedAt: null, original: { uploadId: 7 } } as Photo;
/** Another file has replaced its bytes since. */
const replaced = { ...photo, original: { ...photo.original, uploadId: 8 } };
const replacing: Upload = { ...finished, replaces: 5 };

const view = (change: Partial<DirectView> = {}): DirectView => ({
  token,
  upload,
  photo: undefined,
  ...change,
});

describe("a chunk", () => {
  test.each([
    ["of a file of which nothing came", view({ token: undefined, upload: undefined }), 0, "begin"],
    ["of one under way", view(), 0, "go on"],
    [
      "of one whose photo is being made",
      view({ upload: { ...upload, state: "finalizing" } }),
      9,
      "go on",
    ],
    ["beside another that begins its upload", view({ upload: undefined }), 9, "go on"],
    [
      "whose upload was swept since",
      view({ upload: undefined, token: { ...token, createdAt: NOW - LAPSE_MS } }),
      0,
      "begin",
    ],
    ["of a photo that was made a moment ago", view({ upload: finished, photo }), 9, "go on"],
    [
      "of one that was made ten minutes ago",
      view({ upload: { ...finished, lastByteAt: NOW - AGAIN_MS }, photo }),
      0,
      "begin",
    ],
    ["of a new photo, replaced since", view({ upload: finished, photo: replaced }), 9, "go on"],
    ["of a replacement, replaced since", view({ upload: replacing, photo: replaced }), 9, "begin"],
    ["of one that was removed since", view({ upload: finished }), 0, "begin"],
    [
      "of one in the trash",
      view({ upload: finished, photo: { ...photo, deletedAt: NOW } }),
      0,
      "begin",
    ],
    [
      "that begins a file which was refused",
      view({ upload: { ...upload, state: "failed" } }),
      0,
      "begin",
    ],
    [
      "from the middle of one that was refused",
      view({ upload: { ...upload, state: "failed" } }),
      9,
      "go on",
    ],
  ] as const)("%s: %#", (_, of, start, what) => {
    expect(decideDirect(of, wanted, {}, start).do).toBe(what);
  });

  test("changes what it says, and nothing else; not of a photo that is there", () => {
    const given = { title: "New", tags: "a" };
    expect(decideDirect(view(), wanted, given, 9)).toEqual({ do: "go on", set: { title: "New" } });
    expect(decideDirect(view({ upload: finished, photo }), wanted, given, 9)).toEqual({
      do: "go on",
      set: {},
    });
  });

  test("renews the token's time when half of it is over", () => {
    const old = { ...token, validUntil: NOW + DAY / 2 - 1 };
    expect(decideDirect(view({ token: old }), wanted, {}, 9)).toEqual({
      do: "go on",
      set: { validUntil: NOW + DAY },
    });
  });
});

test.each([
  ["nothing came", view({ token: undefined, upload: undefined }), false],
  ["its upload has gone", view({ upload: undefined }), false],
  ["it is under way", view(), true],
  ["it was refused", view({ upload: { ...upload, state: "failed" } }), false],
  ["it is a photo", view({ upload: finished, photo }), true],
  [
    "it has been one for long",
    view({ upload: { ...finished, lastByteAt: NOW - AGAIN_MS }, photo }),
    false,
  ],
  ["its photo has gone", view({ upload: finished }), false],
  ["it has replaced a photo", view({ upload: replacing, photo }), true],
  ["another one has since", view({ upload: replacing, photo: replaced }), false],
] as const)("GET finds a file: %s", (_, of, is) => {
  expect(isAskedAbout(of, NOW)).toBe(is);
});
