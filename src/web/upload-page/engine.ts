import Resumable from "resumablejs";

/**
 * Resumable.js as it is at run time; its own declarations leave out chunks, pausing and what the
 * events carry.
 */
export type ResumableEngine = {
  files: EngineFile[];
  addFile(file: File): void;
  removeFile(file: EngineFile): void;
  /** Starts one more chunk; false if there is none to start. */
  uploadNextChunk(): boolean;
  on(event: "chunkingProgress" | "chunkingComplete" | "fileRetry", run: EngineListener): void;
  on(event: "fileSuccess" | "fileError", run: (file: EngineFile, message: string) => void): void;
};

type EngineListener = (file: EngineFile) => void;

export type EngineFile = {
  file: File;
  size: number;
  uniqueIdentifier: string;
  chunks: EngineChunk[];
  pause(on: boolean): void;
  isPaused(): boolean;
  abort(): void;
  cancel(): void;
  /** 0 to 1, never falling. */
  progress(): number;
};

export type EngineChunk = {
  opts: { chunkRetryInterval?: number };
  xhr: XMLHttpRequest | null;
  /** Bytes sent in the present attempt; 0 for a chunk that the server had already. */
  loaded: number;
  retries: number;
  pendingRetry: boolean;
  send(): void;
  abort(): void;
  status(): "pending" | "uploading" | "success" | "error";
  message(): string;
  callback(event: "error", message: string): void;
};

export type ResumableOptions = {
  target: string;
  uploadToken: string;
  chunkSize: number;
  identify(file: File): string;
};

export const simultaneousUploads = 3;

/** The header that makes the server describe the return instead of redirecting to it. */
export const describeHeader = { "Redeem-Return": "describe" };

export function createResumable(options: ResumableOptions): ResumableEngine {
  return new Resumable({
    target: options.target,
    query: { upload_token: options.uploadToken },
    headers: describeHeader,
    testChunks: true,
    simultaneousUploads,
    chunkSize: options.chunkSize,
    forceChunkSize: false,
    generateUniqueIdentifier: options.identify,
    // Limits are checked before files come here, in words of our own instead of alert().
    minFileSize: 0,
    // Lost connections come back: only the owner of the file gives it up. 413 is no answer of
    // ours but a proxy's that lets no chunk through; asking it again for ever helps nobody.
    maxChunkRetries: Number.POSITIVE_INFINITY,
    permanentErrors: [400, 403, 404, 413, 500, 501],
  } as unknown as Resumable.ConfigurationHash) as unknown as ResumableEngine;
}
