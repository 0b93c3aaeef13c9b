import type { Plan } from "../support/chunks.ts";

/** What clients have sent and what they were told: all that a server can be held to. */
export type Ledger = {
  groups: Group[];
  /** Syncs fail at this moment: what is begun now may be forgotten, too. */
  syncsFail: boolean;
  /** How often the server's clock has jumped, by more than a reservation lasts. */
  jumps: number;
  /** What no client should ever see, in words. */
  wrong: string[];
  counts: Counts;
};

export type Counts = {
  answers: number;
  /** Requests whose connection was refused or cut. */
  unanswered: number;
  /** Answered 503, to be tried again. */
  later: number;
  givenUp: number;
  /** GET tests that were answered 200. */
  known: number;
  /** Chunks that were asked for again in a later process than the one that had answered them. */
  askedAgain: number;
};

/** Files that share an upload token. */
export type Group = {
  number: number;
  token: string;
  max: number;
  /** Where the outcome goes. */
  mode: "plain" | "return" | "background" | "unreachable";
  files: SentFile[];
  /** More files than uses: some will be refused. */
  crowded: boolean;
};

export type SentFile = ChunkedFile | WholeFile;

export type ChunkedFile = {
  kind: "resumable" | "node";
  plan: Plan;
  sha256: string;
  /** Numbers of chunks that have been begun to be sent. */
  begun: Set<number>;
  /** Numbers of chunks that were answered 200. */
  answered: Set<number>;
  photo: number | undefined;
  refused: boolean;
  /** A sync may have failed since it began: chunks that were answered may have been forgotten, and asked for again. */
  doubtful: boolean;
  /** How often the clock had jumped when it was begun. */
  jumps: number;
  /**
   * It lost its use to another file of its token (`mayLapse`): its bytes stay until they are swept, or go at once where it was
   * refused as its last chunk came. Its backend is told then.
   */
  lapsed?: boolean;
};

/** A whole file has no identity, so each try is a file of its own: its name tells it apart. */
export type WholeFile = {
  kind: "whole";
  sha256: string;
  size: number;
  tries: WholeTry[];
  refused: boolean;
};

export type WholeTry = {
  filename: string;
  /**
   * `unknown`: sent, and not answered. It may have been kept, and has taken a use of the token then;
   * nobody can say before the photos are looked at. `no`: answered that it was not taken, or never
   * sent to its end.
   */
  kept: "yes" | "no" | "unknown";
  photo?: number;
};

/** Syncs fail, or have just failed: what lies on the disk of unfinished files may be forgotten. */
export function doubtUnfinished(ledger: Ledger): void {
  for (const { file } of chunkedFiles(ledger)) if (file.photo === undefined) file.doubtful = true;
}

/**
 * Whether the file may lose its use, and the answers for its chunks with it. A reservation lapses after 5 minutes without a
 * byte (protocol 4.1), by the wall clock: where that jumps in between, another file of a token with too few uses for
 * all of them takes the use. A failed sync may take all its chunks back, and an upload without a byte is let go of with its use.
 */
export function mayLapse(ledger: Ledger, group: Group, file: ChunkedFile): boolean {
  return group.crowded && (ledger.jumps > file.jumps || file.doubtful);
}

export function newLedger(): Ledger {
  const counts = { answers: 0, unanswered: 0, later: 0, givenUp: 0, known: 0, askedAgain: 0 };
  return { groups: [], syncsFail: false, jumps: 0, wrong: [], counts };
}

export function chunkedFiles(ledger: Ledger): { group: Group; file: ChunkedFile }[] {
  return ledger.groups.flatMap((group) =>
    group.files.flatMap((file) => (file.kind === "whole" ? [] : [{ group, file }])),
  );
}

/** Photos that a client was told of. */
export function toldPhotos(ledger: Ledger): number {
  const files = ledger.groups.flatMap((group) => group.files);
  return files.filter((file) =>
    file.kind === "whole"
      ? file.tries.some(({ kept }) => kept === "yes")
      : file.photo !== undefined,
  ).length;
}
