import { Type } from "@sinclair/typebox";
import { defineMethod } from "../define-method.ts";
import { object } from "../output.ts";
import { followingInput, nextField, readAfter } from "../paging.ts";
import { describeKey, EXAMPLE_KEY, keyFields } from "./fields.ts";

/** `key/list`: the API keys of the site (protocol 6.3). */
export const keyList = defineMethod({
  path: "key/list",
  versions: [2],
  level: "super",
  topic: "site",
  summary: "List API keys",
  description:
    "API keys, newest first, with those that were revoked. The operator's own (`REDEEM_API_KEY`) is not among them.",
  input: Type.Object(followingInput("API keys", "3")),
  output: object({
    name: "ApiKeys",
    key: "keys",
    message: "",
    fields: Type.Object({ items: Type.Array(keyFields), next: nextField }),
  }),
  example: {
    input: { size: 20 },
    output: () => ({ items: [describeKey(EXAMPLE_KEY)], next: "" }),
  },
  run: async ({ input }, { records }) => {
    const limit = input.size ?? 50;
    const found = await records.keys.page(readAfter(input.after), limit + 1);
    const shown = found.slice(0, limit);
    const next = found.length > limit ? String(shown.at(-1)?.id ?? "") : "";
    return { items: shown.map(describeKey), next };
  },
});
