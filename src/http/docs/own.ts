import type { Site } from "../../site.ts";
import type { SiteNames } from "../envelope.ts";

/** What the document says of the server that serves it, so that its examples can be used as they are. */
export type Own = {
  /** Under which browsers reach it, without a slash at its end. */
  address: string;
  site: SiteNames;
};

export function ownOf({ publicUrl, domain, config }: Site): Own {
  return { address: publicUrl(), site: { domain, name: config.REDEEM_SITE_NAME } };
}
