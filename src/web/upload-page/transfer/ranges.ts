/**
 * A set of chunk numbers as [first, last] pairs in order. Chunks go out nearly in order, so a file of twenty thousand
 * has a handful of pairs.
 */
export type Ranges = readonly (readonly [first: number, last: number])[];

export function hasNumber(ranges: Ranges, number: number): boolean {
  return ranges.some(([first, last]) => first <= number && number <= last);
}

export function withNumber(ranges: Ranges, number: number): Ranges {
  if (hasNumber(ranges, number)) return ranges;
  const before = ranges.filter(([, last]) => last < number);
  const after = ranges.filter(([first]) => first > number);
  let [first, last] = [number, number];
  if (before.at(-1)?.[1] === number - 1) first = before.pop()?.[0] ?? first;
  if (after[0]?.[0] === number + 1) last = after.shift()?.[1] ?? last;
  return [...before, [first, last], ...after];
}

/** The first number from `from` on that is not in it. */
export function firstMissing(ranges: Ranges, from: number): number {
  const within = ranges.find(([first, last]) => first <= from && from <= last);
  return within === undefined ? from : within[1] + 1;
}

export function countNumbers(ranges: Ranges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** What a store gave back, if it is a set of numbers from 1 to `most`. */
export function readRanges(value: unknown, most: number): Ranges {
  if (!Array.isArray(value)) return [];
  let before = 0;
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair)) return [];
    const [first, last] = pair as unknown[];
    if (!Number.isInteger(first) || !Number.isInteger(last)) return [];
    if ((first as number) <= before || (last as number) < (first as number)) return [];
    before = last as number;
  }
  return before <= most ? (value as Ranges) : [];
}
