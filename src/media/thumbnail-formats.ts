/**
 * The thumbnails of a photo, by the names and sizes of the vendor; `large` is larger than the vendor's, for the screens
 * of today (protocol 6). A photo that is smaller than a size is not enlarged.
 */
export const THUMBNAIL_FORMATS = {
  /** Squares, cut out of the middle. */
  quad50: { side: 50, square: true },
  quad75: { side: 75, square: true },
  quad100: { side: 100, square: true },
  /** Those that fit into a square, whole. */
  small: { side: 200, square: false },
  medium: { side: 260, square: false },
  portrait: { side: 300, square: false },
  standard: { side: 600, square: false },
  large: { side: 1600, square: false },
} as const satisfies Record<string, { side: number; square: boolean }>;

export type ThumbnailFormat = keyof typeof THUMBNAIL_FORMATS;

export const THUMBNAIL_TYPE = "image/webp";

export const FORMAT_NAMES = Object.keys(THUMBNAIL_FORMATS) as ThumbnailFormat[];

/** Pixels of the largest thumbnail's longer side: the others are made of it. */
export const LARGEST_SIDE = THUMBNAIL_FORMATS.large.side;
