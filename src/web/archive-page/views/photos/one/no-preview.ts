import type { Locale } from "../../../../kit/locale.ts";
import type { ArchiveTexts } from "../../../../texts/texts.ts";
import type { WholePhoto } from "../photo-types.ts";

/** Why a photo has no preview, in the page's language; a reason that the page does not know as the server says it. */
export function noPreviewText(
  photo: Pick<WholePhoto, "thumbnails_state" | "thumbnails_reason">,
  { beingMade, noPreview, noPreviewWhy, noPreviewReasons: reasons }: ArchiveTexts["photos"],
  locale: Pick<Locale, "say">,
): string {
  const { thumbnails_state: state, thumbnails_reason: said } = photo;
  if (state === "pending") return beingMade;
  if (said === undefined) return noPreview;
  const known = Object.entries(reasons).find(([reason]) => reason === said);
  return locale.say(noPreviewWhy, { reason: known?.[1] ?? said });
}
