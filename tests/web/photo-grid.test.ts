import { describe, expect, test } from "bun:test";
import {
  findParams,
  isNarrowed,
  readSelection,
  writeSelection,
} from "../../src/web/archive-page/views/photos/filter.ts";
import {
  boxOf,
  layOut,
  photoBeside,
  photoNear,
  visibleIn,
} from "../../src/web/archive-page/views/photos/layout.ts";
import { daysOf, pagesOf } from "../../src/web/archive-page/views/photos/pages.ts";
import {
  quoteTag,
  readTags,
  writtenTags,
} from "../../src/web/archive-page/views/photos/tag-words.ts";
import { processorTime } from "../support/processor.ts";

/** What the archive's grid computes before a photo is known. */

const day = (name: string, count: number, after = name) => ({ day: name, count, after });

describe("pages", () => {
  test("put short days of a month together, and end where the next one begins", () => {
    const pages = pagesOf([
      day("2026-11-27", 3),
      day("2026-11-26", 400),
      day("2026-11-25", 200),
      day("2026-10-31", 1),
    ]);
    expect(pages.map(({ from, count, after, until }) => [from, count, after, until])).toEqual([
      [0, 403, "2026-11-27", "2026-11-25"],
      [403, 200, "2026-11-25", "2026-10-31"],
      [603, 1, "2026-10-31", undefined],
    ]);
  });

  test("of earlier months stay the same when photos arrive", () => {
    const earlier = [day("2026-10-31", 100), day("2026-10-02", 7), day("2026-09-01", 2)];
    const keys = (today: number) =>
      pagesOf([day("2026-11-27", today), ...earlier]).map(({ key }) => key);
    expect(keys(7).slice(1)).toEqual(keys(6).slice(1));
  });

  test("a day of several segments is one day", () => {
    expect(daysOf([day("a", 500), day("a", 20), day("b", 1)])).toEqual([
      { day: "a", from: 0, count: 520 },
      { day: "b", from: 520, count: 1 },
    ]);
  });
});

describe("the layout", () => {
  const days = daysOf([day("a", 20), day("b", 1), day("c", 2), day("d", 9)]);
  const layout = layOut(days, 1000);

  test("gives each photo a square of its own within the width", () => {
    const places = Array.from({ length: 32 }, (_, index) => boxOf(layout, index));
    expect(new Set(places.map((box) => `${box?.left} ${box?.top}`)).size).toBe(32);
    for (const box of places) expect((box?.left ?? 0) + layout.tile).toBeLessThanOrEqual(1000);
    expect(boxOf(layout, 32)).toBeUndefined();
  });

  test("puts days of few photos beside each other", () => {
    const tops = layout.groups.map(({ top }) => top);
    expect(tops[1]).toBe(tops[2] ?? 0);
    expect(new Set(tops).size).toBe(3);
  });

  test("finds a photo by its place", () => {
    for (let index = 0; index < 32; index += 1) {
      const box = boxOf(layout, index);
      expect(photoNear(layout, (box?.left ?? 0) + 5, (box?.top ?? 0) + 5)).toBe(index);
    }
  });

  test("tells what is between two heights, and nothing else", () => {
    const rows = (from: number, until: number) =>
      visibleIn(layout, from, until).map(({ group, firstRow, endRow }) => [
        group.day,
        firstRow,
        endRow,
      ]);
    expect(rows(0, 100)).toEqual([["a", 0, 1]]);
    expect(rows(0, layout.height).map(([name]) => name)).toEqual(["a", "b", "c", "d"]);
    expect(rows(layout.height, layout.height + 100)).toEqual([]);
  });

  test("leads up and down, also from a short day to the next", () => {
    const columns = layout.groups[0]?.columns ?? 0;
    expect(photoBeside(layout, 0, 1)).toBe(columns);
    expect(photoBeside(layout, columns, -1)).toBe(0);
    expect(photoBeside(layout, 0, -1)).toBe(0);
    expect(photoBeside(layout, 20, 1)).toBe(23);
    expect(photoBeside(layout, 23, -1)).toBe(20);
    expect(photoBeside(layout, 31, 1)).toBe(31);
  });

  test("a hundred thousand days are laid out in a moment", () => {
    const many = Array.from({ length: 100_000 }, (_, at) => ({ day: `${at}`, from: at, count: 1 }));
    const begun = processorTime();
    layOut(many, 1200);
    expect(processorTime() - begun).toBeLessThan(1000);
  });
});

describe("the address", () => {
  test("says what is looked for, and is read the same", () => {
    const said = "search=by+the+lake&album_id=3&tag=two+words&token_id=9&type=videos&state=trash";
    const selection = readSelection(new URLSearchParams(`${said}&order=takenFirst`));
    expect(new URLSearchParams(writeSelection(selection)).toString()).toBe(
      `${said}&order=takenFirst`,
    );
    expect(findParams(selection)).toMatchObject({
      deleted_p: true,
      video_p: true,
      tag: "two words",
    });
  });

  test("says days, which are those of whoever looks", () => {
    const said = "time=taken&from=2026-05-03&to=2026-05-09";
    const selection = readSelection(new URLSearchParams(said));
    expect(new URLSearchParams(writeSelection(selection)).toString()).toBe(said);
    const [third, tenth] = [3, 10].map((date) => new Date(2026, 4, date).getTime() / 1000);
    expect(findParams(selection)).toMatchObject({ taken_from: third, taken_until: tenth });
    const since = readSelection(new URLSearchParams("from=2026-05-03"));
    expect(findParams(since)).toMatchObject({ created_from: third });
    expect(findParams(since)["created_until"]).toBeUndefined();
    expect(isNarrowed(since)).toBe(true);
    expect(isNarrowed(readSelection(new URLSearchParams("time=taken&order=oldest")))).toBe(false);
    // Typed by hand the wrong way round.
    const turned = readSelection(new URLSearchParams("from=2026-05-09&to=2026-05-03"));
    expect([turned.from, turned.to]).toEqual(["2026-05-03", "2026-05-09"]);
    for (const odd of ["2026-02-30", "0002-01-01", "2026-5-3", "today", "20260503"]) {
      expect(writeSelection(readSelection(new URLSearchParams({ from: odd, to: odd })))).toEqual(
        {},
      );
    }
  });

  test("what is not understood is left out", () => {
    const odd = new URLSearchParams("album_id=x&type=<b>&state=all&order=random&other=1");
    expect(writeSelection(readSelection(odd))).toEqual({});
  });
});

test("tags are read and written as the API does", () => {
  const text = 'party "by the lake" x';
  expect(readTags(text)).toEqual(["party", "by the lake", "x"]);
  expect(readTags(text).map(quoteTag).join(" ")).toBe(text);
  expect(quoteTag(' a "b"  c ')).toBe('"a b c"');
  expect(writtenTags(" church,at the  lake , ", [])).toBe('church "at the lake"');
  expect(writtenTags(" Paris, France", ["Paris, France"])).toBe('"Paris, France"');
  expect(writtenTags(' , "" ', [])).toBe("");
});
