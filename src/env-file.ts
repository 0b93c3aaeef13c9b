import { ConfigError } from "./config.ts";

/** A setting as it stands in a file, with its line, so that an error can say where it is. */
export type FileSetting = { value: string; line: number };

/**
 * Reads `NAME=value` lines, as in `redeem.env`. Empty lines and those that begin with # say nothing; a
 * value may stand in single quotes (taken as it is) or double ones (\" and \\ stand for " and \), and a
 * comment may follow after a space.
 * @param file its name, for errors
 * @throws ConfigError naming file and line, for one that is something else or names a setting again
 */
export function parseEnvFile(text: string, file: string): Map<string, FileSetting> {
  const settings = new Map<string, FileSetting>();
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  for (const [index, whole] of lines.entries()) {
    const line = index + 1;
    const content = whole.trim();
    if (content === "" || content.startsWith("#")) continue;
    const [, name, rest = ""] = /^([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(content) ?? [];
    const value = name === undefined ? undefined : readValue(rest);
    // The line itself is not repeated: it may hold a secret.
    if (name === undefined || value === undefined) {
      throw new ConfigError(
        `${file}, line ${line}: this is not NAME=value, with a value that may be quoted, nor a # comment`,
      );
    }
    const before = settings.get(name);
    if (before) {
      throw new ConfigError(
        `${file}, line ${line}: ${name} is set already, in line ${before.line}`,
      );
    }
    settings.set(name, { value, line });
  }
  return settings;
}

/** Undefined where a quote is not closed, or something stands behind it. */
function readValue(text: string): string | undefined {
  if (text.startsWith("'")) return /^'([^']*)'(\s+#.*|\s*)$/.exec(text)?.[1];
  if (text.startsWith('"')) {
    const inside = /^"((?:[^"\\]|\\.)*)"(\s+#.*|\s*)$/.exec(text)?.[1];
    return inside?.replace(/\\(["\\])/g, "$1");
  }
  return text.replace(/(^|\s+)#.*$/, "");
}
