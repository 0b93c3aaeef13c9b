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

/**
 * Tells the server that the file will not come (`photo/cancel-upload`, protocol 4.8), so that its use is free and its bytes
 * are deleted at once. If the server cannot be reached in some attempts, the same happens later by itself.
 * @returns the outcome, if the file turns out to have arrived before
 */
export async function tellCancelled(
  machine: Machine,
  upload: Pick<FileUpload, "identity">,
): Promise<FileOutcome | undefined> {
  const { identity } = upload;
  if (identity === undefined) return undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const response = await askToCancel(machine, identity);
      const answer = (await response.json()) as { data?: { cancelled_p?: unknown } };
      if (response.status < 500) {
        return answer.data?.cancelled_p === false
          ? await findOutcome(machine, identity)
          : undefined;
      }
    } catch {
      // No answer, or one that is not the server's (its body is no JSON).
    }
    await new Promise((resolve) => setTimeout(resolve, retryDelay(attempt, Math.random())));
  }
  return undefined;
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

function askToCancel({ options }: Machine, identity: UploadIdentity): Promise<Response> {
  return fetch(cancelAddress(options.api), {
    method: "POST",
    headers: headersOf(options),
    body: cancelFields(options, identity),
    keepalive: true,
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
