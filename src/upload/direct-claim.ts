import { directHash, replacingHash } from "../records/direct.ts";
import type {
  Identity,
  NewUploadToken,
  Photo,
  Records,
  TokenMetadata,
  UploadToken,
} from "../records/records.ts";
import { noSuchPhoto, Problem, refusedToken } from "../problem.ts";
import { hashSecret, randomName } from "../random.ts";
import { requireAlbums } from "./albums.ts";
import { TOKEN_NAMES } from "./claim.ts";
import type { Chunk } from "./chunk.ts";
import { decideDirect, DIRECT_MINUTES, isAskedAbout } from "./direct-rules.ts";
import type { Params } from "./params.ts";
import { findOwner, requirePhoto, type Grant } from "./token.ts";
import type { Claim, Owner, Unlock, UploadContext } from "./types.ts";

type DirectContext = Pick<UploadContext, "records" | "now">;

/** What a caller wants made of its files without a token. */
export type DirectGrant = Grant & {
  /** What of the metadata the request said, as it is kept. */
  given: Partial<TokenMetadata>;
};

export type CallerClaim = {
  /** Who calls: files of others with the same names are others. The id of an API key. */
  caller: number;
  /** The parameters that the grant is made from. */
  names: readonly string[];
  isIn(params: Params): boolean;
  /** The photo that is replaced; null for a new one. @throws Problem invalid_input */
  replacedBy(params: Params): number | null;
  /**
   * @param begun when the file began, in milliseconds: what has to be in the future has to be so then
   * @throws Problem invalid_input where a parameter is wrong
   */
  grantOf(params: Params, begun: number): DirectGrant;
};

/**
 * Files of a caller whose own credential is enough (protocol 6: `upload`, and `replace` with `photo_id`). Each file has a
 * direct token of its own; that of a file in chunks is found again by the caller, the photo and the file's identity.
 */
export function callerClaim(
  { records, now }: DirectContext,
  { caller, names, isIn, replacedBy, grantOf }: CallerClaim,
): Claim {
  const at = (replaces: number | null, { identity }: Chunk) => ({
    hash: fileHash(caller, replaces, identity),
    identity,
  });
  const requireReplaced = async (replaces: number | null) => {
    if (replaces !== null) await requirePhoto(records, replaces);
  };
  return {
    names,
    isIn,
    ofFile: async (params) => {
      const grant = grantOf(params, now());
      await requireAlbums(records, grant.albumId);
      await requireReplaced(grant.replaces);
      const unsaved = newDirect(grant, directHash(randomName(64)), now());
      return { token: asToken(unsaved), uploadToken: "", unsaved };
    },
    ofChunk: async (params, _, chunk) => {
      const replaces = replacedBy(params);
      const { hash, identity } = at(replaces, chunk);
      const begun = await records.tokens.byHash(hash);
      // Of an upload that has begun, this is found out in admit.ts, which refuses it and deletes what it has.
      if (!begun) await requireReplaced(replaces);
      const grant = grantOf(params, begun?.createdAt ?? now());
      if (!begun || begun.albumId !== grant.albumId) await requireAlbums(records, grant.albumId);
      const wanted = newDirect(grant, hash, now());
      const token = await records.direct.transact({ hash, identity }, (view) =>
        decideDirect(view, wanted, grant.given, chunk.start),
      );
      return ownerOf(token);
    },
    ofQuestion: async (params, _, chunk) => {
      const replaces = replacedBy(params);
      await requireReplaced(replaces);
      const { hash, identity } = at(replaces, chunk);
      const token = await records.tokens.byHash(hash);
      const upload = token && (await records.uploads.byIdentity(token.id, identity));
      const photo = upload && (await records.photos.byUpload(upload.id));
      return isAskedAbout({ token, upload, photo }, now()) ? ownerOf(token) : undefined;
    },
  };
}

/** What finds the direct token of a caller's file in chunks again: equal for equal files of one caller. */
function fileHash(caller: number, replaces: number | null, identity: Identity): string {
  const key = hashSecret(JSON.stringify([caller, replaces, Object.entries(identity).sort()]));
  return directHash(key);
}

