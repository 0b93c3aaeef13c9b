import { expect, test } from "bun:test";
import { seeUses, usesLeft } from "../../src/web/upload-page/link-uses.ts";

/** How many files a link still takes, of what the server counts and what the page knows of its own files. */

const NOTHING = { done: 0, begun: 0, earlier: 0 };
const atFirst = (status: Parameters<typeof seeUses>[0], own = NOTHING) =>
  seeUses(status, own, undefined);

test("own files take places when they are chosen, and keep them when they have arrived", () => {
  const seen = atFirst({ maxUploads: 70, remaining: 68, free: 68 });
  expect(usesLeft(seen, 0, 10)).toEqual({ remaining: 68, places: 58 });
  expect(usesLeft(seen, 10, 0)).toEqual({ remaining: 58, places: 58 });
});

test("files of a request whose answer is still to come are not counted twice", () => {
  const first = atFirst({ maxUploads: 70, remaining: 70, free: 70 });
  // 50 of 60 were finished by the server, and 2 are being so, when it was asked.
  const own = { done: 0, begun: 61, earlier: 0 };
  const during = seeUses({ maxUploads: 70, remaining: 20, free: 17 }, own, first);
  expect(usesLeft(during, 0, 61)).toEqual({ remaining: 20, places: 9 });
  expect(usesLeft(during, 60, 1)).toEqual({ remaining: 10, places: 9 });
  const after = seeUses(
    { maxUploads: 70, remaining: 10, free: 9 },
    { done: 60, begun: 1, earlier: 0 },
    during,
  );
  expect(usesLeft(after, 60, 1)).toEqual({ remaining: 10, places: 9 });
  expect(usesLeft(after, 61, 0)).toEqual({ remaining: 9, places: 9 });
});

test("what others have sent meanwhile, and are sending, is theirs", () => {
  const first = atFirst({ maxUploads: 10, remaining: 10, free: 10 });
  const own = { done: 1, begun: 1, earlier: 0 };
  // One own file is there, another was finished just now; three others have arrived, and two are on their way.
  const seen = seeUses({ maxUploads: 10, remaining: 5, free: 3 }, own, first);
  expect(usesLeft(seen, 2, 0)).toEqual({ remaining: 5, places: 4 });
  const then = seeUses({ maxUploads: 10, remaining: 5, free: 3 }, { ...NOTHING, done: 2 }, seen);
  expect(usesLeft(then, 2, 0)).toEqual({ remaining: 5, places: 3 });
});

test("an earlier visit's file holds its own reservation, and no other", () => {
  const status = { maxUploads: 5, remaining: 4, free: 3 };
  const seen = atFirst(status, { ...NOTHING, earlier: 1 });
  expect(usesLeft(seen, 0, 0)).toEqual({ remaining: 4, places: 4 });
  // It was chosen again.
  expect(usesLeft(seen, 0, 1)).toEqual({ remaining: 4, places: 3 });
});

test("a link that was given more files, or fewer, has them", () => {
  const first = atFirst({ maxUploads: 5, remaining: 3, free: 3 });
  const more = seeUses({ maxUploads: 9, remaining: 7, free: 7 }, NOTHING, first);
  expect(usesLeft(more, 0, 0).places).toBe(7);
});
