import { log } from "../log.ts";
import type { Problem } from "../problem.ts";
import { clientAddress } from "./client-address.ts";

/** What came of a request, beside its status: ids of what it was about, and why it was refused. */
export type RequestNote = { token?: number; photo?: number; code?: string; why?: string };

/** The log's lines about requests: one for each, behind its answer. */
export type RequestLog = {
  /**
   * A request has come.
   * @param peer address of who is connected
   * @returns the request's id
   */
  begin(request: Request, peer: string | undefined): string;
  idOf(request: Request): string | undefined;
  /** The address of its client, as far as that is known (client-address.ts). */
  clientOf(request: Request): string | undefined;
  /** Something that its line is to say. */
  note(request: Request, note: RequestNote | Problem): void;
  /** What came of one file of a request that has several: a line of its own, as a request for it alone would have. */
  noteFile(request: Request, note: RequestNote | Problem): void;
  /** @param route the route, not the address: that may hold an upload token or a photo's */
  end(request: Request, route: string, status: unknown): void;
  /** A request was not let in. These have no line of their own: whoever sends thousands should not fill the log. */
  turnAway(request: Request, peer: string | undefined, why: string): void;
};

type Begun = { id: string; at: number; client: string | undefined; note: RequestNote };

/** Milliseconds in which requests that were not let in are counted for one line. */
const COUNTED_MS = 1000;

/** @param proxies how many proxies in front are trusted (REDEEM_TRUST_PROXY) */
export function createRequestLog(proxies: number): RequestLog {
  const begun = new WeakMap<Request, Begun>();
  let turnedAway = 0;
  // Mostly the same one as before: a connection has many requests.
  type Seen = { peer: string | undefined; forwarded: string | null; client: string | undefined };
  let last: Seen = { peer: undefined, forwarded: null, client: undefined };
  const clientOf = (request: Request, peer: string | undefined) => {
    const forwarded = proxies === 0 ? null : request.headers.get("x-forwarded-for");
    if (peer === last.peer && forwarded === last.forwarded) return last.client;
    last = { peer, forwarded, client: clientAddress(peer, forwarded, proxies) };
    return last.client;
  };
  return {
    begin: (request, peer) => {
      const id = crypto.randomUUID();
      const client = clientOf(request, peer);
      begun.set(request, { id, at: performance.now(), client, note: {} });
      return id;
    },
    idOf: (request) => begun.get(request)?.id,
    clientOf: (request) => begun.get(request)?.client,
    note: (request, note) => {
      const its = begun.get(request)?.note;
      if (its) Object.assign(its, note instanceof Error ? whyOf(note) : note);
    },
    noteFile: (request, note) => {
      const its = begun.get(request);
      const said = note instanceof Error ? whyOf(note) : note;
      log.info("file of a request", { id: its?.id, client: its?.client, ...said });
    },
    end: (request, route, status) => {
      const its = begun.get(request);
      log.info("request", {
        id: its?.id,
        client: its?.client,
        method: request.method,
        route: route || "-",
        status: request.signal.aborted ? "aborted" : status,
        ms: its && Math.round(performance.now() - its.at),
        ...its?.note,
      });
    },
    turnAway: (request, peer, why) => {
      turnedAway += 1;
      if (turnedAway > 1) return;
      const first = clientOf(request, peer);
      setTimeout(() => {
        log.warn("requests were turned away", { requests: turnedAway, first, why });
        turnedAway = 0;
      }, COUNTED_MS).unref();
    },
  };
}

/** A problem's code and words. What it quotes came with the request, and may be anybody's secret. */
function whyOf({ code, message }: Problem): RequestNote {
  return { code, why: message.replace(/"(?:[^"\\]|\\.)*"/g, "…") };
}
