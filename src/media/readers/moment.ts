/** "2023:05:01 10:11:12" (EXIF), "2023-05-01T10:11:12+0200" (QuickTime), "2023-05-01 10:11:12.5Z". */
const MOMENT =
  /^\s*(\d{4})[:-](\d\d)[:-](\d\d)[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?/;

/**
 * Reads a time as files write it.
 * @param zone such as "+02:00", for times that do not name their own; without either the time counts as UTC
 * @returns milliseconds since 1970; null for what is no time, such as the blanks and zeros of a camera whose clock was never set
 */
export function readMoment(text: string | null, zone: string | null = null): number | null {
  const match = text === null ? null : MOMENT.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = ""] = match;
  const ms = Number(`0.${fraction || "0"}`) * 1000;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  const date = new Date(at);
  // A month 13 or a day 31 in June would be taken for another day.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  return at + Number(second) * 1000 + Math.trunc(ms) - offsetOf(match[8] ?? zone);
}

/** Milliseconds that a zone's clock is ahead of UTC. */
function offsetOf(zone: string | null): number {
  const match = /^\s*([+-])(\d\d):?(\d\d)/.exec(zone ?? "");
  if (!match || Number(match[2]) > 14 || Number(match[3]) > 59) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}
