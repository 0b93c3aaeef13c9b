import { Type } from "@sinclair/typebox";
import { defineMethod } from "../define-method.ts";
import { object } from "../output.ts";
import { cutPage, followingFields, followingInput, readAfter, itemsOnPage } from "../paging.ts";
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
    fields: followingFields(keyFields),
  }),
  example: {
    input: { size: 20 },
    output: () => ({ items: [describeKey(EXAMPLE_KEY)], next: "" }),
  },
  run: async ({ input }, { records }) => {
    const size = itemsOnPage(input);
    const found = await records.keys.page(readAfter(input.after), size + 1);
    const { shown, next } = cutPage(found, size, ({ id }) => String(id));
    return { items: shown.map(describeKey), next };
  },
});
