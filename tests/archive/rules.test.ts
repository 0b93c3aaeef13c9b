import { describe, expect, test } from "bun:test";
import {
  decideExpiry,
  decideRemoval,
  decideRestore,
  decideTrash,
  decideUpdate,
  type PhotoRule,
} from "../../src/archive/rules.ts";
import { EXAMPLE } from "../../src/http/examples.ts";
import type { Photo, PhotoMetadata } from "../../src/records/records.ts";

/** What becomes of a photo, rule by rule (protocol 6). */

const NOW = 1_800_000_000_000;
const shown: Photo = { ...EXAMPLE.photo, title: "old" };
const trashed: Photo = { ...shown, deletedAt: NOW - 10 };

/** What a rule makes of a photo: the kinds of changes, or what it throws. */
function outcome(rule: PhotoRule, photo: Photo | undefined): string {
  try {
    return (
      rule(photo)
        .changes.map(({ kind }) => kind)
        .join() || "nothing"
    );
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const RULES: [string, PhotoRule, ofShown: string, ofTrashed: string, ofNone: string][] = [
  ["update", decideUpdate({ title: "new" }, NOW), "update", "no_such_photo", "no_such_photo"],
  [
    "update, the same",
    decideUpdate({ title: "old" }, NOW),
    "nothing",
    "no_such_photo",
    "no_such_photo",
  ],
  ["trash", decideTrash(), "trash", "no_such_photo", "no_such_photo"],
  [
    "trash of another's",
    decideTrash(() => false),
    "no_such_photo",
    "no_such_photo",
    "no_such_photo",
  ],
  ["restore", decideRestore(), "nothing", "restore", "no_such_photo"],
  ["removal", decideRemoval(), "remove", "remove", "no_such_photo"],
  ["expiry", decideExpiry(NOW - 9), "nothing", "remove", "nothing"],
  ["expiry, too early", decideExpiry(NOW - 10), "nothing", "nothing", "nothing"],
];

test.each(RULES)(
  "%s: of a photo that is shown, in the trash, not there",
  (_what, rule, ofShown, ofTrashed, ofNone) => {
    expect([shown, trashed, undefined].map((photo) => outcome(rule, photo))).toEqual([
      ofShown,
      ofTrashed,
      ofNone,
    ]);
  },
);

describe("publication", () => {
  const hidden = { published: false, publishDate: null };
  const later = { published: false, publishDate: NOW + 10 };
  const since = { published: false, publishDate: NOW - 10 };
  const open = { published: true, publishDate: null };
  const CASES: [string, Partial<PhotoMetadata>, Partial<PhotoMetadata>, object | null][] = [
    ["is taken back", open, hidden, hidden],
    ["is not taken back twice", hidden, hidden, null],
    ["is put off", open, later, later],
    ["comes at once", later, open, open],
    ["whose time is taken back never comes", later, { publishDate: null }, hidden],
    ["whose time has come stays", since, { publishDate: null }, open],
    ["without a time stays without one", open, { publishDate: null }, null],
  ];
  test.each(CASES)("%s", (_what, before, said, after) => {
    const { changes } = decideUpdate(said, NOW)({ ...shown, ...before });
    expect(changes as object).toEqual(after ? [{ kind: "update", set: after }] : []);
  });
});
