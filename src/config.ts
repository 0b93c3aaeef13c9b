import type { Static, TProperties, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { isRecognizable } from "./media/types.ts";
import { settings } from "./settings.ts";
import type { Reader, Setting } from "./settings/setting.ts";
import { formatLimit, formatDuration, parseBytes, parseDuration } from "./units.ts";

function readList(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}

/** How the value of a setting is read from its text; undefined where it cannot be. */
const readers = {
  text: (value: string) => value,
  secret: (value: string) => value,
  flag: (value: string) => ({ "1": true, true: true, "0": false, false: false })[value],
  number: (value: string) => (/^\d+$/.test(value) ? Number(value) : undefined),
  bytes: parseBytes,
  duration: parseDuration,
  list: readList,
  addresses: (value: string) => {
    const all = readList(value);
    return all.every((item) => URL.canParse(item)) ? [...new Set(all)] : undefined;
  },
} satisfies Record<Reader, (value: string) => unknown>;

/** Of what is set here the error message says nothing: it may be a secret, or have a password in it. */
const NOT_SHOWN: ReadonlySet<Reader> = new Set<Reader>(["secret", "addresses"]);

/** What an error calls it. */
const WORDS: Record<Reader, string> = {
  text: "text",
  secret: "text",
  flag: "1 or 0",
  number: "a whole number",
  bytes: "bytes, such as 10GiB, 500MB or 1048576",
  duration: "a duration, written like 90s, 24h or 7d",
  list: "a comma separated list",
  addresses: "addresses, comma separated",
};

export type Settings = Static<typeof settings>;

/** Thrown for a setting that cannot be used. The message is one line and names variable, value, range. */
export class ConfigError extends Error {}

/**
 * Reads the settings from an environment.
 * @param called how an error calls a setting, where it did not come from the variable of its name
 * @throws ConfigError for the first value that is wrong.
 */
export function readConfig(
  env: Record<string, string | undefined>,
  called: (name: string) => string = (name) => name,
): Settings {
  const config: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(settings.properties as TProperties)) {
    const text = env[name]?.trim();
    if (text === undefined || text === "") {
      if (schema["default"] !== undefined) config[name] = schema["default"];
      continue;
    }
    config[name] = readSetting(called(name), schema as Setting<TSchema>, text);
  }
  const read = config as Settings;
  if (!read.REDEEM_TLS_CERT !== !read.REDEEM_TLS_KEY) {
    throw new ConfigError("REDEEM_TLS_CERT and REDEEM_TLS_KEY go together: set both or neither");
  }
  refuseNoAddress(read, called);
  refuseUnseenTypes(read, called);
  return read;
}

/** The site's own address is put together from settings that may each look right. */
function refuseNoAddress(config: Settings, called: (name: string) => string): void {
  if (URL.canParse(publicUrlOf(config, config.REDEEM_PORT))) return;
  const name = config.REDEEM_PUBLIC_URL ? "REDEEM_PUBLIC_URL" : "REDEEM_HOST";
  const value = JSON.stringify(config[name]);
  throw new ConfigError(`${called(name)} is ${value}; allowed: ${allowedFor(name)}`);
}

/** A list with a type that no content shows would silently take no such file. */
function refuseUnseenTypes({ REDEEM_TYPES: types }: Settings, called: (name: string) => string) {
  const unseen = types.find((type) => !isRecognizable(type));
  if (unseen === undefined) return;
  throw new ConfigError(
    `${called("REDEEM_TYPES")} is ${JSON.stringify(types.join(","))}, and no content shows ${unseen}; allowed: ${allowedFor("REDEEM_TYPES")}`,
  );
}

/** What the setting of a name allows, in words. */
export function allowedFor(name: keyof Settings): string {
  return allowedWords(settings.properties[name]);
}

/**
 * Address under which browsers reach the site, without a slash at its end.
 * @param port the one that is listened on
 */
export function publicUrlOf(config: Settings, port: number): string {
  if (config.REDEEM_PUBLIC_URL) return config.REDEEM_PUBLIC_URL.replace(/\/+$/, "");
  const everywhere = ["0.0.0.0", "::", "*"].includes(config.REDEEM_HOST);
  const bare = everywhere ? "localhost" : config.REDEEM_HOST;
  const host = bare.includes(":") ? `[${bare}]` : bare;
  return `${config.REDEEM_TLS_CERT ? "https" : "http"}://${host}:${port}`;
}

/** What the paths of links begin with, for browsers behind a proxy: "/base", or "" without a path. */
export function publicPathOf(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/+$/, "");
}

/** Variables that look like settings but are none: most likely misspelt. */
export function unknownSettings(env: Record<string, string | undefined>): string[] {
  return Object.keys(env).filter(
    (name) => name.startsWith("REDEEM_") && !(name in settings.properties),
  );
}

/** What a setting allows, in words. */
function allowedWords(schema: TSchema): string {
  if (typeof schema["allowed"] === "string") return schema["allowed"];
  const words = WORDS[(schema as Setting<TSchema>).reads];
  if (schema["reads"] === "number")
    return `${words} from ${schema["minimum"]} to ${schema["maximum"]}`;
  if (schema["reads"] === "bytes" || schema["reads"] === "duration") {
    return `${words}, from ${inUnits(schema, "minimum")}${inUnits(schema, "maximum", " to ")}`;
  }
  return words;
}

/** A limit as it would be written: "1s", "1 TiB". */
function inUnits(schema: TSchema, limit: "minimum" | "maximum", before = ""): string {
  const value = schema[limit] as number | undefined;
  if (value === undefined) return "";
  return before + (schema["reads"] === "bytes" ? formatLimit(value) : formatDuration(value));
}

function readSetting(called: string, schema: Setting<TSchema>, text: string): unknown {
  const value = readers[schema.reads](text);
  if (value === undefined || !Value.Check(schema, value)) {
    const shown = NOT_SHOWN.has(schema.reads) ? "(not shown)" : JSON.stringify(text);
    throw new ConfigError(`${called} is ${shown}; allowed: ${allowedWords(schema)}`);
  }
  return value;
}

/** The settings in words, for `redeem help` and the README's table. */
export function describeSettings(): { name: string; initial: string; sentence: string }[] {
  return Object.entries<TSchema>(settings.properties).map(([name, schema]) => ({
    name,
    initial: String(schema["shown"] ?? schema["default"] ?? schema["unset"] ?? "none"),
    sentence: schema.description ?? "",
  }));
}
