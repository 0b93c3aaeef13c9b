import type { EngineOptions } from "./types.ts";

/** What names an upload on the server (protocol 4.2), with the folder it was chosen with, which is only recorded. */
export type UploadIdentity = {
  identifier: string;
  name: string;
  path: string;
  size: number;
  chunkSize: number;
};

/** The token and, where the link has a passphrase, the proof that it was given. */
export function credentials({ uploadToken, uploadGrant }: EngineOptions): [string, string][] {
  return [
    ["upload_token", uploadToken],
    ...(uploadGrant === null ? [] : [["upload_grant", uploadGrant] as [string, string]]),
  ];
}

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
