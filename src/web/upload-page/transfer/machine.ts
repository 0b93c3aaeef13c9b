import type { Exchange } from "./exchange.ts";
import type { FileUpload } from "./file-upload.ts";
import type { Notices } from "./notices.ts";
import type { FileRecord, Remembered } from "./remembered.ts";
import type { Speedometer } from "./speed.ts";
import type { TabLocks } from "./tab-locks.ts";
import type { StatusWatch } from "./token-status.ts";
import type { EngineOptions } from "./types.ts";

/** What all files of a page share. */
export type Machine = {
  readonly options: EngineOptions;
  /** In the order in which they were added. */
  readonly uploads: Map<string, FileUpload>;
  readonly exchange: Exchange;
  readonly notices: Notices;
  readonly records: Remembered;
  /** What earlier visits left, as it was when files were last added. */
  remembered: Promise<readonly FileRecord[]>;
  readonly locks: TabLocks;
  readonly status: StatusWatch;
  readonly line: Line;
  /** Files whose first bytes went out since the status was asked for: it does not count them yet. */
  begunSinceStatus: number;
  closed: boolean;
  /** Starts whatever may start now. */
  wake(): void;
};

/** What is known of the way to the server. */
export type Line = {
  readonly meter: Speedometer;
  /** Bytes that went out since the page was opened; those that were sent again count again. */
  bytes: number;
  /** The speed that was measured last; kept when nothing is sent. */
  known: number | undefined;
  /** Chunks larger than this do not pass what stands before the server. */
  mostChunk: number;
};

export function measure({ line }: Machine, upload: FileUpload, bytes: number): void {
  const now = performance.now();
  line.bytes += bytes;
  line.meter.record(line.bytes, now);
  line.known = line.meter.speed() ?? line.known;
  upload.sentInAll += bytes;
  upload.speedometer.record(upload.sentInAll, now);
}
