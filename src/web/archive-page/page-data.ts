import type { Language } from "../texts/language.ts";
import type { ArchiveTexts, CommonTexts } from "../texts/texts.ts";

/** What the server tells the archive page's script, as JSON in the page. */
export type ArchivePageData = {
  /** Goes with each request that the session's cookie goes with: other sites' pages do not know it. */
  csrf: string;
  /** Of the key that signed in. */
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
  /** Of Redeem. */
  version: string;
};
