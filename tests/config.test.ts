import { describe, expect, test } from "bun:test";
import {
  ConfigError,
  describeSettings,
  publicUrlOf,
  readConfig,
  unknownSettings,
} from "../src/config.ts";
import { settings } from "../src/settings.ts";

const readAddresses = (text: string) =>
  readConfig({ REDEEM_PINGBACK_URL: text }).REDEEM_PINGBACK_URL;

describe("readConfig", () => {
  test("addresses of pingbacks: several, each once; a wrong one is not shown, since it may hold a password", () => {
    expect(readAddresses("")).toEqual([]);
    expect(
      readAddresses(
        "https://a.example/hook?own=1, http://b.example:81,https://a.example/hook?own=1",
      ),
    ).toEqual(["https://a.example/hook?own=1", "http://b.example:81"]);
    const many = Array.from({ length: 11 }, (_, index) => `http://h${index}.example/`).join(",");
    for (const wrong of [
      "ftp://ann:hush@x/",
      "http://",
      "http://a b/",
      "http://x:99999/",
      "x.example",
      many,
    ]) {
      expect(() => readAddresses(`https://ann:hush@good.example/,${wrong}`)).toThrow(
        "REDEEM_PINGBACK_URL is (not shown); allowed: at most 10 http or https addresses",
      );
    }
  });

  test("without anything: the defaults", () => {
    expect(readConfig({})).toMatchObject({
      REDEEM_HOST: "0.0.0.0",
      REDEEM_PORT: 2323,
      REDEEM_DATA: "./data",
      REDEEM_MAX_SIZE: 100 * 1024 ** 3,
      REDEEM_CORS_ORIGINS: ["*"],
      REDEEM_CALLBACK_PRIVATE: false,
      REDEEM_GRACE: 86_400_000,
      REDEEM_KEEP_UNFINISHED: 86_400_000,
      REDEEM_LOG: "auto",
    });
    expect(readConfig({}).REDEEM_TYPES).not.toContain("image/svg+xml");
  });

  test("an empty variable is one that is not set", () => {
    const names = Object.keys(settings.properties);
    const empty = Object.fromEntries(names.map((name) => [name, " "]));
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  test("reads every kind of value", () => {
    expect(
      readConfig({
        REDEEM_PORT: "0",
        REDEEM_MAX_SIZE: "5GiB",
        REDEEM_TYPES: "image/*, video/mp4",
        REDEEM_CORS_ORIGINS: "https://a.example,http://b.example:81",
        REDEEM_CALLBACK_PRIVATE: "true",
        REDEEM_GRACE: "0",
        REDEEM_STALL: "90s",
        REDEEM_TRUST_PROXY: "2",
        REDEEM_LOG: "json",
        REDEEM_PUBLIC_URL: "https://photos.example/base/",
      }),
    ).toMatchObject({
      REDEEM_PORT: 0,
      REDEEM_MAX_SIZE: 5 * 1024 ** 3,
      REDEEM_TYPES: ["image/*", "video/mp4"],
      REDEEM_CORS_ORIGINS: ["https://a.example", "http://b.example:81"],
      REDEEM_CALLBACK_PRIVATE: true,
      REDEEM_GRACE: 0,
      REDEEM_STALL: 90_000,
      REDEEM_TRUST_PROXY: 2,
      REDEEM_LOG: "json",
    });
  });

  test.each(["*/*", "application/pdf", "image/*,application/octet-stream", "AUDIO/*"])(
    "REDEEM_TYPES=%s",
    (types) => {
      expect(readConfig({ REDEEM_TYPES: types }).REDEEM_TYPES).toEqual(types.split(","));
    },
  );

  test.each([
    ["REDEEM_PORT", "70000"],
    ["REDEEM_PORT", "http"],
    ["REDEEM_TRUST_PROXY", "yes"],
    ["REDEEM_TRUST_PROXY", "11"],
    ["REDEEM_TRUST_PROXY", "-1"],
    ["REDEEM_MAX_SIZE", "0"],
    ["REDEEM_MAX_SIZE", "2TiB"],
    ["REDEEM_MAX_SIZE", "much"],
    // No content says that it is HTML: nothing would be taken.
    ["REDEEM_TYPES", "text/html"],
    ["REDEEM_TYPES", "image/*,text/csv"],
    ["REDEEM_TYPES", "pdf"],
    ["REDEEM_TYPES", "*"],
    ["REDEEM_TYPES", ","],
    ["REDEEM_CORS_ORIGINS", "shop.example"],
    ["REDEEM_CORS_ORIGINS", "https://shop.example/"],
    ["REDEEM_CORS_ORIGINS", "https://*.example"],
    ["REDEEM_CALLBACK_PRIVATE", "yes"],
    ["REDEEM_GRACE", "24"],
    ["REDEEM_KEEP_UNFINISHED", "1m"],
    ["REDEEM_STALL", "5m"],
    ["REDEEM_STALL", "500ms"],
    ["REDEEM_LOG", "loud"],
    ["REDEEM_HOST", "http://127.0.0.1"],
    ["REDEEM_HOST", "127.0.0.1:2323"],
    ["REDEEM_HOST", "999.1.1.1"],
    ["REDEEM_HOST", "a:b"],
    ["REDEEM_PUBLIC_URL", "http://999.1.1.1"],
    ["REDEEM_PUBLIC_URL", "photos.example"],
    ["REDEEM_PUBLIC_URL", "https://photos.example/?a=1"],
  ])("%s=%s is refused in one line, with what is allowed", (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(
      new RegExp(`^${name} is .*${value.replace(/[*?]/g, "\\$&")}.*; allowed: [^\\n]+$`),
    );
  });

  test("a key that cannot stand in a header is refused and not shown", () => {
    expect(() => readConfig({ REDEEM_API_KEY: "a key with spaces in it" })).toThrow(
      /^REDEEM_API_KEY is \(not shown\); allowed: [^\n]+$/,
    );
  });

  test("certificate and key go together", () => {
    expect(() => readConfig({ REDEEM_TLS_CERT: "a.pem" })).toThrow(/go together/);
    expect(() => readConfig({ REDEEM_TLS_KEY: "a.pem" })).toThrow(/go together/);
    readConfig({ REDEEM_TLS_CERT: "a.pem", REDEEM_TLS_KEY: "b.pem" });
  });
});

test.each([
  [{}, "http://localhost:8000"],
  [{ REDEEM_HOST: "127.0.0.1" }, "http://127.0.0.1:8000"],
  [{ REDEEM_HOST: "::" }, "http://localhost:8000"],
  [{ REDEEM_HOST: "::1" }, "http://[::1]:8000"],
  [{ REDEEM_TLS_CERT: "a", REDEEM_TLS_KEY: "b" }, "https://localhost:8000"],
  [{ REDEEM_PUBLIC_URL: "https://photos.example/base/" }, "https://photos.example/base"],
])("the public address of %p is %s", (env, url) => {
  expect(publicUrlOf(readConfig(env), 8000)).toBe(url);
});

test("variables that are no settings are named", () => {
  const env = { REDEEM_PROT: "1", REDEEM_PORT: "1", PATH: "x" };
  expect(unknownSettings(env)).toEqual(["REDEEM_PROT"]);
});

test("every setting is described, with what it is without being set", () => {
  for (const { name, initial, sentence } of describeSettings()) {
    expect(name).toMatch(/^REDEEM_[A-Z_]+$/);
    expect(sentence.length).toBeGreaterThan(10);
    expect(initial).not.toBe("undefined");
  }
});
