import { Problem } from "../../problem.ts";
import type { Params } from "../../upload/params.ts";
import type { Claim } from "../../upload/types.ts";

/** Parameters that other methods know, and that one does not take: why, for whoever sends one. */
export type RefusedFields = { names: readonly string[]; why: string };

/** A claim by a request that may not have certain parameters, before the file and behind it: none is ignored in silence. */
export function refusing(claim: Claim, refused: readonly RefusedFields[]): Claim {
  const require = (params: Params) => {
    for (const { names, why } of refused) {
      const name = names.find((one) => params.get(one)?.trim());
      if (name) throw new Problem("invalid_input", `${name} is not taken here: ${why}`);
    }
  };
  return {
    ...claim,
    names: [...claim.names, ...refused.flatMap(({ names }) => names)],
    ofFile: async (params, origin) => {
      require(params);
      return claim.ofFile(params, origin);
    },
    ofChunk: async (params, origin, chunk) => {
      require(params);
      return claim.ofChunk(params, origin, chunk);
    },
    ofQuestion: async (params, origin, chunk) => {
      require(params);
      return claim.ofQuestion(params, origin, chunk);
    },
  };
}

/** What get-upload-token grants, and a file that is sent without a token has no use for. */
export const OF_A_TOKEN: RefusedFields = {
  names: [
    "return_url",
    "background_return_p",
    "valid_minutes",
    "max_uploads",
    "max_size",
    "types",
    "origin",
  ],
  why: "it is for a token, and the outcome is the answer.",
};
