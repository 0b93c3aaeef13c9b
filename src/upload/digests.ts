import { ALGORITHMS, type Algorithm, type Digests } from "../digest.ts";
import { Problem } from "../problem.ts";
import { quote, type Params } from "./params.ts";

/** A hash that a client says, and where it said it. */
export type SaidDigest = {
  algorithm: Algorithm;
  hex: string;
  /** The parameter or header, for whoever is told that it does not match. */
  by: string;
};

/** The hashes that a request says (protocol 4.5). */
export type SaidDigests = {
  /** Of the file in the request: a whole file, or a chunk's bytes. */
  part: readonly SaidDigest[];
  /** Of the complete file: of a whole file the same. */
  file: readonly SaidDigest[];
};

const NONE: SaidDigests = { part: [], file: [] };

/** The parameters that say them. */
const NAMES = { part: "digest", file: "file_digest" } as const;

/** Whether a parameter says a hash of one file. */
export function isDigestName(name: string): boolean {
  return name === NAMES.part || name === NAMES.file;
}

/** Bytes of a hash. */
export const HASH_BYTES: Record<Algorithm, number> = { "sha-256": 32, "sha-512": 64 };

/**
 * All hashes that a request says.
 * @param headers what its headers say, if anything
 * @throws Problem invalid_input where a parameter is malformed
 */
export function digestsOf(params: Params, headers: SaidDigests = NONE): SaidDigests {
  const [part, file] = [params.get(NAMES.part), params.get(NAMES.file)];
  // Most requests say none.
  if (!part && !file) return headers;
  return {
    part: part ? [...headers.part, readDigest(NAMES.part, part)] : headers.part,
    file: file ? [...headers.file, readDigest(NAMES.file, file)] : headers.file,
  };
}

/** Reads `sha-256:<hexadecimal or base64>`. */
function readDigest(name: string, text: string): SaidDigest {
  // Trimmed beforehand: a pattern that looks for space at the end takes the square of a long text's length.
  const [, word = "", value = ""] = /^([a-z0-9-]+)[:=](.*)$/is.exec(text.trim()) ?? [];
  const algorithm = ALGORITHMS.find((known) => known === word.toLowerCase());
  const hex = algorithm && toHex(value, HASH_BYTES[algorithm]);
  if (algorithm && hex !== undefined) return { algorithm, hex, by: name };
  throw new Problem(
    "invalid_input",
    `${name} must be sha-256: or sha-512: and the hash behind it, hexadecimal or in base64, not ${quote(text)}.`,
  );
}

/** @returns undefined where it is no hash of so many bytes */
function toHex(value: string, bytes: number): string | undefined {
  if (new RegExp(`^[\\da-f]{${bytes * 2}}$`, "i").test(value)) return value.toLowerCase();
  // A plus sign that was not escaped in a query has become a space.
  const base64 = value.replaceAll(" ", "+");
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return undefined;
  const decoded = Buffer.from(base64, "base64");
  return decoded.length === bytes ? decoded.toString("hex") : undefined;
}

/** The algorithms that are needed to compare these. */
export function algorithmsOf(said: readonly SaidDigest[]): Algorithm[] {
  return [...new Set(said.map(({ algorithm }) => algorithm))];
}

/** Those that do not match: the first of them. */
export function mismatch(said: readonly SaidDigest[], actual: Digests): SaidDigest | undefined {
  return said.find(({ algorithm, hex }) => actual[algorithm] !== hex);
}

/**
 * The same by algorithm, as the records note them.
 * @throws Problem invalid_input where two of one request contradict each other
 */
export function byAlgorithm(said: readonly SaidDigest[]): Digests {
  const noted: Digests = {};
  for (const { algorithm, hex, by } of said) {
    if ((noted[algorithm] ?? hex) !== hex) throw contradiction(by);
    noted[algorithm] = hex;
  }
  return noted;
}

export function contradiction(by: string): Problem {
  return new Problem(
    "invalid_input",
    `${by} says another hash of the file than was said before: all that is said of one file must be the same.`,
  );
}

/** The problem of bytes that were damaged on their way: they may be sent again. */
export function damagedPart(of: "chunk" | "request", { algorithm, by }: SaidDigest): Problem {
  return new Problem(
    "invalid_input",
    `The ${of} was damaged on its way: its ${algorithm} is not what ${by} says. Nothing of it is kept; send it again.`,
  );
}

/** The problem of a complete file that is not what its sender says: it is refused for good. */
export function damagedFile({ algorithm, by }: Pick<SaidDigest, "algorithm" | "by">): Problem {
  return new Problem(
    "digest_mismatch",
    `The file is not what was sent: its ${algorithm} is not what ${by} says. Nothing of it is kept.`,
  );
}
