import { Problem } from "../problem.ts";
import type { Upload } from "../records/records.ts";
import { isOfFamily } from "./chunk-families.ts";
import type { Chunk } from "./chunk.ts";
import type { SaidDigests } from "./digests.ts";
import { moreThanOneFile } from "./limits.ts";
import type { Membership } from "./locks.ts";
import type { MakingTurn } from "./making-order.ts";
import type { Params } from "./params.ts";
import type { Account } from "./quota.ts";
import type { Body, Claim, Owner } from "./types.ts";

/** A chunk that was admitted, on its way in. */
export type Receiving = {
  claim: Claim;
  owner: Owner;
  chunk: Chunk;
  upload: Upload;
  account: Account;
  work: Membership;
  body: Body;
  /** All parameters that are known so far: of the whole request, once it was read to its end. */
  params: Params;
  /** What its headers say of hashes. */
  digests: SaidDigests | undefined;
  turn: MakingTurn | undefined;
};

/**
 * Reads the request behind the chunk to its end. Answers all its parameters. The bytes went where the first ones said: later ones may add, not contradict.
 * @throws Problem invalid_input
 */
export async function restOf({ claim, params, body }: Receiving): Promise<Params> {
  const { params: all, moreFiles } = await body.rest();
  if (moreFiles) throw moreThanOneFile();
  const said = [...params.keys()].filter(isOfFamily);
  for (const name of [...claim.names, ...said]) {
    if (all.get(name) === params.get(name)) continue;
    throw new Problem(
      "invalid_input",
      `${name} behind the file is not what it was before the file.`,
    );
  }
  return all;
}
