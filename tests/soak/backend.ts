/** Somebody's backend that takes its time: what it is told counts only where it could say thanks. */
export type Backend = {
  url: string;
  /** Callbacks whose answer the server was there to read. */
  taken: { url: URL; delivery: string }[];
  stop(): Promise<void>;
};

/**
 * @param slow milliseconds that an answer takes at most: in them the server may die, and then must
 * call again
 * @param refusing chance of an answer that is a failure
 */
export function startBackend(slow: number, refusing = 0): Backend {
  const taken: Backend["taken"] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      await request.arrayBuffer();
      await Bun.sleep(Math.random() * slow);
      // Nothing is kept for the next one, so that the server's handles can be counted.
      const headers = { connection: "close" };
      if (Math.random() < refusing) return new Response("not now", { status: 500, headers });
      if (!request.signal.aborted) {
        const delivery = request.headers.get("redeem-delivery") ?? "";
        taken.push({ url: new URL(request.url), delivery });
      }
      return new Response("thanks", { headers });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    taken,
    stop: async () => void (await server.stop(true)),
  };
}
