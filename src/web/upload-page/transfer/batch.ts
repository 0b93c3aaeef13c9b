import { SMALLEST_CHUNK } from "./chunk-size.ts";
import { BATCHES } from "./lanes.ts";
import { chunksOf, type FileUpload, type Job } from "./file-upload.ts";

/** A small file that is sent in one request with others (protocol 4.9). It keeps its own job, and ends by itself. */
export type BatchMember = { readonly upload: FileUpload; readonly job: Job };

/** The most files of one request: more make it no faster, and all of them are sent again if it breaks. */
export const MOST_TOGETHER = 16;
const MOST_BYTES = 4 * 1024 * 1024;
/** The bytes of one request before the speed of the connection is known. */
const FIRST_BYTES = 2 * 1024 * 1024;
/** More than the bytes that a form has beside those of its files. */
export const FORM_BYTES = 64 * 1024;

/**
 * How many bytes go together in a request: what is sent in a second, so that it takes no longer than a chunk does.
 * @param speed bytes per second; undefined if none was measured
 * @param most bytes of a request that proxies are known to let through
 */
export function batchBytes(speed: number | undefined, most: number): number {
  return Math.min(speed ?? FIRST_BYTES, MOST_BYTES, most - FORM_BYTES);
}

/** How many files go together: the waiting files are shared among the requests, so that each request has some. */
function batchFiles(waiting: number): number {
  return Math.min(MOST_TOGETHER, Math.ceil(waiting / BATCHES));
}

/** An empty file is no chunk. */
const isSmall = ({ size }: Blob): boolean => size > 0 && size <= SMALLEST_CHUNK;

/** Whether a file may be sent together with others: it is a single chunk, and the server has nothing of it as far as is known. */
export function isBatchable(upload: FileUpload): boolean {
  const { identity, picked, jobs, stored, doubtful, asks, check, anew } = upload;
  const isNew = stored.length === 0 && doubtful.size === 0 && asks === 0 && check === undefined;
  const isOne = identity !== undefined && isSmall(picked.file) && chunksOf(identity) === 1;
  return isOne && isNew && !anew && jobs.size === 0;
}

/** Whether `isBatchable` will be known in a moment, when the file's lock and record are there. */
export function isBeingPrepared({ preparing, picked, telling }: FileUpload): boolean {
  return preparing && telling === undefined && isSmall(picked.file);
}

/**
 * The files that go together next: the first ones of those that may.
 * @param ones small files that wait, in their order
 * @param bytes that they may have together
 */
export function nextTogether(ones: readonly FileUpload[], bytes: number): FileUpload[] {
  let left = bytes;
  const some = ones.slice(0, batchFiles(ones.length));
  const end = some.findIndex(({ picked: { file } }) => (left -= file.size) < 0);
  return end === -1 ? some : some.slice(0, end);
}

/**
 * How many files of this page a status of the token may not count yet, of those whose requests were under way when it was asked for: a
 * file of a batch takes its use when its part of the form arrives. Uses that seem to have become free meanwhile are taken for theirs.
 * @param before uses that were free for further files when the status was asked for, as far as was known
 * @param free uses that the status calls free
 * @param inBatches files of this page that were in batches at that moment
 */
export function notCounted(before: number, free: number, inBatches: number): number {
  return Math.min(Math.max(free - before, 0), inBatches);
}

/** How many of these files are being sent together with others. */
export function countInBatches(uploads: Iterable<FileUpload>): number {
  return [...uploads].filter(({ jobs }) => [...jobs].some(({ batch }) => batch)).length;
}
