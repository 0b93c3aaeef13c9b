/** Bytes from `start` up to, but without, `end`. */
export type FilePart = { start: number; end: number };

/** What a Range header asks for (RFC 9110, 14.2): all of it, nothing that there is, or these parts, of which no two touch. */
export type RangeWanted =
  { kind: "whole" } | { kind: "unsatisfiable" } | { kind: "parts"; parts: FilePart[] };

/** More than any viewer of documents asks for at once; who wants more is given the whole. */
const MOST_RANGES = 64;

/** Bytes between two parts that are not worth another part: its boundary and headers take as many (RFC 9110, 15.3.7.2). */
const GAP = 100;

const WHOLE: RangeWanted = { kind: "whole" };

const ONE = /^(?:(\d{1,20})-(\d{0,20})|-(\d{1,20}))$/;

/**
 * Reads a Range header. One that is malformed, or in another unit than bytes, counts as none, as RFC 9110 has it.
 * Ranges that overlap, or nearly touch, are made one, so that parts are never more bytes than the file has; they keep the order of the
 * request.
 * @param size of the file, in bytes
 */
export function readRange(header: string | null, size: number): RangeWanted {
  const [, list] = /^bytes=(.*)$/i.exec(header?.trim() ?? "") ?? [];
  if (list === undefined) return WHOLE;
  const specs = list
    .split(",")
    .map((spec) => spec.trim())
    .filter(Boolean);
  if (specs.length === 0 || specs.length > MOST_RANGES) return WHOLE;
  const parts: FilePart[] = [];
  for (const spec of specs) {
    const range = readOne(spec, size);
    if (range === "malformed") return WHOLE;
    if (range.start < range.end) add(parts, range);
  }
  return parts.length === 0 ? { kind: "unsatisfiable" } : { kind: "parts", parts };
}

/** One that begins behind the file, or asks for its last 0 bytes, is empty. */
function readOne(spec: string, size: number): FilePart | "malformed" {
  const [, first, last, suffix] = ONE.exec(spec) ?? [];
  if (suffix !== undefined) return { start: Math.max(0, size - Number(suffix)), end: size };
  if (first === undefined) return "malformed";
  if (last === "" || last === undefined) return { start: Number(first), end: size };
  if (Number(last) < Number(first)) return "malformed";
  return { start: Number(first), end: Math.min(size, Number(last) + 1) };
}

/** Puts a range among the others, as one with all that it touches, where the first of these stands. */
function add(parts: FilePart[], range: FilePart): void {
  let whole = range;
  let place = parts.length;
  for (;;) {
    const at = parts.findIndex(
      (one) => one.start <= whole.end + GAP && whole.start <= one.end + GAP,
    );
    const [other] = at < 0 ? [] : parts.splice(at, 1);
    if (!other) break;
    place = Math.min(place, at);
    whole = { start: Math.min(whole.start, other.start), end: Math.max(whole.end, other.end) };
  }
  parts.splice(place, 0, whole);
}
