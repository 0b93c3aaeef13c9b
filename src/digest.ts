/** The hashes that are made and compared, by their names in RFC 9530. */
export const ALGORITHMS = ["sha-256", "sha-512"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Hashes of the same bytes, hexadecimal, by the algorithm. */
export type Digests = Partial<Record<Algorithm, string>>;

/** A hasher that takes bytes in order. */
export function createDigester(algorithms: readonly Algorithm[]) {
  const hashers = algorithms.map((name) => ({
    name,
    hasher: new Bun.CryptoHasher(name === "sha-256" ? "sha256" : "sha512"),
  }));
  return {
    update: (piece: Uint8Array): void => {
      for (const { hasher } of hashers) hasher.update(piece);
    },
    digests: (): Digests =>
      Object.fromEntries(hashers.map(({ name, hasher }) => [name, hasher.digest("hex")])),
  };
}
