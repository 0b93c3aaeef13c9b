import { Type } from "@sinclair/typebox";
import { defineMethod } from "../define-method.ts";
import { siteOf, type SiteNames } from "../envelope.ts";
import { object } from "../output.ts";

const fields = Type.Object({
  site_id: Type.String({ description: "Always 1: a server is one site." }),
  site_name: Type.String({ description: "REDEEM_SITE_NAME." }),
  product_key: Type.String({ description: "Which program answers: `redeem`." }),
  allow_signup_p: Type.Boolean({ description: "Always 0: nobody signs up, keys are made." }),
  site_key: Type.String({ description: "The first label of the domain." }),
  license_id: Type.String({ description: "Always 0: there are no licences to choose from." }),
  domain: Type.String({ description: "Host of the public address, without port." }),
});

/** `/api/site/get`: what the site is (protocol 6). */
export const siteGet = defineMethod({
  path: "site/get",
  level: "anonymous",
  topic: "site",
  summary: "What the site is",
  description:
    "The site's name and domain: what clients show, and look at to see whether anybody is there.",
  input: Type.Object({}),
  output: object({ name: "SiteInfo", key: "site", message: "", fields }),
  example: {
    input: {},
    output: (address) => describeSite({ domain: new URL(address).hostname, name: "Redeem" }),
  },
  run: async (_, { site }) => describeSite(site),
});

function describeSite(site: SiteNames) {
  return {
    ...siteOf(site),
    allow_signup_p: false,
    site_key: site.domain.split(".")[0] ?? "",
    license_id: "0",
  };
}
