import type { EngineOptions, UploadRight } from "./types.ts";

/**
 * What identifies an upload on the server (protocol 4.2). `path` is the folder that the file was chosen with, which the
 * server only records. Sizes are bytes.
 */
export type UploadIdentity = {
  identifier: string;
  name: string;
  path: string;
  size: number;
  chunkSize: number;
};

/**
 * The parameters that authorize a request: the token and, if the link has a passphrase, the proof that it was given; or the photo whose
 * bytes are replaced, for which the session stands.
 */
export function credentials({ by }: EngineOptions): [string, string][] {
  if ("photoId" in by) return [["photo_id", String(by.photoId)]];
  const { uploadToken, uploadGrant } = by;
  return [
    ["upload_token", uploadToken],
    ...(uploadGrant === null ? [] : [["upload_grant", uploadGrant] as [string, string]]),
  ];
}

/** Headers of every request: with a session's cookie goes what other sites' pages do not know (protocol 9). */
export function headersOf({ by }: EngineOptions): Record<string, string> {
  return "csrf" in by ? { "Redeem-Csrf": by.csrf } : {};
}

/** What the right is remembered by over a closed page. */
export function nameOfRight(by: UploadRight): string {
  return "photoId" in by ? `photo ${by.photoId} of ${by.userId}` : by.uploadToken;
}

/** The parameters that identify an upload: those of Resumable.js. */
export function identityFields(identity: UploadIdentity): [string, string][] {
  const { identifier, name, path, size, chunkSize } = identity;
  return [
    ["resumableIdentifier", identifier],
    ["resumableFilename", name],
    ["resumableTotalSize", String(size)],
    ["resumableChunkSize", String(chunkSize)],
    ...(path === "" ? [] : [["resumableRelativePath", `${path}/${name}`] as [string, string]]),
  ];
}

/** The address of one chunk: POST sends it, GET asks whether the server has it. @param number from 1 */
export function chunkAddress(
  options: EngineOptions,
  identity: UploadIdentity,
  number: number,
): string {
  const query = new URLSearchParams([
    ...credentials(options),
    ...identityFields(identity),
    ["resumableChunkNumber", String(number)],
  ]);
  const method = "photoId" in options.by ? "replace" : "redeem-upload-token";
  return `${options.api}photo/${method}?${query}`;
}
