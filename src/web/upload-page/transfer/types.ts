import type { FileOutcome } from "./outcome.ts";

/**
 * How the upload page's components use the engine that sends files: they call these functions and read snapshots.
 * A `Transfer` is a snapshot of one file; whenever something about the file changes, a new object is made, so
 * that components can compare by identity.
 */
export type Engine = {
  /**
   * Begins to send these files, in this order. A file that is listed already (same name, size, date and
   * folder) is not listed twice: its existing transfer is returned, and started again if it was refused or cancelled.
   * The caller has checked before whether a file may be sent (its type, its size, how many); only the server refuses
   * empty files.
   */
  add(files: readonly Picked[]): Transfer[];
  pause(id: string): void;
  resume(id: string): void;
  pauseAll(): void;
  resumeAll(): void;
  /** Makes every attempt that is scheduled for later now. */
  retryNow(): void;
  /**
   * Stops sending this file at once. The server is told at once and frees the use; it deletes the bytes after `undoMs`, or when the page is
   * left. If the file turns out to have arrived before it was stopped, it becomes "done".
   */
  cancel(id: string): void;
  /** Resolves when the server has been told that this file was cancelled, if it is being told, or could not be reached. */
  told(id: string): Promise<void>;
  /** Continues a cancelled file where it was, or from its beginning if the server has not kept its bytes. If others have its use by now, it waits for one. */
  undoCancel(id: string): void;
  /** Takes a file that has ended (done, refused, cancelled) off the list. Ignored for any other file. */
  remove(id: string): void;
  /** All of them in the order in which they were added; the same array until something changes. */
  transfers(): readonly Transfer[];
  transfer(id: string): Transfer | undefined;
  /** Bytes per second of all files together; undefined until a second has been measured. */
  speed(): number | undefined;
  /** Calls the listener with the ids that changed (added and removed ones too), at most once a frame. Returns the function that ends this. */
  onChange(listener: (changed: ReadonlySet<string>) => void): () => void;
  /** The token's status as last known: written into the page by the server at first, then from `photo/upload-token-status`. */
  status(): TokenStatus;
  onStatus(listener: (status: TokenStatus) => void): () => void;
  /** Asks the server for the status now. Resolves when it has answered, or when the request has failed. */
  askStatus(): Promise<void>;
  /** Files that were begun at earlier visits and are neither finished nor listed now. */
  unfinished(): Promise<Unfinished[]>;
  /** Stops everything. Nothing is cancelled: unfinished files continue at the next visit. */
  close(): void;
};

export type EngineOptions = {
  /** The address of version 2 of the API, with a slash at its end: "../api/2/" from /upload/<token>. */
  api: string;
  /** Where the files go, and by which right. */
  by: UploadRight;
  /** The guest's name and note as typed so far; sent with each file. Empty strings if nothing is asked for. */
  guest: () => { name: string; note: string };
  /** The token's status as the server wrote it into the page. */
  status: TokenStatus;
  /** Milliseconds in which a cancelled file can be undone: until then the server keeps its bytes. Default 5000. */
  undoMs?: number;
  /** Milliseconds between two requests for the status while the page is visible. Default 3000; 0: only when `askStatus` is called. */
  statusMs?: number;
};

/**
 * An upload token, with the proof that its passphrase was given where it has one; or a photo that gets these bytes, from
 * somebody who is signed in at `/archive` (`photo/replace`, protocol 6.2).
 */
export type UploadRight =
  | { uploadToken: string; uploadGrant: string | null }
  | { photoId: number; userId: number; csrf: string };

export type Picked = {
  file: File;
  /** The folder that the file was chosen with ("holiday/day 1"), or "". */
  path: string;
  /** If the browser gave one, the file can continue at a later visit without being chosen again. */
  handle?: FileSystemFileHandle;
};

/**
 * Why a chunk is tried again later. full: the server has no room on its disk. busy: it answers that it cannot take the chunk now. silent: no
 * answer, or one by a proxy that does not reach the server.
 */
export type Trouble = "full" | "busy" | "silent";

/**
 * waiting: nothing of it has been sent since it was added or resumed. sending: it is its turn, also while no chunk
 * gets through (`trouble`). offline: the browser reports no network; the file continues by itself.
 * done, refused and cancelled are final.
 */
export type FileState =
  "waiting" | "sending" | "paused" | "offline" | "done" | "refused" | "cancelled";

export type Transfer = {
  /** The same for the same file, at a later visit too. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** The media type that the browser gives the file; "" if it knows none. */
  readonly type: string;
  readonly file: File;
  readonly state: FileState;
  /** Bytes that are stored on the server or on their way; falls when a chunk has to be sent again. */
  readonly sent: number;
  /** Bytes of these that the server has said to have stored. */
  readonly stored: number;
  /** Bytes per second; undefined until a second has been measured. */
  readonly speed: number | undefined;
  /** The server has not answered yet that it was cancelled: it may hold its use still. */
  readonly telling: boolean;
  /** Part of it was sent at an earlier visit. */
  readonly continued: boolean;
  /** Why nothing of the file gets through at this moment, while further attempts are made; undefined while something does. */
  readonly trouble: Trouble | undefined;
  /** When the next attempt is made, in Unix milliseconds; undefined if none is scheduled. */
  readonly retryAt: number | undefined;
  /** Why a file waits although it could be its turn: another tab sends it, or all uses of the link are in use at this moment. */
  readonly waitsFor: "tab" | "use" | undefined;
  /** Why the file was refused. Only with the state "refused". */
  readonly refusal?: FileRefusal;
  /** What the server answered when the file had arrived. Only with the state "done". */
  readonly outcome?: FileOutcome;
};

/**
 * Why a file is not taken. `code` is the server's (`Redeem-Code`, protocol 2) or one of `OwnCode`. `message` is the
 * server's sentence, or "" if the engine itself found the reason.
 */
export type FileRefusal = { code: string; message: string };

/**
 * Reasons that the engine finds itself: the file was changed, moved or can no longer be read (`file_changed`); the link
 * is used up, expired or revoked, and the file had not begun or may not finish (`token_used`, `token_expired`,
 * `token_revoked`); a proxy before the server lets no chunk through, however small (`blocked`); the server refused
 * without a reason, or keeps losing what it has stored (`refused`).
 */
export type OwnCode =
  "file_changed" | "token_used" | "token_expired" | "token_revoked" | "blocked" | "refused";

/** The answer of `photo/upload-token-status`, with times in Unix milliseconds by the clock of this device. */
export type TokenStatus = {
  /**
   * busy: uses are left, but all of them are reserved by uploads under way. invalid: the server does not know the
   * token, or no longer.
   */
  state: "open" | "busy" | "used" | "expired" | "revoked" | "invalid";
  maxUploads: number;
  /** Uses that no finished file has consumed. */
  remaining: number;
  /** Uses that are neither consumed nor reserved; the files that this page is sending hold reservations. */
  free: number;
  validUntil: number;
  graceUntil: number;
};

/** A file of an earlier visit that has not arrived. */
export type Unfinished = {
  id: string;
  name: string;
  path: string;
  size: number;
  percent: number;
  /** Whether the browser kept a handle of the file, so that it need not be chosen again. */
  canContinue: boolean;
  /**
   * Sends the rest of the file, or all of it if it was changed meanwhile. To be called from a click, since the browser
   * may ask for permission to read the file.
   * @returns false if the file cannot be read (no handle, no permission, gone) and has to be chosen again
   */
  continue(): Promise<boolean>;
  /** Takes it off the list of unfinished files, and tells the server that it does not come. */
  forget(): Promise<void>;
};
