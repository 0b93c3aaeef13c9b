import { chunkSizeFor } from "./chunk-size.ts";
import { chunksOf, type FileUpload, isOver, MOST_ASKS } from "./file-upload.ts";
import { keepRecord } from "./keep-record.ts";
import type { Machine } from "./machine.ts";
import type { FileRecord } from "./remembered.ts";

/** Gets a file ready to be sent: no other tab sends it, and what an earlier visit left is known. */
export async function prepare(machine: Machine, upload: FileUpload): Promise<void> {
  upload.preparing = true;
  // Whatever is told of an earlier attempt with the same name must not end this one.
  await upload.telling;
  const waited = await lock(machine, upload);
  // The tab that had the lock may have gone further than what was read at first.
  const records = waited ? await machine.records.all() : await machine.remembered;
  upload.preparing = false;
  if (!isOver(upload) && upload.identity === undefined) {
    const record = records.find(({ id }) => id === upload.id);
    takeUp(machine, upload, record, waited);
  }
  machine.notices.changed(upload.id);
  machine.wake();
}

/** Whether another tab held it. */
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

/** @param waited another tab had it: it may have sent any part */
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
    // Whether the server still has what it had is asked of one chunk.
    upload.check = record.stored[0]?.[0];
    upload.begun = upload.check !== undefined;
    upload.continued = upload.begun;
  }
  keepRecord(machine, upload);
  // Its chunk size is what a later visit cannot do without; how far it came can be asked for.
  if (chunksOf(upload.identity) > 1) void machine.records.flush();
}
