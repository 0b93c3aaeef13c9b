import type { Locale } from "../../kit/locale.ts";
import { describeProgress } from "../../upload-page/progress-words.ts";
import type { Transfer } from "../../upload-page/transfer/types.ts";
import type { ArchivePageData } from "../page-data.ts";

/** What is happening to the new file, or why it was not taken. */
export function describeReplacement(
  transfer: Transfer,
  { texts, sending }: ArchivePageData,
  locale: Locale,
): string {
  const { refusal } = transfer;
  if (refusal === undefined) return describeProgress(transfer, { texts: sending, locale });
  const { code, message } = refusal;
  if (code === "session_ended") return texts.frame.signedOut;
  const known: Readonly<Record<string, string>> = sending.refusal;
  return known[code] ?? (message || sending.refusal.refused);
}
