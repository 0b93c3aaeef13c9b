import { unitBaseOf, type UnitBase } from "../../units.ts";

const units = ["KB", "MB", "GB", "TB"] as const;

/**
 * 1536 -> "1.5 KB".
 * @param base what the units are powers of: for a limit those that it was set in (`unitBaseOf`)
 */
export function formatSize(bytes: number, digits?: number, base: UnitBase = 1024): string {
  if (bytes < base) return bytes === 1 ? "1 byte" : `${Math.round(bytes)} bytes`;
  let value = bytes / base;
  let unit = 0;
  // 1023.96 KB would be written "1024 KB": that is a megabyte.
  while (value >= base - 0.05 && unit < units.length - 1) {
    value /= base;
    unit += 1;
  }
  const shown = digits ?? (value < 100 ? 1 : 0);
  return `${Number(value.toFixed(shown))} ${units[unit]}`;
}

/**
 * A size and the limit it breaks, precise enough to differ: "10 MB, and at most 10 MB" explains
 * nothing to somebody whose file is one byte too long.
 */
export function formatSizeAgainst(size: number, limit: number): [string, string] {
  const base = unitBaseOf(limit);
  for (const digits of [undefined, 2, 3]) {
    const pair: [string, string] = [
      formatSize(size, digits, base),
      formatSize(limit, digits, base),
    ];
    if (pair[0] !== pair[1]) return pair;
  }
  return [`${size} bytes`, `${limit} bytes`];
}

/** A limit in the units that it was set in: 120000000 -> "120 MB", 10485760 -> "10 MB". */
export function formatLimit(bytes: number): string {
  return formatSize(bytes, undefined, unitBaseOf(bytes));
}

/** Bytes per second -> "1.2 MB/s". */
export function formatSpeed(bytesPerSecond: number): string {
  return `${formatSize(bytesPerSecond)}/s`;
}

/** Seconds -> "about 5 minutes left", coarse on purpose: a number that jumps helps nobody. */
export function formatTimeLeft(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 10) return "a few seconds left";
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  const minutes = Math.round(seconds / 60);
  if (minutes <= 1) return "about a minute left";
  if (minutes < 60) return `about ${minutes} minutes left`;
  const hours = Math.round(minutes / 60);
  if (hours === 1) return "about an hour left";
  if (hours < 48) return `about ${hours} hours left`;
  return `about ${Math.round(hours / 24)} days left`;
}

export function countFiles(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

/** ["a", "b", "c"] -> "a, b and c". */
export function listWords(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
