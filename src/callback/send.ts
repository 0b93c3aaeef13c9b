import { createHmac } from "node:crypto";
import { isIPv6 } from "node:net";
import { describeFailure } from "../callback-failures.ts";
import type { Delivery } from "../records/records.ts";
import { resolveForCallback } from "./guard.ts";
import type { Lookup } from "./lookup.ts";

export type SendOptions = {
  /** Signs the request (protocol 4.3). */
  secret: string;
  allowPrivate: boolean;
  lookup: Lookup;
  /** One attempt, from the name's look-up to the last byte that is read. */
  timeoutMs: number;
  now: () => number;
};

/** What is read of an answer; it is thrown away, and only frees the connection. */
const MAX_ANSWER = 64 * 1024;

/**
 * Makes one attempt at a callback.
 * @returns undefined where the receiver has taken it (2xx or 3xx), else why not, without the address
 */
export async function send(delivery: Delivery, options: SendOptions): Promise<string | undefined> {
  const url = new URL(delivery.url);
  // fetch refuses credentials in an address: they go where they would have gone.
  const credentials = url.username ? basicCredentials(url) : "";
  const signal = AbortSignal.timeout(options.timeoutMs);
  const addresses = await Promise.race([
    resolveForCallback(url.hostname, options.allowPrivate, options.lookup),
    aborted(signal),
  ]);
  let failure: unknown;
  for (const address of addresses) {
    try {
      const response = await request(address);
      await drain(response);
      const taken = response.status >= 200 && response.status < 400;
      return taken ? undefined : describeFailure("answered", { status: response.status });
    } catch (error) {
      failure = error;
      if (signal.aborted) throw new Error(describeFailure("late"), { cause: error });
    }
  }
  throw failure;

  /** To the address that was checked, under the name that was meant. */
  function request(address: string): Promise<Response> {
    const pinned = new URL(seenAddress(url));
    pinned.hostname = isIPv6(address) ? `[${address}]` : address;
    const headers: Record<string, string> = {
      host: url.host,
      "user-agent": "Redeem",
      "redeem-delivery": delivery.id,
      "redeem-signature": sign(seenAddress(url), delivery.body, options.secret, options.now()),
    };
    if (credentials) headers["authorization"] = `Basic ${credentials}`;
    if (delivery.method === "POST") headers["content-type"] = "application/x-www-form-urlencoded";
    return fetch(pinned, {
      method: delivery.method,
      headers,
      redirect: "manual",
      signal,
      // A proxy of the environment would connect to an address that nobody has checked.
      proxy: false as unknown as string,
      tls: { serverName: url.hostname } as unknown as BunFetchRequestInitTLS,
      ...(delivery.method === "POST" ? { body: delivery.body } : {}),
    });
  }
}

/** Of RFC 7617: UTF-8, and what is no percent-encoding stays as it is. */
function basicCredentials(url: URL): string {
  const plain = [url.username, url.password].map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return Buffer.from(plain.join(":"), "utf8").toString("base64");
}

/** The address as the receiver sees it: what is before the host and behind the # is not sent. */
function seenAddress(url: URL): string {
  const seen = new URL(url);
  seen.username = "";
  seen.password = "";
  seen.hash = "";
  return seen.href;
}

/** `t=<unix>,v1=<hex>`: HMAC-SHA256 over the time, the full address and the body. */
export function sign(url: string, body: string, secret: string, now: number): string {
  const t = Math.floor(now / 1000);
  const v1 = createHmac("sha256", secret).update(`${t}.${url}.${body}`).digest("hex");
  return `t=${t},v1=${v1}`;
}

async function drain(response: Response): Promise<void> {
  let read = 0;
  try {
    for await (const piece of response.body ?? []) {
      read += piece.length;
      if (read > MAX_ANSWER) break;
    }
  } catch {
    // Its status has been given: a body that breaks off changes nothing.
  }
  await response.body?.cancel().catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error(describeFailure("slowName"))), {
      once: true,
    });
  });
}
