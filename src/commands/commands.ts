import { help } from "./help.ts";
import { key } from "./key.ts";
import { secret } from "./secret.ts";
import { serve } from "./serve.ts";
import { token } from "./token.ts";

/** A command takes the words after its name. What it throws is printed as one line. */
export type Command = (words: string[]) => Promise<void>;

export const commands: Readonly<Record<string, Command>> = { serve, token, key, secret, help };
