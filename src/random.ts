import { timingSafeEqual } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Characters 0-9A-Za-z from the system's generator, each as likely as the next. */
export function randomName(length: number): string {
  let name = "";
  while (name.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      // 248 is the last multiple of 62 in a byte: taking more would favour the first letters.
      if (byte < 248 && name.length < length) name += ALPHABET[byte % 62];
    }
  }
  return name;
}

/** A secret that opens something by itself: a key, a session, a link. 40 characters 0-9A-Za-z are 238 bits. */
export function newSecret(): string {
  return randomName(40);
}

/**
 * What is kept of a token or key. They are long and random, so that a plain hash is enough.
 *
 * They are looked up by it, in an index, and how long that takes may tell how many first characters two
 * hashes have in common. It says nothing about the token: who can try tokens cannot choose their
 * hashes digit by digit, and a hash that was learnt opens nothing.
 */
export function hashSecret(secret: string): string {
  return new Bun.CryptoHasher("sha256").update(secret).digest("hex");
}

/** Compares without telling by its time how much is right. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(one)), Buffer.from(hashSecret(other)));
}
