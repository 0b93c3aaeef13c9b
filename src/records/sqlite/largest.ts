export type Sum = { id: number; bytes: number; photos: number };

/** Of as many sums as are given, keeps those with the most bytes: no more than twice as many as are wanted at a time. */
export function largest(most: number) {
  let kept: Sum[] = [];
  const cut = () => {
    kept = kept.toSorted((one, other) => other.bytes - one.bytes).slice(0, most);
  };
  return {
    take: (sum: Sum): void => {
      kept.push(sum);
      if (kept.length >= 2 * most) cut();
    },
    /** The largest first. */
    all: (): readonly Sum[] => {
      cut();
      return kept;
    },
  };
}