/**
 * Whose the file in chunks is that a caller sends to replace a photo.
 * @returns undefined where nothing of it has come, or what came is forgotten
 */
export async function findReplacing(
  { tokens }: Pick<Records, "tokens">,
  { caller, photoId, identity }: { caller: number; photoId: number; identity: Identity },
): Promise<Pick<Owner, "token"> | undefined> {
  const token = await tokens.byHash(fileHash(caller, photoId, identity));
  return token && { token };
}

/** How often the holder of an upload token may replace one of its photos: as often as a token may be used (protocol 3). */
const MOST_REPLACEMENTS = 1000;

/**
 * Replacing a photo that came with an upload token, by whoever holds that (protocol 6, `replace`). Its own uses are for new
 * photos: replacements are uses of a direct token for the photo, which takes what the upload token takes, for as long.
 */
export function uploaderClaim({ records, now, unlock }: DirectContext & { unlock: Unlock }): Claim {
  const find: Claim["ofFile"] = async (params, origin) => {
    const owner = await findOwner(records, params.get(TOKEN_NAMES.upload), origin);
    await unlock(owner, params);
    const { token } = owner;
    const photo = await photoOf({ records }, token, params);
    const { validMinutes, validUntil, userId, maxSize, types, origin: only } = token;
    const wanted: NewUploadToken = {
      ...nothingSaid,
      hash: replacingHash(token.id, photo.id),
      createdAt: now(),
      maxUploads: MOST_REPLACEMENTS,
      replaces: photo.id,
      validMinutes,
      validUntil,
      userId,
      maxSize,
      types,
      origin: only,
    };
    const direct = await records.direct.transact({ hash: wanted.hash, identity: null }, (view) => {
      if (!view.token) return { do: "begin", token: wanted };
      // The upload token may have been given another end since the direct token was made (protocol 6.3).
      const isSo = view.token.validUntil === validUntil;
      return isSo ? { do: "nothing" } : { do: "go on", set: { validUntil } };
    });
    return ownerOf(direct);
  };
  return {
    names: [TOKEN_NAMES.upload, "photo_id"],
    isIn: (params) => Boolean(params.get(TOKEN_NAMES.upload)),
    ofFile: find,
    ofChunk: find,
    ofQuestion: find,
  };
}

/** The photo of a token's that is meant: the one that is named, else its only one. */
async function photoOf(
  { records }: Pick<DirectContext, "records">,
  token: UploadToken,
  params: Params,
): Promise<Photo> {
  const named = params.get("photo_id")?.trim();
  if (named) {
    const photo = /^\d{1,15}$/.test(named) ? await requirePhoto(records, Number(named)) : undefined;
    if (photo?.tokenId !== token.id) throw noSuchPhoto();
    return photo;
  }
  const { photos, total } = await records.photos.list({ tokenId: token.id, offset: 0, limit: 1 });
  const [photo] = photos;
  if (!photo) throw noSuchPhoto();
  if (total === 1) return photo;
  throw new Problem(
    "invalid_input",
    `photo_id is missing: ${total} photos came with this upload token.`,
  );
}

const nothingSaid = {
  title: "",
  description: "",
  tags: "",
  albumId: "",
  publish: true,
  publishDate: null,
  absoluteUrl: "",
  returnUrl: "",
  backgroundReturn: false,
  extra: {},
  sender: "",
  ask: [],
  passphraseHash: null,
  sealedToken: null,
  direct: true,
};

function newDirect({ given: _, ...grant }: DirectGrant, hash: string, now: number): NewUploadToken {
  return {
    ...grant,
    validMinutes: DIRECT_MINUTES,
    validUntil: now + DIRECT_MINUTES * 60_000,
    createdAt: now,
    hash,
    sealedToken: null,
    direct: true,
  };
}

/** The token as it will be on record, for a file that has not begun. */
function asToken({ hash: _h, sealedToken: _s, ...token }: NewUploadToken): UploadToken {
  return { ...token, id: 0, consumed: 0, revokedAt: null };
}

function ownerOf(token: UploadToken | undefined): Owner {
  if (!token || token.revokedAt !== null) throw refusedToken.unknown();
  return { token, uploadToken: "" };
}
