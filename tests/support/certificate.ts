import { generateKeyPairSync, sign } from "node:crypto";

/** A self-signed certificate for localhost, made anew each time: no key lies in the repository. */
export function selfSigned(): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const name = sequence(
    der(
      0x31,
      sequence(Buffer.concat([oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from("localhost"))])),
    ),
  );
  const validity = sequence(
    Buffer.concat([der(0x17, utcTime(-86_400_000)), der(0x17, utcTime(86_400_000))]),
  );
  const body = sequence(
    Buffer.concat([
      der(0xa0, der(0x02, Buffer.from([2]))),
      der(0x02, Buffer.from([1])),
      ecdsaWithSha256,
      name,
      validity,
      name,
      publicKey.export({ type: "spki", format: "der" }),
    ]),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
  const certificate = sequence(Buffer.concat([body, ecdsaWithSha256, signature]));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

/** DER: a tag, a length, the content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(content: Buffer): Buffer {
  return der(0x30, content);
}

function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function utcTime(offset: number): Buffer {
  const iso = new Date(Date.now() + offset).toISOString().replace(/[-:T]/g, "");
  return Buffer.from(`${iso.slice(2, 14)}Z`);
}
