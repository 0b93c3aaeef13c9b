import type { Exchange } from "./exchange.ts";
import type { FileUpload } from "./file-upload.ts";
import type { Notices } from "./notices.ts";
import type { FileRecord, Remembered } from "./remembered.ts";
import type { Speedometer } from "./speed.ts";
import type { TabLocks } from "./tab-locks.ts";
import type { StatusWatch } from "./token-status.ts";
import type { EngineOptions } from "./types.ts";

/** The state of the engine that all files of a page share. */
export type Machine = {
  readonly options: EngineOptions;
  /** By id, in the order in which they were added. */
  readonly uploads: Map<string, FileUpload>;
  readonly exchange: Exchange;
  readonly notices: Notices;
  readonly records: Remembered;
  /** The records of earlier visits, as they were when files were last added. */
  remembered: Promise<readonly FileRecord[]>;
  readonly locks: TabLocks;
  readonly status: StatusWatch;
  readonly line: Line;
  /** Files whose first bytes went out since the status was last requested: its count of free uses does not have them yet. */
  begunSinceStatus: number;
  /** `Engine.close` was called: nothing is started any more. */
  closed: boolean;
  /** Has chunks started that may start now, once the code that runs has ended. */
  wake(): void;
};

/** What is known of the connection to the server. */
export type Line = {
  readonly meter: Speedometer;
  /** Bytes that went out since the page was opened, those that were sent again counted again. */
  bytes: number;
  /** The speed that was measured last, in bytes per second; kept while nothing is sent. */
  known: number | undefined;
  /** In bytes: a proxy before the server refuses larger chunks. Infinity while none did. */
  mostChunk: number;
  /** Whether files may go together: by an upload token, and where proxies let such requests through, as far as is known. */
  together: boolean;
};

/** Counts bytes that have just gone out, for the speed of their file and of all files together. */
export function measure({ line }: Machine, upload: FileUpload, bytes: number): void {
  const now = performance.now();
  line.bytes += bytes;
  line.meter.record(line.bytes, now);
  line.known = line.meter.speed() ?? line.known;
  upload.sentInAll += bytes;
  upload.speedometer.record(upload.sentInAll, now);
}
