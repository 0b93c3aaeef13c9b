import { returnFor, type Outcome, type Return } from "../callback/address.ts";
import type { Files } from "../files/files.ts";
import { isMissing } from "../files/move.ts";
import { HEAD_BYTES, identify } from "../media/identify.ts";
import { Problem, refusedToken } from "../problem.ts";
import { randomName } from "../random.ts";
import type {
  Extra,
  NewDelivery,
  Photo,
  Records,
  Upload,
  UploadToken,
} from "../records/records.ts";
import type { Session } from "./active.ts";
import { lostOnDisk } from "./chunk.ts";
import { dropBytes, placeOf } from "./drop.ts";
import { requireType, typesOf } from "./limits.ts";
import type { Syncer } from "./syncer.ts";
import { useHeld } from "./token.ts";

/** What came of a file, and where that is told. */
export type Finished = {
  token: UploadToken;
  photo: Photo;
  returns: Return | null;
};

export type CompleterOptions = {
  records: Records;
  files: Files;
  syncer: Syncer;
  domain: string;
  types: readonly string[];
  now: () => number;
  /** A background callback has been recorded. */
  onDelivery: () => void;
};

export type Completer = ReturnType<typeof createCompleter>;

/** Every byte is there: this makes the photo, exactly once, and says what came of it. */
export function createCompleter(options: CompleterOptions) {
  const { records, files, syncer, domain, now } = options;

  function background(token: UploadToken, uploadToken: string, outcome: Outcome, extra: Extra) {
    if (!token.backgroundReturn) return null;
    const returns = returnFor(token, domain, uploadToken, outcome, extra);
    if (!returns) return null;
    const body = returns.method === "POST" ? new URLSearchParams(returns.fields).toString() : "";
    const delivery: NewDelivery = {
      id: crypto.randomUUID(),
      method: returns.method,
      host: new URL(returns.url).host,
      url: returns.url,
      body,
    };
    return delivery;
  }

  async function make(
    upload: Upload,
    size: number,
    token: UploadToken,
    uploadToken: string,
    extra: Extra,
  ): Promise<Finished> {
    // Before it counts as a photo: its answer is a promise that no power cut takes back.
    const onDisk = syncAll(upload);
    // Waited for below, where its type does not end it.
    onDisk.catch(() => undefined);
    const type = await typeOf(upload, token);
    const place = placeOf(upload);
    const photo = { treeId: place.treeId, token: randomName(32), type, size };
    await onDisk;
    await files.keep(place, size).catch(rollBack);
    const all = { ...(await records.uploads.extra(upload.id)), ...extra };
    const delivery = background(token, uploadToken, { photo: { id: upload.id, ...photo } }, all);
    const request = { uploadId: upload.id, photo, extra: all, delivery, now: now() };
    // Not written, for want of space perhaps: its bytes wait for another try.
    const made = await records.uploads.finish(request).catch(rollBack);
    if (typeof made === "string") {
      await files.giveBack(place);
      if (made === "revoked") throw refusedToken.unknown();
      throw made === "used" ? refusedToken.used() : useHeld();
    }
    syncer.tidy();
    if (made.first && token.backgroundReturn) options.onDelivery();
    return finished(token, made.photo, uploadToken, all);

    /** Whatever of `keep` was done is undone; where that fails too, the next try or start does it. */
    async function rollBack(error: unknown): Promise<never> {
      await files.giveBack(place).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Every byte is on the disk, and every chunk still on record: one whose sync has failed meanwhile
   * is not.
   */
  async function syncAll({ id, file, tokenId, identity }: Upload): Promise<void> {
    // A whole file was synced when it was adopted, by the one who wrote it.
    if (!identity) return;
    await syncer.settle({ id, file }).catch((error: unknown) => {
      // Its file may be a photo's already: the last process stopped before it could record that.
      if (!isMissing(error)) throw error;
    });
    const fresh = await records.uploads.byIdentity(tokenId, identity);
    if (fresh?.state === "receiving" && fresh.received !== identity.totalSize) {
      throw lostOnDisk();
    }
  }

  /** The content's type, read again from what lies on the disk: chunk 1 may have been too short. */
  async function typeOf(upload: Upload, token: UploadToken): Promise<string> {
    const head = await files.head(placeOf(upload), HEAD_BYTES);
    return requireType(await identify(head, true), typesOf(token, options.types));
  }

  function finished(token: UploadToken, photo: Photo, uploadToken: string, extra: Extra): Finished {
    return { token, photo, returns: returnFor(token, domain, uploadToken, { photo }, extra) };
  }

  return {
    /**
     * Makes the photo of an upload whose bytes are all there. Requests that come together share one
     * completion.
     * @param session the upload's, which the caller has joined
     * @throws Problem where it cannot become a photo; the upload has failed then, and is told so
     */
    complete: async (
      session: Session,
      upload: Upload,
      size: number,
      token: UploadToken,
      uploadToken: string,
      extra: Extra,
    ): Promise<Finished> => {
      session.completing ??= make(upload, size, token, uploadToken, extra).catch(
        async (error: unknown) => {
          session.completing = undefined;
          if (
            error instanceof Problem &&
            (error.ofTheFile || error.code === "invalid_upload_token")
          ) {
            await fail(session, upload, token, uploadToken, error, extra);
          }
          throw error;
        },
      );
      return session.completing as Promise<Finished>;
    },

    /** What a finished upload was told, for who asks again. */
    outcomeOf: async (
      upload: Upload,
      token: UploadToken,
      uploadToken: string,
    ): Promise<Finished> => {
      const photo = await records.photos.byId(upload.id);
      if (!photo) throw new Error(`Upload ${upload.id} is finished and has no photo`);
      return finished(token, photo, uploadToken, await records.uploads.extra(upload.id));
    },

    fail,
    background,
    deliver: options.onDelivery,
    domain,
  };

  /** Ends an upload for good: its use is free again, its bytes are gone, its backend is told. */
  async function fail(
    session: Session,
    upload: Upload,
    token: UploadToken,
    uploadToken: string,
    problem: Problem,
    extra: Extra,
  ): Promise<void> {
    session.failure = problem;
    const all = { ...(await records.uploads.extra(upload.id)), ...extra };
    const first = await records.uploads.fail({
      uploadId: upload.id,
      failure: { code: problem.code, message: problem.message },
      delivery: background(token, uploadToken, { errorMessage: problem.message }, all),
      now: now(),
    });
    if (!first) return;
    await dropBytes(files, upload);
    if (token.backgroundReturn) options.onDelivery();
  }
}
