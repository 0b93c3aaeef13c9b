import { expect, test } from "bun:test";
import { createProgress } from "../../src/commands/progress.ts";

/** What a long command says of how far it has come. */

const MB = 1_000_000;

function started(total: number, isTerminal: boolean) {
  const written: string[] = [];
  let at = 0;
  const progress = createProgress(total, {
    isTerminal,
    write: (text) => written.push(text),
    now: () => at,
  });
  return {
    progress,
    written,
    pass: (ms: number) => {
      at += ms;
    },
  };
}

test("on a terminal it is a bar, which makes way for lines", () => {
  const { progress, written, pass } = started(400 * MB, true);
  progress.clear();
  progress.add(50 * MB);
  expect(written).toEqual([]);
  pass(1000);
  progress.add(50 * MB);
  expect(written).toEqual([
    "\r\x1b[2K[######------------------] 25 %  100 MB of 400 MB, 100 MB/s, 3s left",
  ]);
  progress.clear();
  progress.clear();
  expect(written.slice(1)).toEqual(["\r\x1b[2K"]);
});

test("elsewhere it is a line now and then, without a bar", () => {
  const { progress, written, pass } = started(400 * MB, false);
  for (let second = 1; second <= 40; second += 1) {
    pass(1000);
    progress.add(MB);
  }
  progress.clear();
  expect(written).toEqual(["7 %, 30 MB of 400 MB, 1 MB/s, 6m left\n"]);
});

test("of nothing, or of more than was expected, it is no nonsense", () => {
  for (const total of [0, MB]) {
    const { progress, written, pass } = started(total, true);
    pass(1000);
    progress.add(2 * MB);
    expect(written.join("")).toContain("100 %  2 MB of");
  }
});
