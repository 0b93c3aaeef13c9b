import { Type } from "@sinclair/typebox";
import { defineMethod } from "../define-method.ts";
import type { SiteNames } from "../envelope.ts";
import { pageOf } from "../output.ts";

const fields = Type.Object({
  domain: Type.String({ description: "Host of the public address, without port." }),
  display_name: Type.String({ description: "REDEEM_SITE_NAME." }),
  bearer_token: Type.String({
    description:
      "The API key that the caller has sent; empty where the request was signed with OAuth.",
  }),
  expiration_time: Type.String({
    description: "ISO 8601. API keys do not expire: the last day there is.",
  }),
  api_base_url: Type.String({ description: "The public address, with a slash at its end." }),
  site_name: Type.String({ description: "REDEEM_SITE_NAME." }),
  canonical_user_p: Type.Boolean({ description: "Always true." }),
  starred_p: Type.Boolean({ description: "Always false." }),
});

/** An API key has no end but its revocation: clients compare this with now. */
const NEVER = "9999-12-31T23:59:59Z";

/** `/api/2/user/tokens`: the sites that an API key is good for, which is this one (protocol 6). */
export const userTokens = defineMethod({
  path: "user/tokens",
  versions: [2],
  level: "read",
  topic: "site",
  summary: "Check an API key",
  description: `What a command-line client asks first: which sites its key opens. A server of Redeem is one site, so the answer is that
one, or \`invalid_signature\` where the key is wrong. The sites stand in \`sites\` as well as in \`data\`.`,
  input: Type.Object({
    cross_sites_p: Type.Optional(
      Type.Boolean({
        description:
          "Of other servers of the vendor's: sites beside the one that is asked. There is one here, whatever it says.",
        examples: [true],
      }),
    ),
  }),
  output: pageOf({ name: "UserToken", key: "site", beside: "sites", fields }),
  example: {
    input: { cross_sites_p: true },
    output: (address) => {
      const site = { domain: new URL(address).hostname, name: "Redeem" };
      return answer(site, address, "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg");
    },
  },
  run: async ({ caller }, { site, publicUrl }) => answer(site, publicUrl(), caller.apiKey ?? ""),
});

function answer({ domain, name }: SiteNames, address: string, apiKey: string) {
  const item = {
    domain,
    display_name: name,
    bearer_token: apiKey,
    expiration_time: NEVER,
    api_base_url: `${address}/`,
    site_name: name,
    canonical_user_p: true,
    starred_p: false,
  };
  return { items: [item], page: 1, size: 20, total: 1 };
}
