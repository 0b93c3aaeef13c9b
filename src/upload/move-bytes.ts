import type { Sink } from "../files/files.ts";
import type { Account } from "./quota.ts";

/** How often slow bytes say that their upload is alive: well within the lapse of a reservation. */
const ALIVE_MS = 30_000;

type Looked = Account | undefined;

export type BytesOptions = {
  /**
   * Looks at a piece before it is written; at once where it can, since a promise for each piece would cost more
   * than all else that is done here.
   * @param total bytes so far, with this piece
   * @returns the account that it is written on; undefined where it is not to be kept
   * @throws Problem where it, and nothing behind it, may be written
   */
  account(piece: Uint8Array, total: number): Looked | Promise<Looked>;
  /** Something has come: the reservation goes on. Asked for now and then. */
  alive(): Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
};

/**
 * Moves bytes from a request into a file: the one loop that does. Memory holds one piece at a time, since the
 * next one is asked for when this one is written.
 * @returns how many bytes came
 * @throws Problem what ended the bytes before their end, what `account` threw, and that there is no room
 */
export async function moveBytes(
  bytes: AsyncIterable<Uint8Array>,
  sink: Pick<Sink, "write">,
  { account, alive, now }: BytesOptions,
): Promise<number> {
  let total = 0;
  let aliveAt = now();
  for await (const piece of bytes) {
    total += piece.length;
    const looked = account(piece, total);
    const on = looked instanceof Promise ? await looked : looked;
    if (!on) continue;
    on.take(piece.length);
    try {
      await sink.write(piece);
    } finally {
      on.written(piece.length);
    }
    const at = now();
    if (at - aliveAt > ALIVE_MS) {
      aliveAt = at;
      await alive();
    }
  }
  return total;
}
