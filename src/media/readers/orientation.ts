/** Where a pixel goes: x' = a x + b y, y' = c x + d y, with y pointing down. */
export type Turn = readonly [a: number, b: number, c: number, d: number];

export const UNTURNED: Turn = [1, 0, 0, 1];

/** EXIF's numbers for the eight ways to turn and mirror a picture (CIPA DC-008, Orientation), from 1. */
const TURNS: readonly Turn[] = [
  UNTURNED,
  [-1, 0, 0, 1],
  [-1, 0, 0, -1],
  [1, 0, 0, -1],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, -1, -1, 0],
  [0, 1, -1, 0],
];

/** EXIF's number for a turn; null for one that is none of the eight, such as by 45 degrees. */
export function orientationOf(turn: Turn): number | null {
  const signs = turn.map(Math.sign);
  const index = TURNS.findIndex((one) => one.every((sign, i) => sign === signs[i]));
  return index === -1 ? null : index + 1;
}

/** First the one, then the other. */
export function thenTurn([a, b, c, d]: Turn, [e, f, g, h]: Turn): Turn {
  return [e * a + f * c, e * b + f * d, g * a + h * c, g * b + h * d];
}
