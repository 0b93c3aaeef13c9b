import { deliveriesCommand } from "./deliveries.ts";
import { exportCommand } from "./export.ts";
import { help } from "./help.ts";
import { key } from "./key.ts";
import { openCommand } from "./open.ts";
import { secret } from "./secret.ts";
import { serve } from "./serve.ts";
import { token } from "./token.ts";
import { verify } from "./verify.ts";
import { version } from "./version.ts";

/** A command takes the words after its name. What it throws is printed as one line. */
export type Command = (words: string[]) => Promise<void>;

export const commands: Readonly<Record<string, Command>> = {
  serve,
  token,
  key,
  open: openCommand,
  deliveries: deliveriesCommand,
  export: exportCommand,
  secret,
  verify,
  help,
  version,
};

/**
 * The command that a command line means, and its words: `serve` where none is named, `help` for one
 * where `--help` stands.
 */
export function findCommand(line: string[]): { command: Command | undefined; words: string[] } {
  const [first, ...rest] = line;
  if (first === "--version" || first === "-V") return { command: version, words: rest };
  const isNamed = first !== undefined && !first.startsWith("-");
  const words = isNamed ? rest : line;
  if (line.some((word) => word === "--help" || word === "-h")) {
    return { command: help, words: isNamed ? [first] : [] };
  }
  const name = isNamed ? first : "serve";
  return { command: Object.hasOwn(commands, name) ? commands[name] : undefined, words };
}
