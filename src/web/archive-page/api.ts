import { signal } from "@preact/signals";
import type { ArchivePageData } from "./page-data.ts";

/** Whether the server has answered that the session has ended. The page shows no photos from then on. */
export const sessionIsOver = signal(false);

/** Thrown where the API refuses a call (`code` is one of protocol 2), or does not answer (`no_answer`). */
export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What a call answers. A list has its count beside its data, or the `next` that the following ones are asked for by (protocol 6). */
export type ApiAnswer<Data> = { data: Data; total_count?: number; next?: string };

/** Parameters of a call. Those that are undefined are not sent. */
export type ApiParams = Readonly<Record<string, string | number | boolean | undefined>>;

export type Api = <Data>(
  method: string,
  params?: ApiParams,
  aborted?: AbortSignal,
) => Promise<ApiAnswer<Data>>;

/**
 * Makes the function that calls methods of the API's version 2 with the session's cookie: `api("photo/list", { size: 100 })`.
 * It sends all calls by POST, so that no parameter stands in an address, which proxies log.
 * @throws ApiProblem
 */
export function createApi({ base, csrf }: ArchivePageData): Api {
  return async (method, params = {}, aborted) => {
    const answer = await ask(`${base}/api/2/${method}`, {
      method: "POST",
      headers: { "Redeem-Csrf": csrf },
      body: new URLSearchParams(
        Object.entries(params)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [name, toText(value)]),
      ),
      ...(aborted && { signal: aborted }),
    });
    if (answer.status === "ok") return answer;
    if (answer.code === "session_ended") sessionIsOver.value = true;
    throw new ApiProblem(answer.code ?? "no_answer", answer.message ?? "");
  };
}

function toText(value: string | number | boolean | undefined): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

async function ask(address: string, request: RequestInit) {
  try {
    const response = await fetch(address, request);
    return await response.json();
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ApiProblem("no_answer", "");
  }
}
