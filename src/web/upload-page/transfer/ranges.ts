/**
 * A set of chunk numbers as [first, last] pairs in rising order, both included. Chunks are sent nearly in order, so
 * that even for a file of twenty thousand chunks there are only a few pairs.
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

/** The first number from `from` on that is not in the set. */
export function firstMissing(ranges: Ranges, from: number): number {
  const within = ranges.find(([first, last]) => first <= from && from <= last);
  return within === undefined ? from : within[1] + 1;
}

export function countNumbers(ranges: Ranges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** A stored value, if it is a set of numbers from 1 to `most`; otherwise an empty set. */
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
