import { readFile } from "node:fs/promises";
import { allowedFor, ConfigError, readConfig, unknownSettings, type Settings } from "../config.ts";
import { parseEnvFile, type FileSetting } from "../env-file.ts";
import { settings } from "../settings.ts";
import { LEAST_KEY } from "../settings/access.ts";
import { UsageError } from "./fail.ts";
import type { Values } from "./line.ts";

/** Read in the working folder where no other file is named. */
const FILE = "redeem.env";

/** The option of a setting, without dashes: REDEEM_PUBLIC_URL -> "public-url". */
export function optionOf(setting: string): string {
  return setting.replace("REDEEM_", "").toLowerCase().replaceAll("_", "-");
}

/** Options of a command that serves nothing: where its data and its other settings are. */
export const FOLDER_OPTIONS = ["config", "data"] as const;

/** Options of `redeem serve`: one for each setting. */
export const SETTING_OPTIONS = ["config", ...Object.keys(settings.properties).map(optionOf)];

/**
 * The settings that are given: by options, else by the environment, else by the file that `--config`
 * names or `redeem.env` in the working folder.
 * @param values the options that were given, of which only settings may have a setting's name
 * @returns them, and the variables of the environment that look like settings but are none
 * @throws ConfigError for a file that cannot be read, and for the first value that is wrong, naming the
 *   setting as it was given: the option, the variable, or the file and the line
 */
export async function readGiven(values: Values): Promise<{ config: Settings; unknown: string[] }> {
  const path = values["config"];
  const file = path ?? FILE;
  const inFile = await readEnvFile(file, path !== undefined);
  const given: Record<string, string | undefined> = {};
  const origin = new Map<string, string>();
  for (const name of Object.keys(settings.properties)) {
    const option = values[optionOf(name)];
    const variable = process.env[name];
    const setting = inFile.get(name);
    if (option?.trim() === "") throw new UsageError(`--${optionOf(name)} needs a value`);
    if (option !== undefined) {
      given[name] = option;
      origin.set(name, `--${optionOf(name)}`);
    } else if (variable !== undefined && variable.trim() !== "") {
      given[name] = variable;
    } else if (setting) {
      given[name] = setting.value;
      origin.set(name, `${name} (${file}, line ${setting.line})`);
    }
  }
  const called = (name: string) => origin.get(name) ?? name;
  const config = readConfig(given, called);
  refuseShortKey(config, called);
  return {
    config,
    unknown: unknownSettings(process.env),
  };
}

/** @throws UsageError for a key of the operator's that may be guessed: it opens everything */
function refuseShortKey({ REDEEM_API_KEY: key }: Settings, called: (name: string) => string): void {
  if (key === undefined || key.length >= LEAST_KEY) return;
  throw new UsageError(
    `${called("REDEEM_API_KEY")} is too short (not shown); allowed: ${allowedFor("REDEEM_API_KEY")}`,
  );
}

async function readEnvFile(file: string, named: boolean): Promise<Map<string, FileSetting>> {
  const text = await readFile(file, "utf8").catch((error: { code?: string }) => {
    if (error.code === "ENOENT" && !named) return "";
    const why = error.code === "ENOENT" ? "is not there" : `cannot be read (${error.code})`;
    throw new ConfigError(`The settings file ${file} ${why}`);
  });
  const found = parseEnvFile(text, file);
  for (const [name, { line }] of found) {
    if (name in settings.properties) continue;
    throw new ConfigError(`${file}, line ${line}: there is no setting ${name}. See: redeem help`);
  }
  return found;
}
