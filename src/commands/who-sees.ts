import type { UploadToken } from "../records/records.ts";

/**
 * Who is shown photos, in words for the operator.
 * @param isListPublic REDEEM_PUBLIC_LIST
 * @param token the upload token that they come with; without one, of photos in general
 */
export function whoSees(
  isListPublic: boolean,
  token?: Pick<UploadToken, "publish" | "publishDate">,
): string {
  const original = "an original opens for whoever has its address";
  if (!isListPublic) return `private: listed for API keys alone; ${original}`;
  if (!token) return `public: published ones are listed for everybody; ${original}`;
  if (token.publish) return `public: listed for everybody (REDEEM_PUBLIC_LIST); ${original}`;
  const until = token.publishDate === null ? "" : " until they are published; then for everybody";
  return `unpublished: listed for API keys alone${until}; ${original}`;
}
