import { ALGORITHMS, createDigester } from "../digest.ts";
import { Problem } from "../problem.ts";
import { algorithmsOf, damagedPart, HASH_BYTES, mismatch } from "../upload/digests.ts";
import type { SaidDigest } from "../upload/digests.ts";
import { quote } from "../upload/params.ts";

/** The headers of RFC 9530, by their names. */
const HEADERS = { "content-digest": "Content-Digest", "repr-digest": "Repr-Digest" } as const;

/** What a member of a dictionary may be, and a parameter behind it (RFC 8941, 3.2; no inner lists: no hash is one). */
const KEY = String.raw`[a-z*][a-z0-9_\-.*]*`;
const ITEM = String.raw`:[A-Za-z0-9+/=]*:|"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"|\?[01]|-?\d{1,15}(?:\.\d{1,3})?|[A-Za-z*][!#$%&'*+.^_\x60|~\w:/-]*`;
const MEMBER = new RegExp(
  String.raw`(${KEY})(?:=(${ITEM}))?(?:;[ ]*${KEY}(?:=(?:${ITEM}))?)*[ \t]*(?:,[ \t]*(?=[^ \t,])|$)`,
  "y",
);

/**
 * Reads what a header says of hashes: `sha-256=:…base64…:`. Other algorithms than ours are passed over (RFC 9530, 2).
 * @throws Problem invalid_input where it is malformed
 */
export function readDigestHeader(request: Request, header: keyof typeof HEADERS): SaidDigest[] {
  const text = request.headers.get(header)?.trim();
  if (text === undefined) return [];
  // Of a repeated member the last one counts (RFC 8941, 4.2.2).
  const said = new Map<string, SaidDigest>();
  for (let at = 0; at < text.length || at === 0; at = MEMBER.lastIndex) {
    MEMBER.lastIndex = at;
    const member: RegExpExecArray | null = MEMBER.exec(text);
    const [whole, key = "", value = ""] = member ?? [];
    if (!whole) throw malformed(header, text);
    const algorithm = ALGORITHMS.find((known) => known === key);
    if (!algorithm) continue;
    const [, base64 = ""] = /^:(.*):$/.exec(value) ?? [];
    const hash = Buffer.from(base64, "base64");
    if (hash.length !== HASH_BYTES[algorithm]) throw malformed(header, text);
    said.set(algorithm, { algorithm, hex: hash.toString("hex"), by: HEADERS[header] });
  }
  return [...said.values()];
}

function malformed(header: keyof typeof HEADERS, text: string): Problem {
  return new Problem(
    "invalid_input",
    `${HEADERS[header]} must be sha-256=:…: or sha-512=:…: with the hash in base64 between the colons (RFC 9530), not ${quote(text)}.`,
  );
}

/** The pieces of a body, which are hashed where something is said of them. */
export type WithDigest = {
  /** Whoever ends reading them leaves them where they are: what is behind a form's last part counts, too. */
  pieces: AsyncIterable<Uint8Array>;
  /** Reads what is left of them, and compares. @throws Problem invalid_input */
  check(): Promise<void>;
  /** Ends the reading. */
  end(): Promise<void>;
};

/** @param said of all bytes; where that is nothing, the pieces are handed on as they are */
export function withDigest(
  pieces: AsyncIterable<Uint8Array>,
  said: readonly SaidDigest[],
): WithDigest {
  if (said.length === 0) {
    return { pieces, check: async () => undefined, end: async () => undefined };
  }
  const source = pieces[Symbol.asyncIterator]();
  const digester = createDigester(algorithmsOf(said));
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const got = await source.next();
    if (!got.done) digester.update(got.value);
    return got;
  };
  return {
    pieces: { [Symbol.asyncIterator]: () => ({ next }) },
    check: async () => {
      while (!(await next()).done);
      const wrong = mismatch(said, digester.digests());
      if (wrong) throw damagedPart("request", wrong);
    },
    end: async () => void (await source.return?.()),
  };
}
