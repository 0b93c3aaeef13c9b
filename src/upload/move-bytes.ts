import type { Sink } from "../files/files.ts";
import type { Account } from "./quota.ts";

/** How often the reservation of an upload is renewed while its bytes come slowly, in milliseconds: well within its lapse. */
const RENEW_MS = 30_000;

type Looked = Account | undefined;

export type BytesOptions = {
  /**
   * Inspects a piece before it is written. It answers without a promise where it can: one for each piece would cost
   * more than all else that is done here.
   * @param total bytes so far, with this piece
   * @returns the account that it is written on; undefined where it is not to be kept
   * @throws Problem where it, and nothing behind it, may be written
   */
  account(piece: Uint8Array, total: number): Looked | Promise<Looked>;
  /** Renews the reservation of the upload that the bytes belong to, if they belong to one. Called every RENEW_MS while bytes come. */
  renew(): Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
};

/**
 * Moves bytes from a request into a file; there is no other loop that does. Memory holds one piece at a time, since
 * the next one is asked for when this one is written.
 * @returns how many bytes came
 * @throws Problem what ended the bytes before their end, what `account` threw, and that there is no room
 */
export async function moveBytes(
  bytes: AsyncIterable<Uint8Array>,
  sink: Pick<Sink, "write">,
  { account, renew, now }: BytesOptions,
): Promise<number> {
  let total = 0;
  let renewedAt = now();
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
    if (at - renewedAt > RENEW_MS) {
      renewedAt = at;
      await renew();
    }
  }
  return total;
}
