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

/** What the units of a size are powers of. */
export type UnitBase = 1000 | 1024;

const UNIT_NAMES = {
  1000: ["bytes", "KB", "MB", "GB", "TB", "PB"],
  1024: ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"],
};

/**
 * In which units a number of bytes was most likely set: 1000 where it is round in decimal units and not
 * in binary ones, else 1024. A limit of 120 MB should not read as 114.
 */
export function unitBaseOf(bytes: number): UnitBase {
  const binary = 1024 ** unitOf(bytes, 1024);
  const decimal = 1000 ** unitOf(bytes, 1000);
  // At most one decimal, and at most two; in whole numbers, since those are exact.
  const isBinary = (bytes * 10) % binary === 0;
  return !isBinary && bytes % (decimal / 100) === 0 ? 1000 : 1024;
}

/** The largest unit that a number of bytes fills, as the power of the base that it is. */
function unitOf(bytes: number, base: UnitBase): number {
  let unit = 0;
  for (let size: number = base; bytes >= size && unit < 5; size *= base) unit += 1;
  return unit;
}

/** Bytes for people, in the units that they were set in: 1536 -> "1.5 KiB", 120000000 -> "120 MB". */
export function formatBytes(bytes: number): string {
  const base = unitBaseOf(bytes);
  const unit = unitOf(bytes, base);
  const value = bytes / base ** unit;
  return `${Number(value.toFixed(base === 1000 ? 2 : 1))} ${UNIT_NAMES[base][unit]}`;
}
