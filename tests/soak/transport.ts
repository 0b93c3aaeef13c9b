import { openWire, requestHead } from "../support/wire.ts";
import type { Random } from "./random.ts";

/** How requests reach a server that comes and goes, and what is known of each afterwards. */

export type Told = { status: number; text: string; headers: Headers };

/**
 * How a body is sent: at once; with pauses; or given up in its middle, so that the server can never
 * have had all of it.
 */
export type Manner = "whole" | "slow" | "given up";

/** A connection that says nothing for this long is a fault of the server's. */
const SILENT_MS = 20_000;

export const PATH = "/api/2/photo/redeem-upload-token";

/** @returns undefined where the connection was refused or cut: what became of it is not known */
export async function ask(url: string, query: URLSearchParams): Promise<Told | undefined> {
  return told(() => fetch(`${url}${PATH}?${query}`, settings()));
}

export async function post(
  { url, port }: { url: string; port: number },
  form: FormData,
  manner: Manner,
  random: Random,
): Promise<Told | undefined> {
  if (manner === "whole") {
    return told(() => fetch(url + PATH, { method: "POST", body: form, ...settings() }));
  }
  return drip(port, form, manner, random);
}

// No connection is kept: fetch would send a request again by itself where a kept one turns out dead,
// and nobody could count what was sent.
const settings = () =>
  ({
    keepalive: false,
    redirect: "manual",
    signal: AbortSignal.timeout(SILENT_MS),
  }) as const;

async function told(send: () => Promise<Response>): Promise<Told | undefined> {
  try {
    const answer = await send();
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  } catch (error) {
    if ((error as Error).name === "TimeoutError") {
      throw new Error(`no answer within ${SILENT_MS} ms`, { cause: error });
    }
    return undefined;
  }
}

async function drip(
  port: number,
  form: FormData,
  manner: Manner,
  random: Random,
): Promise<Told | undefined> {
  const request = new Response(form);
  const type = request.headers.get("content-type") ?? "";
  const body = new Uint8Array(await request.arrayBuffer());
  const wire = await openWire(port).catch(() => undefined);
  if (!wire) return undefined;
  using open = wire;
  await open.send(requestHead({ "content-type": type, "content-length": body.length }));
  // Well before the end: the last boundary must be among what never comes.
  const end = manner === "slow" ? body.length : random.between(0, body.length - 100);
  const steps = random.between(2, 6);
  for (let step = 0; step < steps; step += 1) {
    const from = Math.floor((end * step) / steps);
    await open.send(body.subarray(from, Math.floor((end * (step + 1)) / steps)));
    await Bun.sleep(random.between(1, manner === "slow" ? 120 : 20));
  }
  if (manner === "given up") return undefined;
  const silent = Bun.sleep(SILENT_MS).then(() => "silent" as const);
  const answer = await Promise.race([open.answer().catch(() => undefined), silent]);
  if (answer === "silent") throw new Error(`no answer within ${SILENT_MS} ms`);
  return answer;
}
