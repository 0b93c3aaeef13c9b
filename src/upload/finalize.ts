import { pingbacksFor } from "../callback/pingback.ts";
import { treeOf } from "../files/trees.ts";
import { ALGORITHMS, type Digests } from "../digest.ts";
import { SyncFailed } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { noSuchPhoto, Problem, refusedToken, uploadCancelled } from "../problem.ts";
import { randomName } from "../random.ts";
import type { Extra, NewOriginal, Photo, Upload, UploadToken } from "../records/records.ts";
import { lostOnDisk } from "./chunk.ts";
import { damagedFile } from "./digests.ts";
import { requireType, typesOf } from "./limits.ts";
import type { Membership } from "./locks.ts";
import { backgroundDelivery, finishedAs, outcomeOf, photoDeleted } from "./outcome.ts";
import type { MakingTurn } from "./making-order.ts";
import { refuse } from "./refuse.ts";
import { renew } from "./renew.ts";
import {
  decideFinalizing,
  decidePhoto,
  decideRollBack,
  type Finalizing,
} from "./finalize-rules.ts";
import { kindOf, noUse } from "./token.ts";
import type { Finished, Owner, UploadContext } from "./types.ts";

/** Characters of a photo's secret (protocol 4.3). */
const PHOTO_TOKEN_LENGTH = 32;

/** How often a long finalizing renews its lease, in milliseconds: well within the lapse of it. */
const RENEW_MS = 30_000;

export type FinalizeOptions = {
  /** The extra parameters of the request that completed it. */
  extra: Extra;
  /** A start that has locked the data folder: whoever held a lease is gone. */
  othersGone?: boolean;
  /** SHA-256 of the file, where it has been computed: hexadecimal. */
  sha256?: string | undefined;
  /** When the photo may be made, where it is one of several. */
  turn?: MakingTurn | undefined;
};

/**
 * Makes the photo of an upload whose every byte is there, exactly once. Requests that come together share one
 * finalizing. Where a process ends in the middle the next one begins again, so each step here may be repeated.
 * @param work the request's place among those at work on the upload
 * @param size of the file in bytes
 * @throws Problem where it cannot become a photo; the upload has failed then, and its backend is told, unless the
 *   problem is a temporary one
 */
export function finalize(
  context: UploadContext,
  work: Membership,
  owner: Owner,
  upload: Upload,
  size: number,
  options: FinalizeOptions,
): Promise<Finished> {
  const { shared } = work;
  // That one may have to wait for files behind this one.
  if (shared.finalizing) options.turn?.pass();
  shared.finalizing ??= makePhoto(context, owner, upload, size, options).catch(
    async (error: unknown) => {
      try {
        const forGood =
          error instanceof Problem &&
          (error.refusesUpload || error.code === "invalid_upload_token");
        if (forGood) {
          const { extra } = options;
          await refuse(context, { owner, upload, scope: "upload", work, extra }, error);
        } else await rollBack(context, upload, error);
      } finally {
        // Last, so that no other finalizing begins before this one has given its lease up.
        shared.finalizing = undefined;
      }
      throw error;
    },
  );
  return shared.finalizing as Promise<Finished>;
}

async function makePhoto(
  context: UploadContext,
  owner: Owner,
  upload: Upload,
  size: number,
  options: FinalizeOptions,
): Promise<Finished> {
  const entered = await enter(context, owner, upload, size, options);
  if (entered === "finished") return outcomeOf(context, owner, upload);
  const renewing = setInterval(() => {
    void renew(context, upload.id).catch(() => undefined);
  }, RENEW_MS);
  try {
    const [type] = await Promise.all([
      typeOf(context, owner, upload),
      bringToDisk(context, upload, size),
    ]);
    const { "sha-256": sha256 = options.sha256 } = await requireDigests(context, upload, size);
    await options.turn?.come;
    const { photo, extra } = await record(context, owner, upload, {
      type,
      size,
      ...(sha256 && { sha256 }),
    });
    options.turn?.pass();
    await place(context, photo);
    return finishedAs(context, owner, photo, extra);
  } finally {
    clearInterval(renewing);
  }
}

/** Enters the state `finalizing`. @throws Problem where this process may not make the photo */
async function enter(
  { records, now, ...context }: UploadContext,
  { token }: Owner,
  { id, state, lease }: Upload,
  size: number,
  { extra, othersGone = false }: FinalizeOptions,
): Promise<"mine" | "finished"> {
  // A whole file whose bytes were all there when its use was reserved has begun in this state.
  if (state === "finalizing" && lease === context.process) return "mine";
  const request = {
    size,
    lease: context.process,
    extra,
    othersLive: !othersGone,
  };
  const { value } = await records.uploads.transact({ id }, now(), (view) =>
    decideFinalizing(view, request, now()),
  );
  if (value === "mine" || value === "finished") return value;
  throw cannotFinalize(token, value);
}

