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

/** Bytes for people: 1536 -> "1.5 KiB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}
