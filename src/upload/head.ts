/** The first bytes of a file, kept while they pass. */
export type Head = {
  /** Keeps what is still wanted of a piece. Returns true once: when the last byte that is wanted has come. */
  add(piece: Uint8Array): boolean;
  readonly full: boolean;
  bytes(): Uint8Array;
};

export function createHead(wanted: number): Head {
  const kept = new Uint8Array(wanted);
  let length = 0;
  return {
    add: (piece) => {
      if (length === wanted) return false;
      const part = piece.subarray(0, wanted - length);
      kept.set(part, length);
      length += part.length;
      return length === wanted;
    },
    get full() {
      return length === wanted;
    },
    bytes: () => kept.subarray(0, length),
  };
}
