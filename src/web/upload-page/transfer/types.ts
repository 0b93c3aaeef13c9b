import type { FileOutcome } from "./outcome.ts";

/**
 * What the upload page's interface sees of the sending of files. Everything in it is plain data or
 * a function; a `Transfer` is a snapshot, and a new one is made whenever something of it changes.
 */
export type Engine = {
  /**
   * Begins to send these files, in this order. A file that is listed already (same name, size, date and
   * folder) is not listed twice: its transfer is answered, begun anew if it was refused or cancelled. Whether a file
   * may be sent (its type, its size, how many) is judged before; empty files are refused by the server alone.
   */
  add(files: readonly Picked[]): Transfer[];
  pause(id: string): void;
  resume(id: string): void;
  pauseAll(): void;
  resumeAll(): void;
  /** Whatever waits for its next attempt is tried at this moment. */
  retryNow(): void;
  /**
   * Stops at once. The server is told after `undoMs`, or when the page is left, and frees the use and the bytes.
   * A file that turns out to have arrived before it was stopped becomes "done" then.
   */
  cancel(id: string): void;
  /** Goes on where it was; begins anew if the server was told already. */
  undoCancel(id: string): void;
  /** Takes one that is over (done, refused, cancelled) off the list. Others stay. */
  remove(id: string): void;
  /** All of them in the order in which they were added; the same array until something changes. */
  transfers(): readonly Transfer[];
  transfer(id: string): Transfer | undefined;
  /** Bytes per second of all files together; undefined until there is something to say. */
  speed(): number | undefined;
  /** Called with the ids that changed (added and removed ones too), at most once a frame. Answers how to stop it. */
  onChange(listener: (changed: ReadonlySet<string>) => void): () => void;
  /** As last known: from the page at first, then from `photo/upload-token-status`. */
  status(): TokenStatus;
  onStatus(listener: (status: TokenStatus) => void): () => void;
  /** Asks for the status now. Resolves when it is known, or when nobody answered. */
  askStatus(): Promise<void>;
  /** Files of earlier visits that are neither finished nor listed now. */
  unfinished(): Promise<Unfinished[]>;
  /** Stops everything. Nothing is cancelled: the files go on at the next visit. */
  close(): void;
};

export type EngineOptions = {
  /** The address of version 2 of the API, with a slash at its end: "../api/2/" from /upload/<token>. */
  api: string;
  uploadToken: string;
  /** Proves that the passphrase was given, where the link has one. */
  uploadGrant: string | null;
  /** The guest's answers at this moment; sent with each file. Empty where nothing is asked. */
  guest: () => { name: string; note: string };
  /** What the page says of the token. */
  status: TokenStatus;
  /** Milliseconds between `cancel` and the moment when the server is told. 5000 unless said. */
  undoMs?: number;
  /** Milliseconds between two questions for the status while the page is seen. 3000 unless said; 0: none by itself. */
  statusMs?: number;
};

export type Picked = {
  file: File;
  /** Of the folder that the file was chosen with ("holiday/day 1"), or "". */
  path: string;
  /** With it the file goes on at a later visit without being chosen again. */
  handle?: FileSystemFileHandle;
};

/**
 * waiting: no byte of it goes out yet. sending: it is its turn (`troubled` says that nothing gets through).
 * offline: the browser says that there is no network; goes on by itself. The last three are ends.
 */
export type FileState =
  "waiting" | "sending" | "paused" | "offline" | "done" | "refused" | "cancelled";

export type Transfer = {
  /** The same for the same file, at a later visit too. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** What the browser says it is; "" if it does not know. */
  readonly type: string;
  readonly file: File;
  readonly state: FileState;
  /** Bytes that are stored or on the way; falls when a chunk has to be sent again. */
  readonly sent: number;
  /** Bytes per second; undefined until there is something to say. */
  readonly speed: number | undefined;
  /** Part of it was sent at an earlier visit. */
  readonly continued: boolean;
  /** The server does not answer, or says that it cannot now; attempts go on. */
  readonly troubled: boolean;
  /** Unix milliseconds of the next attempt, while it waits for one. */
  readonly retryAt: number | undefined;
  /** Why a file waits although it could be its turn: another tab sends it, or all uses of the link are in use at this moment. */
  readonly waitsFor: "tab" | "use" | undefined;
  /** Of a refused file. */
  readonly refusal?: FileRefusal;
  /** Of a file that is done. */
  readonly outcome?: FileOutcome;
};

/**
 * `code` is the server's (`Redeem-Code`, protocol 2) or one of `OwnCode`. `message` is the server's sentence, or ""
 * where the engine itself found the reason.
 */
export type FileRefusal = { code: string; message: string };

/**
 * What the engine itself finds: the file was changed, moved or may not be read any more (`file_changed`); the link
 * came to its end before the file was begun, or for good (`token_used`, `token_expired`, `token_revoked`); something
 * between here and the server lets no chunk through (`blocked`); an answer that says nothing (`refused`).
 */
export type OwnCode =
  "file_changed" | "token_used" | "token_expired" | "token_revoked" | "blocked" | "refused";

/** `photo/upload-token-status`. Times are Unix milliseconds. */
export type TokenStatus = {
  /**
   * busy: uses are left, but each is reserved at this moment. invalid: the server does not know the token (any more).
   */
  state: "open" | "busy" | "used" | "expired" | "revoked" | "invalid";
  maxUploads: number;
  /** Uses that are not consumed. */
  remaining: number;
  /** Uses that are neither consumed nor reserved; the files that this page is sending hold reservations. */
  free: number;
  validUntil: number;
  graceUntil: number;
};

/** A file that was begun at an earlier visit. */
export type Unfinished = {
  id: string;
  name: string;
  path: string;
  size: number;
  percent: number;
  /** The browser kept a handle: it need not be chosen again. */
  canContinue: boolean;
  /**
   * Goes on with it; to be called from a click, since the browser may ask for permission. False: it was not given, or the file is
   * not there any more or was changed, and it has to be chosen again.
   */
  continue(): Promise<boolean>;
  forget(): Promise<void>;
};
