import type { EngineOptions } from "./types.ts";

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

/** The parameters that authorize a request: the token and, if the link has a passphrase, the proof that it was given. */
export function credentials({ uploadToken, uploadGrant }: EngineOptions): [string, string][] {
  return [
    ["upload_token", uploadToken],
    ...(uploadGrant === null ? [] : [["upload_grant", uploadGrant] as [string, string]]),
  ];
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
  return `${options.api}photo/redeem-upload-token?${query}`;
}
