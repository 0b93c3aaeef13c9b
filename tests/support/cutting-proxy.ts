import { createConnection, createServer, type Socket } from "node:net";
import { once } from "node:events";

/** A TCP proxy before a server, which loses what a test tells it to lose. */
export type CuttingProxy = {
  url: string;
  /** So many answers to requests that send something are lost from now on: the connection ends instead. */
  loseAnswers(count: number): void;
  /** Answers to requests that send something are held from now on. @returns lets them through */
  holdAnswers(): () => void;
  /** After so many more requests that send something, the bytes of further ones are withheld. */
  withholdAfter(posts: number): void;
  /** Ends all connections. */
  cut(): void;
  /** Where requests go from now on: the server may have been started again on another port. */
  aim(port: number): void;
  stop(): void;
};

export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  let target = port;
  let losing = 0;
  let held: Promise<void> | undefined;
  let passing = Number.POSITIVE_INFINITY;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection({ port: target, host: "127.0.0.1" });
    let posting = false;
    let withheld = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
      open.delete(client);
    };
    open.add(client);
    client.on("data", (piece: Buffer) => {
      if (piece.subarray(0, 5).toString("latin1") === "POST ") {
        posting = true;
        withheld = passing <= 0;
        passing -= 1;
      } else if (piece.subarray(0, 4).toString("latin1") === "GET ") {
        posting = false;
        withheld = false;
      }
      if (!withheld) upstream.write(piece);
    });
    upstream.on("data", (piece: Buffer) => {
      if (posting && losing > 0) {
        losing -= 1;
        end();
      } else if (posting && held) {
        void held.then(() => client.write(piece));
      } else {
        client.write(piece);
      }
    });
    for (const socket of [client, upstream]) {
      socket.on("error", end);
      socket.on("close", end);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    loseAnswers: (count) => {
      losing = count;
    },
    holdAnswers: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    withholdAfter: (posts) => {
      passing = posts;
    },
    aim: (to) => {
      target = to;
    },
    cut: () => {
      for (const socket of open) socket.destroy();
    },
    stop: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
