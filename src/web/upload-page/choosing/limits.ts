import type { Locale } from "../../kit/locale.ts";
import type { UploadTexts } from "../../texts/texts.ts";
import { bareType, nameType, takesAnything, typeMatches } from "./types.ts";

/** What a sentence is made of: the page's texts, and how its language writes values. */
export type Words = { texts: UploadTexts; locale: Locale };

export type FileLimits = {
  /** Bytes per file. */
  maxSize: number;
  types: readonly string[];
};

/** Why the page itself does not begin with a file. `no_place`: others that were chosen before it had all the places. */
export type LimitCode = "empty" | "no_media" | "wrong_type" | "too_large" | "no_place";

const isOfMedia = (type: string) => /^(image|video)\//i.test(type);

/** Why this file cannot be sent, whatever the server says; undefined if it can. */
export function judgeFile(
  file: { size: number; type: string },
  { maxSize, types }: FileLimits,
): LimitCode | undefined {
  if (file.size === 0) return "empty";
  if (!typeMatches(file.type, types)) {
    const isOther = types.every(isOfMedia) && !isOfMedia(file.type);
    return isOther ? "no_media" : "wrong_type";
  }
  return file.size > maxSize ? "too_large" : undefined;
}

/** The reason in words for the file's owner. */
export function describeLimit(
  code: LimitCode,
  file: { size: number; type: string },
  limits: FileLimits,
  words: Words,
): string {
  const { texts, locale } = words;
  const [size, limit] = sizesThatDiffer(file.size, limits.maxSize, locale);
  return locale.say(texts.limit[code], {
    type: nameType(file.type),
    types: describeTypes(limits.types, words),
    size,
    limit,
  });
}

/** "10 MB, and at most 10 MB" explains nothing to somebody whose file is one byte too long. */
function sizesThatDiffer(size: number, limit: number, locale: Locale): [string, string] {
  const pair: [string, string] = [locale.size(size), locale.limit(limit)];
  if (pair[0] !== pair[1]) return pair;
  const exact = new Intl.NumberFormat(locale.tag, {
    style: "unit",
    unit: "byte",
    unitDisplay: "long",
  });
  return [exact.format(size), exact.format(limit)];
}

/** All that a link takes, for a page that cannot change: "Up to 3 files: images, up to 10 MB each." */
export function describeLimits(limits: FileLimits & { files: number }, words: Words): string {
  return words.locale.say(words.texts.limits, {
    count: limits.files,
    ...whatAndSize(limits, words),
  });
}

/** Which files a link takes, however many: "Images, up to 10 MB each." */
export function describeEach(limits: FileLimits, words: Words): string {
  return words.locale.say(words.texts.each, whatAndSize(limits, words));
}

function whatAndSize({ types, maxSize }: FileLimits, words: Words) {
  return { types: describeTypes(types, words), size: words.locale.limit(maxSize) };
}

const GROUPS = ["image", "video", "audio"] as const;
type Group = (typeof GROUPS)[number] | "file";

/** ["image/*", "video/mp4"] -> "images and MP4 videos". A long list is named by its group only. */
export function describeTypes(
  allowed: readonly string[],
  { texts, locale }: Words,
  mostNames = 4,
): string {
  if (allowed.length === 0 || takesAnything(allowed)) return texts.types.any;
  const groups = new Map<Group, string[]>();
  for (const type of allowed.map(bareType)) {
    const group = groupOf(type);
    groups.set(group, [...(groups.get(group) ?? []), type]);
  }
  return locale.list(
    [...groups].map(([group, types]) => {
      const whole = types.some((type) => type.endsWith("/*")) || types.length > mostNames;
      if (whole && group !== "file") return texts.types[group];
      return locale.say(texts.types.named[group], { names: locale.list(types.map(nameType)) });
    }),
  );
}

function groupOf(type: string): Group {
  return GROUPS.find((group) => type.startsWith(`${group}/`)) ?? "file";
}
