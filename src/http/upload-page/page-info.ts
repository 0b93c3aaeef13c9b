import type { Settings } from "../../config.ts";
import { safeDescription } from "../../photo/text.ts";
import { maxSizeOf } from "../../upload/limits.ts";
import type { Standing } from "../../upload/token-status.ts";
import type { SiteLook } from "../../web/page-shell.tsx";
import type { Language } from "../../web/texts/language.ts";
import type { UploadPageInfo } from "../../web/upload-page.tsx";

/**
 * What the upload page is drawn with.
 * @param standing undefined where the token is not known
 * @param grant of a token with a passphrase, which was said
 */
export function pageInfo({
  standing,
  uploadToken,
  grant,
  site,
  language,
  liked,
  config,
  now,
}: {
  standing: Standing | undefined;
  uploadToken: string;
  grant: string | null;
  site: SiteLook;
  language: Language;
  liked: readonly string[];
  config: Settings;
  now: number;
}): UploadPageInfo {
  const token = standing?.token;
  const state = stateOf(standing, now, config.REDEEM_GRACE);
  return {
    site,
    language,
    liked,
    uploadToken,
    uploadGrant: grant,
    state,
    title: token?.title ?? "",
    descriptionHtml: token ? safeDescription(token.description) : "",
    sender: token?.sender ?? "",
    ask: token?.ask ?? [],
    maxUploads: token?.maxUploads ?? 0,
    remaining: token ? token.maxUploads - token.consumed : 0,
    free: standing?.uses.free ?? 0,
    validUntil: token?.validUntil ?? 0,
    graceUntil: (token?.validUntil ?? 0) + config.REDEEM_GRACE,
    now,
    maxSize: maxSizeOf(token, config.REDEEM_MAX_SIZE),
    types: token?.types ?? config.REDEEM_TYPES,
    returns: token !== undefined && token.returnUrl !== "" && !token.backgroundReturn,
  };
}

/** A started upload may still be gone on with after its time, and while its use is reserved. */
function stateOf(
  standing: Standing | undefined,
  now: number,
  graceMs: number,
): UploadPageInfo["state"] {
  if (!standing) return "invalid";
  if (standing.state === "revoked" || standing.state === "used") return standing.state;
  return now > standing.token.validUntil + graceMs ? "expired" : "ready";
}
