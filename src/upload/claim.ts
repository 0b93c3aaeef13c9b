import type { TokenKind } from "../problem.ts";
import type { UploadToken } from "../records/records.ts";
import { findOwner } from "./token.ts";
import type { Claim, Unlock, UploadContext } from "./types.ts";

/** The parameter that names a token. */
export const TOKEN_NAMES = { upload: "upload_token", replace: "replace_token" } as const;

/**
 * What is redeemed: an upload token, or a replace token, wherever in the request it stands (protocol 4).
 * @param silent the outcome is answered and nothing else, whatever the token says of its return
 */
export function tokenClaim(
  { records, unlock }: Pick<UploadContext, "records"> & { unlock: Unlock },
  kind: TokenKind,
  { silent = false }: { silent?: boolean } = {},
): Claim {
  const name = TOKEN_NAMES[kind];
  const find: Claim["ofFile"] = async (params, origin) => {
    const owner = await findOwner(records, params.get(name), origin, kind);
    await unlock(owner, params);
    return silent ? { ...owner, token: withoutReturn(owner.token) } : owner;
  };
  return {
    names: [name],
    // An empty parameter does not count: the token may come behind the file.
    isIn: (params) => Boolean(params.get(name)),
    ofFile: find,
    ofChunk: find,
    ofQuestion: find,
  };
}

/** The token for an upload of which nobody is told but who sends it. */
export function withoutReturn(token: UploadToken): UploadToken {
  return { ...token, returnUrl: "", backgroundReturn: false };
}
