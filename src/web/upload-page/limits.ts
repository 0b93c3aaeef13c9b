import { describeTypes, nameType, typeMatches } from "./types.ts";
import { countFiles, formatLimit, formatSizeAgainst } from "./wording.ts";

export type Limits = {
  remainingUploads: number;
  /** Bytes per file. */
  maxSize: number;
  types: readonly string[];
};

const isOfMedia = (type: string) => /^(image|video)\//i.test(type);

const NO_MEDIA = "This is not a photo or video";

/** Why this file cannot be sent, in words for its owner; undefined if it can. */
export function refusal(
  file: { size: number; type: string },
  limits: Pick<Limits, "maxSize" | "types">,
): string | undefined {
  if (file.size === 0) return "The file is empty.";
  if (!typeMatches(file.type, limits.types)) {
    const allowed = describeTypes(limits.types);
    const isOther = limits.types.every(isOfMedia) && !isOfMedia(file.type);
    const what = isOther ? NO_MEDIA : `${nameType(file.type)} files are not accepted here`;
    return `${what}. You can send ${allowed}.`;
  }
  if (file.size > limits.maxSize) {
    const [size, most] = formatSizeAgainst(file.size, limits.maxSize);
    return `The file is too large: it is ${size}, and at most ${most} is allowed.`;
  }
  return undefined;
}

/**
 * What to say to more files than there are places for. Then none of them is taken: to pick some
 * of them would use the token for files that were perhaps not the ones meant.
 */
export function tooMany(chosen: number, places: number): string {
  if (places <= 0) return "No more files can be sent with this link.";
  const most = places === 1 ? "only 1 file" : `at most ${places} files`;
  return `You chose ${countFiles(chosen)}, but ${most} can be sent with this link. Nothing was sent; please choose again.`;
}

/** The line under the drop zone: what can be sent, said before anybody tries. */
export function describeLimits(limits: Limits): string {
  const what = describeTypes(limits.types);
  const count =
    limits.remainingUploads === 1 ? "One file" : `Up to ${countFiles(limits.remainingUploads)}`;
  const each = limits.remainingUploads === 1 ? "" : " each";
  return `${count}: ${what}, up to ${formatLimit(limits.maxSize)}${each}.`;
}
