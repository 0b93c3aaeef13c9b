import { SHOWN_PICTURES } from "../../../../../shown-types.ts";
import type { GridPhoto } from "../photo-types.ts";

/** Whether every browser shows the file itself. Of other pictures the largest thumbnail is shown. */
export function isShowable({ original_type: type }: GridPhoto): boolean {
  return SHOWN_PICTURES.has(type);
}

/** Whether it can be shown as a picture: its file itself, or a thumbnail. Videos and sound have a player instead. */
export function isPicture(photo: GridPhoto): boolean {
  if (photo.video_p || photo.audio_p) return false;
  return isShowable(photo) || photo.thumbnails_state === "ready";
}
