import { signal } from "@preact/signals";
import type { ArchivePageData } from "./page-data.ts";

/** Whether the server has said that nobody is signed in any more: what the page shows is the last that it heard. */
export const sessionIsOver = signal(false);

/** A refusal of the API, or no answer at all (`no_answer`). `code` is one of protocol 2. */
export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What a call answers; a list has its count and what leads to the next ones beside its data. */
export type ApiAnswer<Data> = { data: Data; total_count?: number; next?: string };

/** Parameters of a call. What is undefined is left out. */
export type ApiParams = Readonly<Record<string, string | number | boolean | undefined>>;

export type Api = <Data>(
  method: string,
  params?: ApiParams,
  aborted?: AbortSignal,
) => Promise<ApiAnswer<Data>>;

/**
 * Calls methods of the API's version 2 by the session's cookie: `api("photo/list", { size: 100 })`. It goes by POST, so that no
 * parameter is in an address.
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
