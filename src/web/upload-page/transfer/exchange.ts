import type { Reply } from "./answer.ts";

/** No answer came. `sent`: all bytes of the request had gone out, so the server may have acted on it. */
export type Unanswered = { status: 0; sent: boolean };

export const isUnanswered = (reply: Reply | Unanswered): reply is Unanswered => "sent" in reply;

export type Outgoing = {
  method: "GET" | "POST";
  url: string;
  body?: Blob | FormData;
  type?: string;
  signal: AbortSignal;
  /** Called with the bytes of the body that have gone out so far, and with those of the whole body. */
  onProgress?: (bytes: number, total: number) => void;
};

/** A request that has sent no byte and got no answer for this long is given up: its connection is dead, though the browser has not noticed. */
const STALL_MS = 90_000;
/** The same for requests that were on their way when the network changed: most likely their connections are dead. */
const STALL_AFTER_CHANGE_MS = 8_000;

/** Sends requests to the server, and knows all that are under way, since a change of the network concerns all of them. */
export type Exchange = {
  /** Never rejects; an aborted request resolves as unanswered. */
  send(message: Outgoing): Promise<Reply | Unanswered>;
  /** To be called when the network has come back: requests that make no progress soon are given up. */
  networkChanged(): void;
};

/**
 * By XMLHttpRequest, since fetch does not tell how much of a body has gone out. The header `Redeem-Return` makes the server
 * describe the address that the browser returns to, instead of redirecting to it (protocol 4.3).
 * @param headers further ones of each request
 */
export function createExchange(headers: Readonly<Record<string, string>>): Exchange {
  const hurry = new Set<() => void>();
  return {
    send: (message) => exchange(message, headers, hurry),
    networkChanged: () => {
      for (const run of hurry) run();
    },
  };
}

function exchange(
  message: Outgoing,
  headers: Readonly<Record<string, string>>,
  hurry: Set<() => void>,
): Promise<Reply | Unanswered> {
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
      onProgress?.(event.loaded, Math.max(event.total, event.loaded, 1));
    });
    xhr.upload.addEventListener("load", () => {
      sent = true;
    });
    xhr.addEventListener("load", () => end(replyOf(xhr)));
    xhr.addEventListener("error", () => end({ status: 0, sent }));
    xhr.addEventListener("abort", () => end({ status: 0, sent }));

    xhr.open(method, url);
    xhr.setRequestHeader("Redeem-Return", "describe");
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
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
