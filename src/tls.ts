import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ConfigError } from "./config.ts";

/** What HTTPS is served with: texts in PEM. */
export type Tls = { cert: string; key: string };

/**
 * Reads a certificate chain and its private key, and looks whether they belong together: the TLS library
 * says of a wrong one nothing that helps.
 * @param certPath REDEEM_TLS_CERT
 * @param keyPath REDEEM_TLS_KEY
 * @throws ConfigError naming the setting that is wrong and what is allowed
 */
export async function readTls(certPath: string, keyPath: string): Promise<Tls> {
  const cert = await readPem("REDEEM_TLS_CERT", certPath, "CERTIFICATE");
  const key = await readPem("REDEEM_TLS_KEY", keyPath, "PRIVATE KEY");
  const certificate = parse("REDEEM_TLS_CERT", certPath, () => new X509Certificate(cert));
  const privateKey = parse<KeyObject>("REDEEM_TLS_KEY", keyPath, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ConfigError(
      `REDEEM_TLS_KEY is "${keyPath}", which is not the key of the certificate in REDEEM_TLS_CERT, "${certPath}"; allowed: the private key that the certificate was made for`,
    );
  }
  return { cert, key };
}

const ALLOWED = {
  REDEEM_TLS_CERT: "a PEM file with a certificate, its chain behind it",
  REDEEM_TLS_KEY: "a PEM file with a private key, without passphrase",
};

async function readPem(
  setting: keyof typeof ALLOWED,
  path: string,
  kind: "CERTIFICATE" | "PRIVATE KEY",
): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: { code?: string }) => {
    throw new ConfigError(
      `${setting} is "${path}", which cannot be read (${error.code}); allowed: ${ALLOWED[setting]}`,
    );
  });
  if (new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text)) return text;
  const [, other] = /-----BEGIN [A-Z ]*(CERTIFICATE|PRIVATE KEY)-----/.exec(text) ?? [];
  const found = other
    ? `holds a ${other.toLowerCase()} (are certificate and key swapped?)`
    : `holds no ${kind.toLowerCase()} in PEM`;
  throw new ConfigError(`${setting} is "${path}", which ${found}; allowed: ${ALLOWED[setting]}`);
}

function parse<Parsed>(setting: keyof typeof ALLOWED, path: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch {
    throw new ConfigError(
      `${setting} is "${path}", which cannot be understood; allowed: ${ALLOWED[setting]}`,
    );
  }
}
