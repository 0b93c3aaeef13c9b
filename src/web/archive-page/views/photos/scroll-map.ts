/**
 * How a grid that is higher than browsers can draw is scrolled. Firefox draws no element beyond about 17.9 million pixels, Chromium none
 * beyond 33.5 million; a million photos are 30 million on a desktop and 45 million on a phone. So the element that is scrolled has a limited height, and the
 * layout is mapped to it: near both ends a pixel is a pixel, between them one of the element stands for several of the layout. All measures are CSS pixels.
 */
export type ScrollMap = {
  /** Of the element. */
  height: number;
  /** The element is lower than the layout. */
  isScaled: boolean;
  /** From a height of the layout to that of the element. */
  toElement(y: number): number;
  toLayout(y: number): number;
  /** Whether a height of the element is where a pixel is a pixel, or outside of the element. */
  isNearEnd(y: number): boolean;
};

/** The highest element. Firefox lets nothing stick to the window's edge (the view's head) that is more than 8.9 million pixels down. */
const HIGHEST = 8_000_000;
/** At both ends, so much of the layout is not scaled. */
const END = 1_000_000;

const UNSCALED = {
  isScaled: false,
  toElement: (y: number) => y,
  toLayout: (y: number) => y,
  isNearEnd: () => true,
};

/** @param height of the layout. @param highest of the element */
export function mapScrolling(height: number, highest = HIGHEST, end = END): ScrollMap {
  if (height <= highest) {
    return { ...UNSCALED, height };
  }
  const scale = (height - 2 * end) / (highest - 2 * end);
  return {
    height: highest,
    isScaled: true,
    toElement: (y) => {
      if (y <= end) return y;
      if (y >= height - end) return highest - (height - y);
      return end + (y - end) / scale;
    },
    toLayout: (y) => {
      if (y <= end) return y;
      if (y >= highest - end) return height - (highest - y);
      return end + (y - end) * scale;
    },
    isNearEnd: (y) => y <= end || y >= highest - end,
  };
}
