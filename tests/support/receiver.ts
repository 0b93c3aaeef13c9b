/** A request that a receiver has got. */
export type Received = { method: string; url: URL; headers: Headers; body: string };

export type Receiver = {
  url: string;
  port: number;
  received: Received[];
  /** Resolves when this many requests have come. */
  got(count: number): Promise<Received[]>;
  stop(): Promise<void>;
};

/**
 * Somebody's backend: a real server on the loopback interface that notes what it is sent.
 * @param at where it listens; port 0 is a free one
 */
export function startReceiver(
  answer: (request: Received, count: number) => Response | Promise<Response> = () =>
    new Response("thanks"),
  at: { hostname: string; port: number } = { hostname: "127.0.0.1", port: 0 },
): Receiver {
  const received: Received[] = [];
  let waiting: (() => void)[] = [];
  const server = Bun.serve({
    ...at,
    idleTimeout: 0,
    fetch: async (request) => {
      const note = {
        method: request.method,
        url: new URL(request.url),
        headers: request.headers,
        body: await request.text(),
      };
      received.push(note);
      for (const wake of waiting) wake();
      waiting = [];
      return answer(note, received.length);
    },
  });
  return {
    url: `http://${at.hostname}:${server.port}`,
    port: server.port ?? 0,
    received,
    got: async (count) => {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
      return received;
    },
    stop: async () => void (await server.stop(true)),
  };
}
