import type { Language } from "../texts/language.ts";
import type { ArchiveTexts, CommonTexts, SendingTexts } from "../texts/texts.ts";

/** What the server writes into the archive page for its script, as JSON. */
export type ArchivePageData = {
  /** Sent with each request beside the session's cookie, as proof that this page sent it: pages of other sites do not know it (protocol 9). */
  csrf: string;
  /** Level of the API key that signed in (protocol 2). */
  level: "read" | "write" | "admin" | "super";
  userId: number;
  siteName: string;
  /** Address of the site's logo, if it has one. */
  siteLogo?: string;
  /** Path of the site's public address, such as "/base", or "". */
  base: string;
  language: Language;
  texts: ArchiveTexts;
  common: CommonTexts;
  /** What is said of a file that is sent from this page. */
  sending: SendingTexts;
  /** The site lists published photos for everybody (REDEEM_PUBLIC_LIST). */
  publicList: boolean;
  /** What the server takes, and no link can take more: the largest file in bytes, media types and ranges. */
  takes: { maxSize: number; types: readonly string[] };
  /** A link was opened that signs nobody in any more, by who was signed in already. */
  cameByOldLink: boolean;
  /** Redeem's version. */
  version: string;
  /** For how many whole days photos stay in the trash. */
  trashDays: number;
};
