import { describeLimit, type FileLimits, type Words } from "./choosing/limits.ts";
import { describeProgress } from "./progress-words.ts";
import type { FileRefusal, Transfer } from "./transfer/types.ts";

/** The line below a file's name: what is happening to it, in plain words. */
export function describeDetail(transfer: Transfer, limits: FileLimits, words: Words): string {
  if (transfer.state === "refused") return describeRefusal(transfer, limits, words);
  return describeProgress(transfer, words);
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
