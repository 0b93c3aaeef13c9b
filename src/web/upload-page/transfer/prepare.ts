import { chunkSizeFor } from "./chunk-size.ts";
import { chunksOf, type FileUpload, isOver, MOST_ASKS } from "./file-upload.ts";
import { keepRecord } from "./keep-record.ts";
import type { Machine } from "./machine.ts";
import type { FileRecord } from "./remembered.ts";

/** Gets a file ready to be sent: waits until no other tab sends it, and takes over what an earlier visit remembers of it. */
export async function prepare(machine: Machine, upload: FileUpload): Promise<void> {
  upload.preparing = true;
  // The server may be about to hear that this file was cancelled before: if chunks went out earlier, that would end them too.
  await upload.telling;
  const waited = await lock(machine, upload);
  // The tab that had the lock may have sent more since the records were read.
  const records = waited ? await machine.records.all() : await machine.remembered;
  upload.preparing = false;
  if (!isOver(upload) && upload.identity === undefined) {
    const record = records.find(({ id }) => id === upload.id);
    takeUp(machine, upload, record, waited);
  }
  machine.notices.changed(upload.id);
  machine.wake();
}

/** Takes the file's lock. @returns whether another tab held it, and had to be waited for */
async function lock(machine: Machine, upload: FileUpload): Promise<boolean> {
  if (upload.release !== undefined) return false;
  let waited = false;
  const waiting = new AbortController();
  upload.release = () => waiting.abort();
  const release = await machine.locks.acquire(upload.id, waiting.signal, () => {
    waited = true;
    upload.waitsFor = "tab";
    machine.notices.changed(upload.id);
  });
  if (upload.waitsFor === "tab") upload.waitsFor = undefined;
  if (waiting.signal.aborted) release();
  else upload.release = release;
  return waited;
}

/**
 * Chooses the chunk size of a file, or takes over what is remembered of it.
 * @param waited another tab had the file, and may have sent any part of it
 */
function takeUp(
  machine: Machine,
  upload: FileUpload,
  record: FileRecord | undefined,
  waited: boolean,
): void {
  const { file, path } = upload.picked;
  const { line } = machine;
  const { name, size } = file;
  const chunkSize = record?.chunkSize ?? chunkSizeFor(size, line.known, line.mostChunk);
  upload.identity = { identifier: upload.id, name, path, size, chunkSize };
  const earlier = record?.chunkSize !== undefined;
  if (earlier || waited) upload.asks = MOST_ASKS;
  if (earlier) {
    upload.touched = true;
    upload.stored = record.stored;
    // The server is asked for one of these chunks, to see whether it still has them.
    upload.check = record.stored[0]?.[0];
    upload.begun = upload.check !== undefined;
    upload.continued = upload.begun;
  }
  keepRecord(machine, upload);
  // Written before anything is sent: a later visit can ask the server how far the file came, but not for its chunk size.
  if (chunksOf(upload.identity) > 1) void machine.records.flush();
}
