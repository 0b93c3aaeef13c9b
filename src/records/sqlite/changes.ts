import { eq } from "drizzle-orm";
import type { NewUpload, Photo, Upload, UploadChange } from "../records.ts";
import type { Db } from "./db.ts";
import { deleteChunks, deleteUploadRow, type Tx } from "./delete.ts";
import type { extras } from "./extras.ts";
import type { Finders } from "./find.ts";
import { photoMaker } from "./make-photo.ts";
import type { PhotoIndex } from "./photo-index.ts";
import { toUpload } from "./row.ts";
import { deliveries, uploads } from "./schema.ts";
import { teller } from "./tell.ts";
import { uploadStatements } from "./upload-statements.ts";

/** What a transaction has come to so far. */
type Progress = {
  upload: Upload | undefined;
  photo: Photo | undefined;
  /** This transaction has made the photo, or its original. */
  isMade: boolean;
};

/** What a change is applied in. */
type At = { tx: Tx; now: number; tokenId: number | undefined };

type Set = Extract<UploadChange, { kind: "update" }>["set"];

/**
 * Applies what was decided, change by change. It holds no rules: it throws where a decision would change what
 * has ended, and the transaction has to be undone then.
 */
export function uploadChanges(
  db: Db,
  { photos }: Finders,
  kept: ReturnType<typeof extras>,
  index: PhotoIndex,
) {
  const tell = teller(db);
  const makePhoto = photoMaker(db, photos, tell, index);
  const { insert, write } = uploadStatements(db);

  function begin({ tx, now, tokenId }: At, before: Upload | undefined, upload: NewUpload): Upload {
    if (tokenId === undefined) throw new Error("An upload is begun with a token, not with an id");
    if (before && !mayMakeWay(before)) {
      throw new Error(`Upload ${before.id} is ${before.state}: it is not begun anew`);
    }
    // It starts over under an id of its own, so that nothing of the old one's bytes, requests and
    // syncs that are still under way can be taken for the new one's.
    if (before) tx.update(uploads).set({ identifier: null }).where(eq(uploads.id, before.id)).run();
    const begun = toUpload(
      insert.get({
        ...NO_IDENTITY,
        ...upload,
        ...upload.identity,
        ...failureColumns(upload.failure),
        tokenId,
        now,
      }),
    );
    if (before?.state === "failed") {
      tx.update(deliveries)
        .set({ uploadId: begun.id })
        .where(eq(deliveries.uploadId, before.id))
        .run();
      deleteUploadRow(tx, eq(uploads.id, before.id));
    }
    return begun;
  }

  function update({ tx }: At, upload: Upload, set: Set): Upload {
    const next = { ...upload, ...set };
    if (next.state !== upload.state) {
      const isOver = upload.state === "finished" || upload.state === "failed";
      if (isOver || next.state === "finished") {
        throw new Error(`Upload ${upload.id} is ${upload.state}: it does not become ${next.state}`);
      }
      if (next.state === "failed") {
        next.received = deleteChunks(tx, upload.id);
        next.lease = null;
        next.sealedToken = null;
        next.keptUntil = null;
      }
    }
    const row = write.get({ ...next, ...failureColumns(next.failure) });
    if (!row) throw new Error(`Upload ${upload.id} is not there any more`);
    return toUpload(row);
  }

  return (at: At, before: Progress, change: UploadChange): Progress => {
    if (change.kind === "begin") {
      return { ...before, upload: begin(at, before.upload, change.upload), photo: undefined };
    }
    const { upload } = before;
    if (!upload) throw new Error("There is no upload to be changed");
    switch (change.kind) {
      case "update":
        return { ...before, upload: update(at, upload, change.set) };
      case "extra":
        kept.add(upload.id, change.extra);
        return before;
      case "photo":
        return { ...makePhoto(upload, change, at.now), isMade: true };
      case "failure callback":
        tell.failure(change.delivery, upload.id, at.now);
        return before;
    }
  };
}

/** Of a file that has replaced a photo's bytes the decision knows whether others have replaced them since. */
function mayMakeWay({ state, replaces }: Upload): boolean {
  return state === "failed" || (state === "finished" && replaces !== null);
}

const NO_IDENTITY = { identifier: null, totalSize: null, chunkSize: null };

function failureColumns(failure: Upload["failure"]) {
  return { failureCode: failure?.code ?? null, failureMessage: failure?.message ?? null };
}
