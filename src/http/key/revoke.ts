import { Type } from "@sinclair/typebox";
import { Problem } from "../../problem.ts";
import { defineMethod } from "../define-method.ts";
import { object } from "../output.ts";
import { describeKey, EXAMPLE_KEY, keyFields } from "./fields.ts";

const noSuchKey = () => new Problem("no_such_key", "There is no such API key.");

/** `key/revoke`: an API key opens nothing any more (protocol 6.3). */
export const keyRevoke = defineMethod({
  path: "key/revoke",
  versions: [2],
  level: "super",
  topic: "site",
  summary: "Revoke an API key",
  description: `The key is refused from now on. What was made with it stays. It cannot be taken back; of a key that is revoked already the answer
is the same.`,
  input: Type.Object({
    key_id: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "Which one: see `key/list`.",
      examples: [EXAMPLE_KEY.id],
    }),
  }),
  output: object({
    name: "RevokedApiKey",
    key: "key",
    message: "The API key was revoked",
    fields: keyFields,
  }),
  example: {
    input: { key_id: EXAMPLE_KEY.id },
    output: () => describeKey({ ...EXAMPLE_KEY, revokedAt: EXAMPLE_KEY.createdAt + 60_000 }),
  },
  refusals: [{ problem: noSuchKey, when: "There is no such key." }],
  run: async ({ input: { key_id: id } }, { records, events, now }) => {
    const revoked = await records.keys.revoke(id, now());
    const key = await records.keys.byId(id);
    if (!key) throw noSuchKey();
    if (revoked) events.emit({ kind: "key changed", key: id, level: key.level, what: "revoked" });
    return describeKey(key);
  },
});
