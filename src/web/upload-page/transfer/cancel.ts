import {
  chunkAddress,
  credentials,
  headersOf,
  identityFields,
  type UploadIdentity,
} from "./addresses.ts";
import { judge } from "./answer.ts";
import { isUnanswered } from "./exchange.ts";
import type { FileUpload } from "./file-upload.ts";
import type { Machine } from "./machine.ts";
import type { FileOutcome } from "./outcome.ts";
import { retryDelay } from "./retry.ts";
import type { EngineOptions } from "./types.ts";

const ATTEMPTS = 4;
/** A request that is not answered for this long is given up: its connection is dead, most likely. */
const PATIENCE_MS = 20_000;
/** The server keeps bytes for longer than the page offers Undo: the request that undoes it has to arrive in that time. */
const ARRIVAL_MS = 4000;
/** The server keeps them no longer (protocol 4.8). */
const LONGEST_KEPT_MS = 60_000;

/** What the server answers to a cancelling. Both are undefined if it cannot be reached. */
export type Told = {
  /** The file turns out to have arrived before. */
  outcome?: FileOutcome | undefined;
  /** The bytes are kept for a while. */
  isKept?: boolean;
};

/**
 * Tells the server that the file will not come (`photo/cancel-upload`, protocol 4.8), so that its use is free at once, and its bytes
 * are deleted. If the server cannot be reached in some attempts, the same happens later by itself.
 * @param undo for how long that can be undone: the server keeps the bytes until then; and whether that was done, which needs no further attempt
 */
export async function tellCancelled(
  machine: Machine,
  upload: Pick<FileUpload, "identity">,
  undo: { keepMs: number; isUndone: () => boolean } = { keepMs: 0, isUndone: () => false },
): Promise<Told> {
  const { identity } = upload;
  if (identity === undefined) return {};
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const response = await askToCancel(machine, identity, undo.keepMs);
      const { data } = (await response.json()) as {
        data?: { cancelled_p?: unknown; kept_seconds?: unknown };
      };
      if (response.status < 500) {
        return data?.cancelled_p === false
          ? { outcome: await findOutcome(machine, identity) }
          : { isKept: Number(data?.kept_seconds) > 0 };
      }
    } catch {
      // No answer, or one that is not the server's (its body is no JSON).
    }
    if (undo.isUndone()) break;
    await new Promise((resolve) => setTimeout(resolve, retryDelay(attempt, Math.random())));
    if (undo.isUndone()) break;
  }
  return {};
}

/** The same while the page is being left: the browser delivers a beacon after the page is gone. */
export function tellCancelledAtLeaving(machine: Machine, { identity }: FileUpload): void {
  if (identity === undefined) return;
  const { options } = machine;
  // A beacon has no headers; Firefox before 133 has nothing else that outlives the page.
  if ("csrf" in options.by) void askToCancel(machine, identity).catch(() => undefined);
  else navigator.sendBeacon(cancelAddress(options.api), cancelFields(options, identity));
}

const cancelAddress = (api: string) => `${api}photo/cancel-upload`;

function cancelFields(options: EngineOptions, identity: UploadIdentity): URLSearchParams {
  return new URLSearchParams([...credentials(options), ...identityFields(identity)]);
}

function askToCancel(
  { options }: Machine,
  identity: UploadIdentity,
  keepMs = 0,
): Promise<Response> {
  const body = cancelFields(options, identity);
  if (keepMs > 0) {
    const seconds = Math.ceil(Math.min(keepMs + ARRIVAL_MS, LONGEST_KEPT_MS) / 1000);
    body.append("keep_seconds", String(seconds));
  }
  return fetch(cancelAddress(options.api), {
    method: "POST",
    headers: headersOf(options),
    body,
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

/** Asks about the first chunk: of a file that has arrived the server answers the outcome to that. */
async function findOutcome(
  { options, exchange }: Machine,
  identity: UploadIdentity,
): Promise<FileOutcome | undefined> {
  const url = chunkAddress(options, identity, 1);
  const reply = await exchange.send({ method: "GET", url, signal: new AbortController().signal });
  if (isUnanswered(reply)) return undefined;
  const verdict = judge(reply, Date.now());
  return verdict.kind === "finished" ? verdict.outcome : undefined;
}
