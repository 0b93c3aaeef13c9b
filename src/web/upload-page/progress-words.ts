import { type Locale, percent } from "../kit/locale.ts";
import type { UploadTexts } from "../texts/texts.ts";
import type { Transfer } from "./transfer/types.ts";

/** What the progress of a file is said with. */
export type ProgressWords = {
  texts: Pick<UploadTexts, "detail" | "timeLeft" | "fewSeconds">;
  locale: Locale;
};

/** What is happening to a file that is not refused. */
export function describeProgress(transfer: Transfer, words: ProgressWords): string {
  const { texts, locale } = words;
  const size = locale.size(transfer.size);
  const place = { percent: percent(fractionOf(transfer)), size };
  switch (transfer.state) {
    case "done":
      return `${texts.detail.arrived} · ${size}`;
    case "cancelled":
      return texts.detail.cancelled;
    case "paused":
      return locale.say(texts.detail.paused, place);
    case "offline":
      return `${locale.say(texts.detail.sent, place)} · ${texts.detail.offline}`;
    case "waiting":
      return `${describeWaiting(transfer, words)} · ${size}`;
    case "sending":
      return describeSending(transfer, locale.say(texts.detail.sent, place), words);
    case "refused":
      return "";
  }
}

/** 0 to 1. */
export function fractionOf({ size, sent }: { size: number; sent: number }): number {
  return size === 0 ? 1 : Math.min(1, sent / size);
}

function describeWaiting({ waitsFor }: Transfer, { texts }: ProgressWords): string {
  if (waitsFor === "tab") return texts.detail.otherTab;
  return waitsFor === "use" ? texts.detail.noUse : texts.detail.waiting;
}

function describeSending(transfer: Transfer, sent: string, words: ProgressWords): string {
  const { texts, locale } = words;
  if (transfer.trouble) return `${sent} · ${texts.detail.trouble[transfer.trouble]}`;
  const parts = [sent];
  if (transfer.speed) {
    parts.push(locale.speed(transfer.speed));
    parts.push(describeTimeLeft((transfer.size - transfer.sent) / transfer.speed, words));
  }
  if (transfer.continued) parts.push(texts.detail.continued);
  return parts.join(" · ");
}

/** `seconds` that remain: "about 5 minutes left". */
export function describeTimeLeft(seconds: number, { texts, locale }: ProgressWords): string {
  if (seconds < 10) return texts.fewSeconds;
  return locale.say(texts.timeLeft, { time: locale.duration(seconds) });
}
