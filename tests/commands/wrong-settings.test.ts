import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { selfSigned } from "../support/certificate.ts";
import { startServer } from "../support/server.ts";
import { isFailure, isMisuse, run, withFolder } from "./run.ts";

/** Issue 8, 3.3: values that look right one by one, in a line that names the setting and what is allowed. */

describe("certificate and key", () => {
  const one = selfSigned();
  const other = selfSigned();

  test.each([
    [
      "swapped",
      one.key,
      one.cert,
      /^redeem: REDEEM_TLS_CERT is "\S+", which holds a private key \(.*swapped\?\); allowed: /,
    ],
    [
      "of two pairs",
      one.cert,
      other.key,
      /^redeem: REDEEM_TLS_KEY is "\S+", which is not the key of the certificate .*; allowed: /,
    ],
    [
      "with a key that is none",
      one.cert,
      "words",
      /^redeem: REDEEM_TLS_KEY is "\S+", which holds no private key in PEM; allowed: /,
    ],
    [
      "with a certificate cut off",
      `${one.cert.slice(0, 200)}\n-----END CERTIFICATE-----\n`,
      one.key,
      /^redeem: REDEEM_TLS_CERT is "\S+", which cannot be understood; allowed: /,
    ],
  ])("%s", async (_, cert, key, message) => {
    await withFolder(async (folder) => {
      const [certPath, keyPath] = [join(folder, "cert.pem"), join(folder, "key.pem")];
      await Bun.write(certPath, cert);
      await Bun.write(keyPath, key);
      const data = join(folder, "data");
      const ran = await run(data, ["serve", "--tls-cert", certPath, "--tls-key", keyPath]);
      expect(ran.err).toMatch(message);
      expect(isFailure(ran)).toBe(true);
      expect(await Bun.file(join(data, "redeem.db")).exists()).toBe(false);
    });
  });
});

describe("the site's look", () => {
  test.each([
    [
      "accent",
      "green",
      /^redeem: --accent is "green"; allowed: a colour such as #0b6b63 or #07c\n$/,
    ],
    [
      "logo",
      "/nowhere/logo.png",
      /^redeem: REDEEM_LOGO is "\S+", which cannot be read \(ENOENT\); allowed: the path of a PNG, JPEG, WebP or SVG file/,
    ],
  ])("--%s %s", async (name, value, message) => {
    await withFolder(async (folder) => {
      const data = join(folder, "data");
      const ran = await run(data, ["serve", `--${name}`, value]);
      expect(ran.err).toMatch(message);
      expect(isFailure(ran)).toBe(true);
      expect(await Bun.file(join(data, "redeem.db")).exists()).toBe(false);
    });
  });
});

// 203.0.113.0/24 is nobody's (RFC 5737); .invalid is no name (RFC 6761).
test.each(["http://127.0.0.1", "203.0.113.7", "redeem.invalid"])("REDEEM_HOST=%s", async (host) => {
  await withFolder(async (folder) => {
    const ran = await run(folder, ["serve"], { REDEEM_HOST: host });
    expect(ran.err).toMatch(/^redeem: REDEEM_HOST is ".+allowed: an address or host name of this/);
    expect(ran.err).toContain(`"${host}"`);
    expect(isFailure(ran)).toBe(true);
  });
});

test("a REDEEM_API_KEY that may be guessed", async () => {
  await withFolder(async (folder) => {
    const short = "hunter2hunter2h";
    for (const words of [["serve"], ["serve", "--api-key", short]]) {
      const given = words.length === 1 ? { REDEEM_API_KEY: short } : {};
      const ran = await run(join(folder, "data"), words, given);
      expect(ran.err).toBe(
        `redeem: ${words[1] ?? "REDEEM_API_KEY"} is too short (not shown); allowed: at least 16 visible ASCII characters, without spaces\n`,
      );
      expect(isMisuse(ran)).toBe(true);
      expect(await Bun.file(join(folder, "data", "redeem.db")).exists()).toBe(false);
    }
  });
  const server = await startServer({ env: { REDEEM_API_KEY: "hunter2hunter2hu" } });
  await server.stop();
});

test("a REDEEM_FFMPEG that is not there", async () => {
  await withFolder(async (folder) => {
    const data = join(folder, "data");
    const ran = await run(data, ["serve", "--ffmpeg", join(folder, "ffmpeg")]);
    expect(ran.err).toMatch(
      /^redeem: REDEEM_FFMPEG is "\S+\/ffmpeg", and there is no such program; allowed: the path of ffmpeg, or off\n$/,
    );
    expect(isFailure(ran)).toBe(true);
    expect(await Bun.file(join(data, "redeem.db")).exists()).toBe(false);
  });
});
