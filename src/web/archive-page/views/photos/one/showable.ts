import type { GridPhoto } from "../photo-types.ts";

/** Types of pictures that every browser of these years shows. Of others the largest thumbnail is shown. */
const SHOWN = new Set([
  "image/jpeg",
  "image/png",
  "image/apng",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
]);

/** Whether browsers show the file itself. */
export function isShowable({ original_type: type }: GridPhoto): boolean {
  return SHOWN.has(type);
}

/** Whether there is a picture to be seen, of the file or of its thumbnail. */
export function isPicture(photo: GridPhoto): boolean {
  if (photo.video_p || photo.audio_p) return false;
  return isShowable(photo) || photo.thumbnails_state === "ready";
}
