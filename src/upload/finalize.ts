import { treeOf } from "../files/trees.ts";
import { SyncFailed } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { Problem, refusedToken } from "../problem.ts";
import { randomName } from "../random.ts";
import type { Extra, Photo, Upload } from "../records/records.ts";
import { lostOnDisk } from "./chunk.ts";
import { requireType, typesOf } from "./limits.ts";
import type { Membership } from "./locks.ts";
import { backgroundDelivery, finishedAs, outcomeOf } from "./outcome.ts";
import { refuse } from "./refuse.ts";
import { decideFinalizing, decidePhoto, decideRollBack, type Finalizing } from "./upload-rules.ts";
import { noUse } from "./token.ts";
import type { Finished, Owner, UploadContext } from "./types.ts";

/** Characters of a photo's secret (protocol 4.3). */
const PHOTO_TOKEN_LENGTH = 32;

/** How often a long finalizing says that it is alive: well within the lapse of its lease. */
const RENEW_MS = 30_000;

export type FinalizeOptions = {
  /** The extra parameters of the request that completed it. */
  extra: Extra;
  /** A start that has locked the data folder: whoever held a lease is gone. */
  othersGone?: boolean;
};

/**
 * Every byte is there: makes the photo, exactly once, and says what came of it. Requests that come together
 * share one finalizing. A process that ends in the middle is followed by another: whatever is done here may be
 * done again.
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
  shared.finalizing ??= makePhoto(context, owner, upload, size, options).catch(
    async (error: unknown) => {
      try {
        const forGood =
          error instanceof Problem && (error.ofTheFile || error.code === "invalid_upload_token");
        if (forGood) {
          const { extra } = options;
          await refuse(context, { owner, upload, scope: "upload", work, extra }, error);
        } else await rollBack(context, upload, error);
      } finally {
        // Last, so that nobody begins before this one has let go of its lease.
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
    void context.records.uploads.touch(upload.id, context.now()).catch(() => undefined);
  }, RENEW_MS);
  try {
    const [type] = await Promise.all([
      typeOf(context, owner, upload),
      bringToDisk(context, upload, size),
    ]);
    const { photo, extra } = await record(context, owner, upload, { type, size });
    await place(context, photo);
    return finishedAs(context, owner, photo, extra);
  } finally {
    clearInterval(renewing);
  }
}

/** @throws Problem where this process may not make the photo */
async function enter(
  { records, secret, now, ...context }: UploadContext,
  { token, uploadToken }: Owner,
  { id, state, lease }: Upload,
  size: number,
  { extra, othersGone = false }: FinalizeOptions,
): Promise<"mine" | "finished"> {
  // A whole file that was all there when its use was reserved: it was begun in this state.
  if (state === "finalizing" && lease === context.process) return "mine";
  const request = {
    size,
    lease: context.process,
    sealedToken: token.backgroundReturn && uploadToken !== "" ? secret.seal(uploadToken) : null,
    extra,
    othersLive: !othersGone,
  };
  const { value } = await records.uploads.transact({ id }, now(), (view) =>
    decideFinalizing(view, request, now()),
  );
  if (value === "mine" || value === "finished") return value;
  throw cannotFinalize(value);
}

function cannotFinalize(why: Exclude<Finalizing, "mine" | "finished">): Problem {
  switch (why) {
    case "revoked":
      return refusedToken.unknown();
    case "used":
    case "held":
      return noUse(why, true);
    case "incomplete":
      return lostOnDisk();
    case "another's":
      return new Problem(
        "temporarily_unavailable",
        "The file is being completed at this moment; try again.",
      );
  }
}

/**
 * Every byte is on the disk, and every chunk still on record: one whose sync has failed meanwhile is not. The
 * answer is a promise that no power cut takes back.
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

/** The content's type, read again from what lies on the disk: chunk 1 may have been too short to say. */
async function typeOf(
  { files, types }: UploadContext,
  { token }: Owner,
  { file }: Upload,
): Promise<string> {
  const head = await files.staging.head(file, HEAD_BYTES);
  return requireType(await identify(head, true), typesOf(token, types));
}

/** The one transaction that makes it a photo; on the disk when it answers. */
async function record(
  context: UploadContext,
  owner: Owner,
  upload: Upload,
  original: { type: string; size: number },
): Promise<{ photo: Photo; extra: Extra }> {
  const { records, now } = context;
  const extra = await records.uploads.extra(upload.id);
  const secret = randomName(PHOTO_TOKEN_LENGTH);
  const making = {
    ...original,
    lease: context.process,
    photo: (id: number) => ({ token: secret, treeId: treeOf(id) }),
    delivery: (photo: Photo) => backgroundDelivery(context, owner, { photo }, extra),
  };
  const { value, photo } = await records.uploads.transact(
    { id: upload.id },
    now(),
    (view) => decidePhoto(view, making),
    { durable: true },
  );
  if (value !== "made" && value !== "finished") throw cannotFinalize(value);
  if (!photo) throw new Error(`Upload ${upload.id} is finished and has no photo`);
  if (value === "made") {
    context.quota.closeAccount(upload.id);
    context.syncer.prune();
    context.events.emit({
      kind: "photo made",
      photo: photo.id,
      upload: upload.id,
      token: owner.token.id,
      ...original,
      seconds: Math.max(0, now() - upload.createdAt) / 1000,
    });
    if (owner.token.backgroundReturn) context.onDelivery();
  }
  return { photo, extra };
}

/** It is a photo, wherever its file lies: what cannot be moved now is moved by the next sweep or start. */
async function place({ files, events }: UploadContext, photo: Photo): Promise<void> {
  const { id, treeId, original } = photo;
  try {
    await files.originals.place({ ...original, treeId, photoId: id });
  } catch (error) {
    events.emit({ kind: "photo not placed", photo: id, error: String(error) });
  }
}

/** Not for now, for want of space perhaps: its bytes wait for another try. */
async function rollBack(
  { records, events, now, ...context }: UploadContext,
  { id }: Upload,
  error: unknown,
): Promise<void> {
  if (!(error instanceof Problem) && !(error instanceof SyncFailed)) {
    events.emit({ kind: "photo not made", upload: id, error: String(error) });
  }
  // Where this cannot be written either, the lease is this process's own, which may go on, or lapses.
  await records.uploads
    .transact({ id }, now(), (view) => decideRollBack(view, context.process))
    .catch(() => undefined);
}
