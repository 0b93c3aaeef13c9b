import { Type } from "@sinclair/typebox";
import { KEY_NAME_LENGTH } from "../../api-limits.ts";
import { addKey, KEY_LEVELS } from "../../api-keys.ts";
import { oneLine } from "../../photo/text.ts";
import { defineMethod } from "../define-method.ts";
import { object } from "../output.ts";
import { oneWordOf } from "../paging.ts";
import { describeKey, EXAMPLE_KEY, keyFields } from "./fields.ts";

const EXAMPLE_SECRET = "n4bQgYhMfWWaLXqgxVrQFaO8TxsrC4Is0V1sFbDw";

/** `key/create`: makes an API key, which is shown in this answer alone (protocol 6.3). */
export const keyCreate = defineMethod({
  path: "key/create",
  versions: [2],
  level: "super",
  topic: "site",
  summary: "Make an API key",
  description:
    "Makes an API key, as `redeem key create` does. The key itself is in this answer and nowhere else: on record is its hash.",
  input: Type.Object({
    name: Type.String({
      maxLength: KEY_NAME_LENGTH,
      description: "What it is for.",
      examples: [EXAMPLE_KEY.name],
    }),
    level: oneWordOf(KEY_LEVELS, "What it may do. Default `write`.", EXAMPLE_KEY.level),
  }),
  output: object({
    name: "NewApiKey",
    key: "key",
    message: "The API key was made",
    fields: Type.Composite([
      keyFields,
      Type.Object({
        api_key: Type.String({ description: "The key. Keep it: it is not shown again." }),
      }),
    ]),
  }),
  example: {
    input: { name: EXAMPLE_KEY.name, level: EXAMPLE_KEY.level },
    output: () => ({ ...describeKey(EXAMPLE_KEY), api_key: EXAMPLE_SECRET }),
  },
  run: async ({ input }, { records, events }) => {
    const level = KEY_LEVELS.find((known) => known === input.level) ?? "write";
    const { key, secret } = await addKey(records, level, oneLine(input.name).trim());
    events.emit({ kind: "key changed", key: key.id, level, what: "made" });
    return { ...describeKey(key), api_key: secret };
  },
});
