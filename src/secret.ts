import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * What only this site knows. One random secret in a file of its own, never in the database; every
 * use has a key derived from it, so that one use says nothing about another.
 */
export type SiteSecret = {
  /** Signs callbacks; shown by `redeem secret`. */
  callback: string;
  /** The OAuth 1.0a secrets of an API key, for clients that sign their requests. */
  oauth(keyId: number): { consumerSecret: string; tokenSecret: string };
  /** What the pages of a session prove themselves by, made of the secret in its cookie. */
  csrf(session: string): string;
  /** Tells one text from another later, and says nothing of it. */
  fingerprint(text: string): string;
  /** Hides a text that has to be kept for a while. */
  seal(text: string): string;
  /** @throws where it was not sealed by this site. */
  unseal(sealed: string): string;
  /**
   * What whoever has said a token's passphrase shows from then on in its place (protocol 4.7): it is of this token and
   * this passphrase, and costs next to nothing to check.
   */
  uploadGrant(uploadToken: string, passphraseHash: string): string;
};

/** Reads the site's secret, making it the first time. */
export async function readSecret(file: string): Promise<SiteSecret> {
  const root = await readFile(file, "utf8").catch(async (error: { code?: string }) => {
    if (error.code !== "ENOENT") throw error;
    return makeSecret(file);
  });
  if (root.trim().length < 32) {
    throw new Error(`The secret in ${file} is too short; put the right one back from a backup`);
  }
  const derive = (use: string) => createHmac("sha256", root.trim()).update(use).digest();
  const sealing = derive("seal");
  const granting = derive("upload grant");
  return {
    callback: derive("callback").toString("hex"),
    oauth: (keyId) => ({
      consumerSecret: derive(`oauth consumer ${keyId}`).toString("hex").slice(0, 40),
      tokenSecret: derive(`oauth token ${keyId}`).toString("hex").slice(0, 40),
    }),
    csrf: (session) => derive(`csrf ${session}`).toString("base64url"),
    fingerprint: (text) => derive(`fingerprint ${text}`).toString("base64url"),
    seal: (text) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", sealing, nonce);
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
    },
    uploadGrant: (uploadToken, passphraseHash) =>
      createHmac("sha256", granting).update(`${uploadToken} ${passphraseHash}`).digest("base64url"),
    unseal: (sealed) => {
      const bytes = Buffer.from(sealed, "base64url");
      const decipher = createDecipheriv("aes-256-gcm", sealing, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return decipher.update(bytes.subarray(28), undefined, "utf8") + decipher.final("utf8");
    },
  };
}

async function makeSecret(file: string): Promise<string> {
  const root = randomBytes(32).toString("hex");
  await mkdir(dirname(file), { recursive: true });
  // Whole or not at all: a half-written secret would be another one after the next start.
  const draft = `${file}.new`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(`${root}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  return root;
}
