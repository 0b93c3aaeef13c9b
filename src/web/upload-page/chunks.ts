import {
  type ResumableEngine,
  type EngineChunk,
  type EngineFile,
  simultaneousUploads,
} from "./engine.ts";

const longestDelayMs = 20_000;
/** A connection that takes no byte for this long is dead, though the browser has not noticed. */
const stallMs = 90_000;

/** Starts chunks until as many run as may. Resumable.js's own upload() does nothing while any runs. */
export function pump(engine: ResumableEngine): void {
  let running = engine.files.flatMap((file) => file.chunks).filter(isBusy).length;
  while (running < simultaneousUploads && engine.uploadNextChunk()) running += 1;
}

export function isBusy(chunk: EngineChunk): boolean {
  return chunk.pendingRetry || (chunk.xhr !== null && chunk.xhr.readyState < 4);
}

/** Milliseconds before the attempt after `retries` failed ones: 1 s, 2 s, 4 s, ... 20 s. */
export function resumableDelay(retries: number): number {
  return Math.min(longestDelayMs, 1000 * 2 ** Math.min(retries, 10));
}

/**
 * Makes good what Resumable.js 1.1.0 does wrong with a chunk that waits for its next attempt: its
 * timer cannot be stopped, so it would send although the file is paused, cancelled or already
 * being sent again. And a refusal of the GET test is taken as final, where Resumable.js would
 * still send the whole chunk to be refused once more.
 */
export function guardChunk(engine: ResumableEngine, file: EngineFile, chunk: EngineChunk): void {
  const send = chunk.send;
  Object.defineProperty(chunk.opts, "chunkRetryInterval", {
    get: () => resumableDelay(chunk.retries),
  });
  chunk.send = () => {
    if (!file.chunks.includes(chunk)) return;
    if (file.isPaused()) {
      chunk.pendingRetry = false;
      return;
    }
    if (chunk.xhr !== null) {
      if (chunk.status() !== "error") return;
      chunk.callback("error", chunk.message());
      pump(engine);
      return;
    }
    send();
  };
}

/** The network is back: what waits for its next attempt is sent now. */
export function retryNow(engine: ResumableEngine): void {
  for (const chunk of engine.files.flatMap((file) => file.chunks)) {
    if (!chunk.pendingRetry) continue;
    chunk.pendingRetry = false;
    chunk.retries = 0;
  }
  pump(engine);
}

/** Answers a function to be called now and then, which starts stalled chunks again. */
export function watchForStalls(engine: ResumableEngine): (now: number) => void {
  let seen = new Map<EngineChunk, { xhr: XMLHttpRequest; loaded: number; since: number }>();
  return (now) => {
    const next: typeof seen = new Map();
    for (const chunk of engine.files.flatMap((file) => file.chunks)) {
      const xhr = chunk.xhr;
      if (xhr === null || xhr.readyState >= 4) continue;
      const before = seen.get(chunk);
      if (before?.xhr !== xhr || before.loaded !== chunk.loaded) {
        next.set(chunk, { xhr, loaded: chunk.loaded, since: now });
      } else if (now - before.since < stallMs) {
        next.set(chunk, before);
      } else {
        chunk.abort();
      }
    }
    seen = next;
    pump(engine);
  };
}
