const BYTES: Record<string, number> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

const MILLISECONDS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** "10GiB", "500 MB" or "1048576" -> bytes; undefined where it is none. */
export function parseBytes(text: string): number | undefined {
  return parse(text, BYTES);
}

/** "24h", "90s", "7d" -> milliseconds; undefined where it is none. A unit is required. */
export function parseDuration(text: string): number | undefined {
  return text === "0" ? 0 : parse(text, MILLISECONDS);
}

function parse(text: string, units: Record<string, number>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  const unit = units[match?.[2]?.toLowerCase() ?? ""];
  if (!match || unit === undefined) return undefined;
  const value = Number(match[1]) * unit;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Milliseconds as they would be written in a setting: 60000 -> "1m". */
export function formatDuration(milliseconds: number): string {
  const units = Object.entries(MILLISECONDS).toReversed();
  const [name, size] = units.find(
    ([, unit]) => milliseconds >= unit && milliseconds % unit === 0,
  ) ?? ["ms", 1];
  return milliseconds === 0 ? "0" : `${milliseconds / size}${name}`;
}

/*
 * One rule for every size that people read, on the pages, at the terminal and in sentences of the API: kB, MB, GB are powers of 1000,
 * as systems and disks have them. KiB, MiB, GiB are read in settings and options, and said of what was set in them, by their names.
 */

const DECIMAL = ["bytes", "kB", "MB", "GB", "TB", "PB"];
const BINARY = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** A number of units: 1500000 bytes are 1.5 of the unit 2, MB (bytes are the unit 0). `digits`: how many are said behind the point. */
export type UnitCount = { value: number; unit: number; digits: number };

/** Bytes in the largest decimal unit that they fill. @param last the largest unit that there is */
export function countUnits(bytes: number, last = DECIMAL.length - 1): UnitCount {
  let value = bytes;
  let unit = 0;
  // 999.6 kB would be written as 1000 kB: that is a megabyte.
  while (value >= 999.5 && unit < last) {
    value /= 1000;
    unit += 1;
  }
  return { value, unit, digits: unit > 0 && value < 99.95 ? 1 : 0 };
}

/** Bytes that were counted: 1536 -> "1.5 kB". */
export function formatBytes(bytes: number): string {
  const { value, unit, digits } = countUnits(bytes);
  return `${Number(value.toFixed(digits))} ${DECIMAL[unit]}`;
}

/**
 * Bytes that somebody has set, in the units of that, which are those that make a shorter number of it: 10485760 -> "10 MiB",
 * 120000000 -> "120 MB".
 */
export function formatLimit(bytes: number): string {
  const [binary, decimal] = [inUnitsOf(bytes, 1024, 10), inUnitsOf(bytes, 1000, 100)];
  if (decimal && (!binary || decimal.number.length < binary.number.length)) {
    return `${decimal.number} ${DECIMAL[decimal.unit]}`;
  }
  return binary ? `${binary.number} ${BINARY[binary.unit]}` : formatBytes(bytes);
}

/** In the largest unit that a number of bytes fills. @param parts of a unit. Undefined where it is no whole number of these */
function inUnitsOf(
  bytes: number,
  base: number,
  parts: number,
): { number: string; unit: number } | undefined {
  let size = 1;
  let unit = 0;
  for (; bytes >= size * base && unit < DECIMAL.length - 1; unit += 1) size *= base;
  return (bytes * parts) % size === 0 ? { number: String(bytes / size), unit } : undefined;
}