function cannotFinalize(
  token: UploadToken,
  why: Exclude<Finalizing, "mine" | "finished">,
): Problem {
  switch (why) {
    case "revoked":
      return refusedToken.unknown(kindOf(token));
    case "used":
    case "held":
      return noUse(token, why, true);
    case "no photo":
      return noSuchPhoto();
    case "incomplete":
      return lostOnDisk();
    case "cancelled":
      return uploadCancelled();
    case "another's":
      return new Problem(
        "temporarily_unavailable",
        "The file is being completed at this moment; try again.",
      );
  }
}

/**
 * Brings every byte to the disk, since the answer promises that no power cut takes the photo back, and checks that
 * every chunk is still on record: the record of one whose sync has failed has been deleted.
 * @throws Problem temporarily_unavailable where chunks were lost
 */
async function bringToDisk(
  { syncer, records, files }: UploadContext,
  { id, file, identity }: Upload,
  size: number,
): Promise<void> {
  // A whole file was synced when it was adopted, by the one who wrote it.
  if (identity) {
    await syncer.settle({ id, file }).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await syncer.deleteChunks(id);
      throw lostOnDisk();
    });
    const fresh = await records.uploads.byId(id);
    if (fresh?.received !== size) throw lostOnDisk();
  }
  await files.staging.finalize(file, size);
}

/**
 * Compares the file with the hashes that its uploader has said of it, if any (protocol 4.5).
 * @returns the hashes that were computed for that
 * @throws Problem digest_mismatch
 */
async function requireDigests(
  { records, files }: UploadContext,
  { id, file, identity }: Upload,
  size: number,
): Promise<Digests> {
  // Those of a whole file were compared before its photo was begun.
  const said = identity ? await records.uploads.digests(id) : {};
  const algorithms = ALGORITHMS.filter((name) => Object.hasOwn(said, name));
  if (algorithms.length === 0) return {};
  const actual = await files.staging.digest(file, { start: 0, length: size }, algorithms);
  const wrong = algorithms.find((name) => actual[name] !== said[name]);
  if (wrong) throw damagedFile({ algorithm: wrong, by: "the uploader" });
  return actual;
}

/** The type by content, read from the file on the disk: the first chunk may have been too short to say. */
async function typeOf(
  { files, types }: UploadContext,
  { token }: Owner,
  { file }: Upload,
): Promise<string> {
  const head = await files.staging.head(file, HEAD_BYTES);
  return requireType(await identify(head, true), typesOf(token, types));
}

/** Records the photo: one transaction, which is on the disk when this answers. */
async function record(
  context: UploadContext,
  owner: Owner,
  upload: Upload,
  original: NewOriginal,
): Promise<{ photo: Photo; extra: Extra }> {
  const { records, now } = context;
  const extra = await records.uploads.extra(upload.id);
  const secret = randomName(PHOTO_TOKEN_LENGTH);
  const making = {
    ...original,
    lease: context.process,
    photo: (id: number) => ({ token: secret, treeId: treeOf(id) }),
    delivery: (photo: Photo) => backgroundDelivery(context, owner, { photo }, extra),
    pingbacks: (photo: Photo) =>
      pingbacksFor(
        context.pingbackTo,
        upload.replaces === null ? "created" : "replaced",
        photo,
        now(),
      ),
  };
  const { value, photo } = await records.uploads.transact(
    { id: upload.id },
    now(),
    (view) => decidePhoto(view, making),
    { durable: true },
  );
  if (value !== "made" && value !== "finished") throw cannotFinalize(owner.token, value);
  // Another process made it, and it was removed since.
  if (!photo) throw photoDeleted();
  if (value === "made") {
    context.quota.closeAccount(upload.id);
    context.syncer.prune();
    const about = {
      photo: photo.id,
      upload: upload.id,
      token: owner.token.id,
      type: original.type,
      size: original.size,
      seconds: Math.max(0, now() - upload.createdAt) / 1000,
    };
    const { version } = photo.original;
    if (version === 1) context.events.emit({ kind: "photo made", ...about });
    else context.events.emit({ kind: "photo replaced", version, ...about });
    if (owner.token.backgroundReturn || context.pingbackTo.urls.length > 0) context.onDelivery();
  }
  return { photo, extra };
}

/** Moves the photo's file to its place. It is a photo wherever the file lies: the next sweep or start tries again. */
async function place({ files, events }: UploadContext, photo: Photo): Promise<void> {
  const { id, treeId, original } = photo;
  try {
    await files.originals.place({ ...original, treeId, photoId: id });
  } catch (error) {
    events.emit({ kind: "photo not placed", photo: id, error: String(error) });
  }
}

/** The photo cannot be made for now, for want of space perhaps: the upload is receiving again, with all its bytes. */
async function rollBack(
  { records, events, now, ...context }: UploadContext,
  { id }: Upload,
  error: unknown,
): Promise<void> {
  if (!(error instanceof Problem) && !(error instanceof SyncFailed)) {
    events.emit({ kind: "photo not made", upload: id, error: String(error) });
  }
  // Where this cannot be written either, the upload stays finalizing: this process, which holds the lease, may go on
  // with it, and another one may when the lease has lapsed.
  await records.uploads
    .transact({ id }, now(), (view) => decideRollBack(view, context.process))
    .catch(() => undefined);
}
