import type { FileUpload } from "./file-upload.ts";
import type { Machine } from "./machine.ts";
import type { FileRecord } from "./remembered.ts";

/** What is remembered of a file over a closed page, as it is now. */
export function recordOf({ id, picked, identity, stored }: FileUpload): FileRecord {
  const { file, path, handle } = picked;
  const { name, size, lastModified } = file;
  const chunkSize = identity?.chunkSize;
  return { id, name, path, size, lastModified, chunkSize, stored, handle, at: Date.now() };
}

/** Remembers how far a file has come; written with a short delay. */
export function keepRecord({ records }: Machine, upload: FileUpload): void {
  records.keep(recordOf(upload));
}
