import type { Locale } from "../../../kit/locale.ts";
import type { ArchiveTexts } from "../../../texts/texts.ts";
import type { BadgeKind } from "../../listing/state-badge.tsx";
import type { LinkItem, LinkStateName } from "./link-types.ts";

export const STATE_KINDS: Readonly<Record<LinkStateName, BadgeKind>> = {
  open: "good",
  used: "plain",
  expired: "warning",
  revoked: "bad",
};

/** A link's title, or words for what it is if it has none. */
export function nameOfLink(
  link: Pick<LinkItem, "title" | "replaces_photo_id">,
  { links }: ArchiveTexts,
  locale: Locale,
): string {
  if (link.title !== "") return link.title;
  if (link.replaces_photo_id === 0) return links.untitled;
  return locale.say(links.replaces, { id: String(link.replaces_photo_id) });
}

/** The facts of a link's line: "3 of 8 files arrived", "1 under way", "until Friday, 4 December, 18:00". */
export function factsOfLink(link: LinkItem, { links }: ArchiveTexts, locale: Locale): string[] {
  const { consumed, reserved, max_uploads: most, valid_until: until } = link;
  const moment = locale.moment(until * 1000);
  const facts = [locale.say(links.arrived, { arrived: consumed, count: most })];
  if (reserved > 0) facts.push(locale.say(links.underWay, { count: reserved }));
  if (link.state === "open") facts.push(locale.say(links.until, { moment }));
  if (link.state === "expired") facts.push(locale.say(links.ended, { moment }));
  if (link.passphrase_p) facts.push(links.hasPassphrase);
  return facts;
}
