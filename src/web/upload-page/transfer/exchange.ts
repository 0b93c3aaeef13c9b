import type { Reply } from "./answer.ts";

/** No answer came. `sent`: all bytes had gone out, so the server may have acted on them. */
export type Unanswered = { status: 0; sent: boolean };

export const isUnanswered = (reply: Reply | Unanswered): reply is Unanswered => "sent" in reply;

export type Outgoing = {
  method: "GET" | "POST";
  url: string;
  body?: Blob | FormData;
  type?: string;
  signal: AbortSignal;
  /** Bytes of the body that went out so far. */
  onProgress?: (bytes: number) => void;
};

/** A connection that takes no byte and brings no answer for this long is dead, though the browser has not noticed. */
const STALL_MS = 90_000;
/** The same for what was on its way when the network changed: it is most likely dead. */
const STALL_AFTER_CHANGE_MS = 8_000;

/** Requests to the server, with what all of them share: the network comes and goes for all at once. */
export type Exchange = {
  /** Never rejects. An aborted one is lost. */
  send(message: Outgoing): Promise<Reply | Unanswered>;
  /** The network came back: what does not move soon is given up. */
  networkChanged(): void;
};

/**
 * XMLHttpRequest, since fetch does not say how much of a body has gone out. The header makes the server describe the return
 * instead of redirecting to it (protocol 4.3).
 */
export function createExchange(): Exchange {
  const hurry = new Set<() => void>();
  return {
    send: (message) => exchange(message, hurry),
    networkChanged: () => {
      for (const run of hurry) run();
    },
  };
}

function exchange(message: Outgoing, hurry: Set<() => void>): Promise<Reply | Unanswered> {
  const { method, url, body, type, signal, onProgress } = message;
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ status: 0, sent: false });
    const xhr = new XMLHttpRequest();
    let sent = body === undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const stop = () => xhr.abort();
    const waitAtMost = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(stop, ms);
    };
    const hasten = () => waitAtMost(STALL_AFTER_CHANGE_MS);
    const end = (result: Reply | Unanswered) => {
      clearTimeout(timer);
      hurry.delete(hasten);
      signal.removeEventListener("abort", stop);
      resolve(result);
    };

    hurry.add(hasten);
    signal.addEventListener("abort", stop);
    xhr.upload.addEventListener("progress", (event) => {
      waitAtMost(STALL_MS);
      onProgress?.(event.loaded);
    });
    xhr.upload.addEventListener("load", () => {
      sent = true;
    });
    xhr.addEventListener("load", () => end(replyOf(xhr)));
    xhr.addEventListener("error", () => end({ status: 0, sent }));
    xhr.addEventListener("abort", () => end({ status: 0, sent }));

    xhr.open(method, url);
    xhr.setRequestHeader("Redeem-Return", "describe");
    if (type !== undefined) xhr.setRequestHeader("Content-Type", type);
    waitAtMost(STALL_MS);
    xhr.send(body ?? null);
  });
}

function replyOf(xhr: XMLHttpRequest): Reply {
  const { status, responseText: body } = xhr;
  const code = xhr.getResponseHeader("Redeem-Code");
  return { status, body, code, retryAfter: xhr.getResponseHeader("Retry-After") };
}
