import { join } from "node:path";
import type { Picture } from "./picture.ts";
import { squareOf } from "./square.ts";
import {
  FORMAT_NAMES,
  LARGEST_SIDE,
  THUMBNAIL_FORMATS,
  type ThumbnailFormat,
} from "./thumbnail-formats.ts";
import { withoutMetadata } from "./webp.ts";

/** A thumbnail that lies in the folder, as `<format>.webp`. */
export type MadeThumbnail = { format: ThumbnailFormat; width: number; height: number };

const QUALITY = 80;

/**
 * Makes all thumbnails of a picture, turned as it is shown. It is decoded once, to the size of the largest of
 * them, of which the others are made.
 * @param folder where they are written
 * @throws Error with a code that begins ERR_IMAGE_ where the picture cannot be decoded
 */
export async function makeThumbnails(picture: Picture, folder: string): Promise<MadeThumbnail[]> {
  const base = Buffer.from(
    await turned(new Bun.Image(picture.source), picture.orientation)
      .resize(LARGEST_SIDE, LARGEST_SIDE, { fit: "inside", withoutEnlargement: true })
      .png({ compressionLevel: 0 })
      .bytes(),
  );
  const square = squareOf(base);
  const made: MadeThumbnail[] = [];
  for (const format of FORMAT_NAMES) {
    const { side, square: isSquare } = THUMBNAIL_FORMATS[format];
    const image = new Bun.Image(isSquare ? square : base)
      .resize(side, side, { fit: "inside", withoutEnlargement: true })
      .webp({ quality: QUALITY });
    const bytes = withoutMetadata(Buffer.from(await image.bytes()));
    await Bun.write(join(folder, `${format}.webp`), bytes);
    made.push({ format, width: image.width, height: image.height });
  }
  return made;
}

/** As EXIF counts: 1 is as it is stored, 3 upside down, 6 to be turned right; even or above 4: mirrored as well. */
function turned(image: Bun.Image, orientation: number): Bun.Image {
  switch (orientation) {
    case 2:
      return image.flop();
    case 3:
      return image.rotate(180);
    case 4:
      return image.flip();
    case 5:
      return image.rotate(90).flop();
    case 6:
      return image.rotate(90);
    case 7:
      return image.rotate(270).flop();
    case 8:
      return image.rotate(270);
    default:
      return image;
  }
}
