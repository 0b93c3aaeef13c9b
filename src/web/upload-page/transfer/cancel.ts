import { chunkAddress, credentials, identityFields } from "./addresses.ts";
import { judge } from "./answer.ts";
import { isUnanswered } from "./exchange.ts";
import type { FileUpload } from "./file-upload.ts";
import type { Machine } from "./machine.ts";
import type { FileOutcome } from "./outcome.ts";
import { retryDelay } from "./retry.ts";

const ATTEMPTS = 4;

/**
 * Tells the server that the file does not come, which frees its use and its bytes. After some attempts in vain nothing is lost: the use is
 * free after some minutes, the bytes are swept.
 * @returns the outcome if the file had arrived before
 */
export async function tellCancelled(
  machine: Machine,
  upload: Pick<FileUpload, "identity">,
): Promise<FileOutcome | undefined> {
  const { options } = machine;
  const { identity } = upload;
  if (identity === undefined) return undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const response = await fetch(cancelAddress(options.api), {
        method: "POST",
        body: cancelFields(machine, identity),
        keepalive: true,
      });
      const answer = (await response.json()) as { data?: { cancelled_p?: unknown } };
      if (response.status < 500) {
        return answer.data?.cancelled_p === false
          ? await findOutcome(machine, identity)
          : undefined;
      }
    } catch {
      // Nobody answered, or somebody else did.
    }
    await new Promise((resolve) => setTimeout(resolve, retryDelay(attempt, Math.random())));
  }
  return undefined;
}

/** The page is being left: the browser sends it when the page is gone. */
export function tellCancelledAtLeaving(machine: Machine, { identity }: FileUpload): void {
  if (identity === undefined) return;
  navigator.sendBeacon(cancelAddress(machine.options.api), cancelFields(machine, identity));
}

const cancelAddress = (api: string) => `${api}photo/cancel-upload`;

function cancelFields(
  { options }: Machine,
  identity: NonNullable<FileUpload["identity"]>,
): URLSearchParams {
  return new URLSearchParams([...credentials(options), ...identityFields(identity)]);
}

async function findOutcome(
  { options, exchange }: Machine,
  identity: NonNullable<FileUpload["identity"]>,
): Promise<FileOutcome | undefined> {
  const url = chunkAddress(options, identity, 1);
  const reply = await exchange.send({ method: "GET", url, signal: new AbortController().signal });
  if (isUnanswered(reply)) return undefined;
  const verdict = judge(reply, Date.now());
  return verdict.kind === "finished" ? verdict.outcome : undefined;
}
