import { guardChunk, isBusy, pump, retryNow, watchForStalls } from "./chunks.ts";
import {
  createResumable,
  describeHeader,
  type EngineFile,
  type ResumableOptions,
} from "./engine.ts";
import { type FileOutcome, readOutcome, readReason } from "./transfer/outcome.ts";

export type SenderEvents = {
  done(id: string, outcome: FileOutcome): void;
  /** `reason` is a sentence. The file is given up; its name may be added again. */
  refused(id: string, reason: string): void;
};

export type Status = {
  /** 0 to 1. */
  fraction: number;
  /** Bytes that went out since the page was opened; falls when a chunk is sent again. */
  sent: number;
  sending: boolean;
  /** Nothing goes through at the moment; attempts go on. */
  troubled: boolean;
  /** The server had part of the file before. */
  continued: boolean;
};

export type Sender = {
  /** Starts sending; answers the file's identifier. */
  add(file: File): string;
  pause(id: string): void;
  resume(id: string): void;
  cancel(id: string): void;
  status(id: string): Status | undefined;
  /** To be called now and then, in milliseconds. */
  tick(now: number): void;
  retryNow(): void;
};

export function createSender(options: ResumableOptions, events: SenderEvents): Sender {
  const engine = createResumable(options);
  const checkStalls = watchForStalls(engine);
  const find = (id: string) => engine.files.find((file) => file.uniqueIdentifier === id);

  const giveUp = (file: EngineFile, reason: string) => {
    if (!engine.files.includes(file)) return;
    file.cancel();
    events.refused(file.uniqueIdentifier, reason);
    pump(engine);
  };

  engine.on("chunkingProgress", (file) => {
    const chunk = file.chunks.at(-1);
    if (chunk !== undefined) guardChunk(engine, file, chunk);
  });
  engine.on("chunkingComplete", (file) => {
    file.pause(false);
    pump(engine);
  });
  engine.on("fileError", (file, message) => giveUp(file, readReason(message)));
  engine.on("fileSuccess", (file, message) => {
    void findOutcome(file, message).then((outcome) => {
      if (engine.files.includes(file)) events.done(file.uniqueIdentifier, outcome);
    });
  });
  // A file that was changed or deleted meanwhile looks like a broken network to Resumable.js,
  // and it would try for ever.
  engine.on("fileRetry", (file) => {
    file.file
      .slice(0, 1)
      .arrayBuffer()
      .catch(() => {
        giveUp(file, "The file was changed or moved while it was being sent. Choose it again.");
      });
  });

  return {
    add(file) {
      engine.addFile(file);
      const id = options.identify(file);
      // Until all its chunks are known: else one that the server has already could be taken for
      // the whole file. "chunkingComplete" lets it go.
      find(id)?.pause(true);
      return id;
    },
    pause(id) {
      const file = find(id);
      file?.pause(true);
      file?.abort();
      for (const chunk of file?.chunks ?? []) chunk.pendingRetry = false;
      pump(engine);
    },
    resume(id) {
      find(id)?.pause(false);
      pump(engine);
    },
    cancel(id) {
      find(id)?.cancel();
      pump(engine);
    },
    status(id) {
      const file = find(id);
      return file === undefined ? undefined : statusOf(file);
    },
    tick: (now) => checkStalls(now),
    retryNow: () => retryNow(engine),
  };
}

function statusOf(file: EngineFile): Status {
  const busy = file.chunks.filter(isBusy);
  return {
    fraction: file.progress(),
    sent: file.chunks.reduce((sum, chunk) => sum + chunk.loaded, 0),
    sending: busy.length > 0,
    troubled: busy.length > 0 && busy.every((chunk) => chunk.pendingRetry),
    continued: file.chunks.some((chunk) => chunk.loaded === 0 && chunk.status() === "success"),
  };
}

/**
 * The outcome is the answer of the chunk that completed the file, which need not be the answer
 * that came last. If it is in none of them, any chunk can be asked about again.
 */
async function findOutcome(file: EngineFile, message: string): Promise<FileOutcome> {
  const answers = [message, ...file.chunks.map((chunk) => chunk.xhr?.responseText ?? "")];
  for (const answer of answers) {
    const outcome = readOutcome(answer);
    if (outcome !== undefined) return outcome;
  }
  const address = file.chunks.find((chunk) => chunk.xhr?.responseURL)?.xhr?.responseURL;
  try {
    const response = await fetch(address ?? "", { headers: describeHeader });
    return readOutcome(await response.text()) ?? { return: null };
  } catch {
    return { return: null };
  }
}
