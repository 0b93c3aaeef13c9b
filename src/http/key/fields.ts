import { Type, type Static } from "@sinclair/typebox";
import type { ApiKey } from "../../records/records.ts";
import { unixSeconds } from "../dates.ts";
import { EXAMPLE } from "../examples.ts";

/** What is told of an API key: never the key itself. */
export const keyFields = Type.Object({
  key_id: Type.Integer({
    description: "Names it, and the user that it is: `user_id` of photos and upload tokens.",
  }),
  name: Type.String(),
  level: Type.String({ description: "`read`, `write`, `admin` or `super`." }),
  created_at: Type.Integer({ description: "Unix seconds." }),
  revoked_at: Type.Integer({ description: "Unix seconds; 0 where it is good." }),
});

export const EXAMPLE_KEY: ApiKey = {
  id: 3,
  name: "newsroom",
  level: "write",
  createdAt: EXAMPLE.token.createdAt,
  revokedAt: null,
};

export function describeKey(key: ApiKey): Static<typeof keyFields> {
  return {
    key_id: key.id,
    name: key.name,
    level: key.level,
    created_at: unixSeconds(key.createdAt),
    revoked_at: unixSeconds(key.revokedAt),
  };
}
