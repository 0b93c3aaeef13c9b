import { percent } from "../kit/locale.ts";
import { describeLimit, type FileLimits, type Words } from "./choosing/limits.ts";
import type { FileRefusal, Transfer } from "./transfer/types.ts";

/** The line below a file's name: what is happening to it, in plain words. */
export function describeDetail(transfer: Transfer, limits: FileLimits, words: Words): string {
  const { texts, locale } = words;
  const size = locale.size(transfer.size);
  const place = { percent: percent(fractionOf(transfer)), size };
  switch (transfer.state) {
    case "refused":
      return describeRefusal(transfer, limits, words);
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
  }
}

/** 0 to 1. */
export function fractionOf({ size, sent }: { size: number; sent: number }): number {
  return size === 0 ? 1 : Math.min(1, sent / size);
}

function describeWaiting({ waitsFor }: Transfer, { texts }: Words): string {
  if (waitsFor === "tab") return texts.detail.otherTab;
  return waitsFor === "use" ? texts.detail.noUse : texts.detail.waiting;
}

function describeSending(transfer: Transfer, sent: string, words: Words): string {
  const { texts, locale } = words;
  if (transfer.troubled) return `${sent} · ${texts.detail.troubled}`;
  const parts = [sent];
  if (transfer.speed) {
    parts.push(locale.speed(transfer.speed));
    parts.push(describeTimeLeft((transfer.size - transfer.sent) / transfer.speed, words));
  }
  if (transfer.continued) parts.push(texts.detail.continued);
  return parts.join(" · ");
}

/** `seconds` that remain: "about 5 minutes left". */
export function describeTimeLeft(seconds: number, { texts, locale }: Words): string {
  if (seconds < 10) return texts.fewSeconds;
  return locale.say(texts.timeLeft, { time: locale.duration(seconds) });
}

type Refused = { size: number; type: string; refusal?: FileRefusal };

/** Why a file was not accepted: a sentence in the page's language where the code is known, else what the server said. */
export function describeRefusal(file: Refused, limits: FileLimits, words: Words): string {
  const { texts } = words;
  const { code, message } = file.refusal ?? { code: "refused", message: "" };
  if (isKey(texts.limit, code)) return describeLimit(code, file, limits, words);
  if (code === "file_too_large" && file.size > limits.maxSize) {
    return describeLimit("too_large", file, limits, words);
  }
  if (isKey(texts.refusal, code)) return texts.refusal[code];
  return message === "" ? texts.refusal.refused : message;
}

function isKey<Known extends object>(
  texts: Known,
  code: string,
): code is Extract<keyof Known, string> {
  return Object.hasOwn(texts, code);
}
